import type { KubernetesObject } from './kubernetes.ts';
import { SCHEMAS } from './schemas.ts';
import { validateResource } from './validate.ts';

const known = new WeakMap<object, string | undefined>();

/**
 * What makes an object of a cluster unreadable, in words: the first thing in it that breaks its schema. Undefined: it
 * can be read, or is of a kind that has no schema here.
 *
 * Objects should be as their CRD has it. But a CRD may be older than they are, or another than ours, and API servers
 * take a list for a time; and what is not what its type says fails anywhere, or nowhere, with others' runs behind it.
 * Told once an object (26 µs for a run with ten measurements) and remembered, so that it must not change afterwards.
 */
export function findMalformation(object: KubernetesObject): string | undefined {
  if (!Object.hasOwn(SCHEMAS, object.kind)) return undefined;
  if (!known.has(object)) {
    const problem = validateResource(object).find(({ severity }) => severity === 'error');
    known.set(object, problem && `${problem.path}: ${problem.message}`);
  }
  return known.get(object);
}

/** Takes over for `after`, which `before` became by a status that we made, that it can be read. */
export function staysReadable(before: object, after: object): void {
  if (known.has(before) && known.get(before) === undefined) known.set(after, undefined);
}
