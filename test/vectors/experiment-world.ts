import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { Change } from '../../lib/model/outcome.ts';
import type { Found, Reply } from '../../lib/model/reply.ts';
import { RESOURCES, resourceKind } from '../../lib/model/resources.ts';
import { applyMergePatch } from './apply-merge-patch.ts';

export type Json = Readonly<Record<string, unknown>>;

/** A change of the world by others, before a step. */
export type Event =
  | { readonly op: 'patch'; readonly kind: string; readonly name: string; readonly patch: Json }
  | { readonly op: 'create'; readonly kind: string; readonly object: Json }
  | { readonly op: 'delete' | 'hide' | 'stale' | 'show'; readonly kind: string; readonly name: string }
  | Failure;

interface Failure {
  readonly op: 'fail';
  readonly verb: string;
  readonly resource: string;
  readonly name: string;
  readonly times: number;
  readonly reason: 'InternalError' | 'Conflict' | 'Forbidden' | 'TooManyRequests';
  readonly message: string;
}

/** A write, as the vectors list it. */
export interface Action {
  readonly verb: string;
  readonly resource: string;
  readonly name: string;
  readonly subresource?: string;
  readonly object?: unknown;
  readonly patch?: unknown;
  readonly patchType?: string;
  readonly error?: string;
  readonly errorReason?: string;
}

/** A cluster that does as a vector says, with a cache before it that can be out of date. */
export class World {
  readonly actions: Action[] = [];
  protected readonly objects = new Map<string, KubernetesObject>();
  /** Objects as the cache shows them, where that is not as they are; undefined: not at all. */
  private readonly shown = new Map<string, KubernetesObject | undefined>();
  private readonly failures: { readonly failure: Failure; left: number }[] = [];

  add(object: KubernetesObject): void {
    const { name = '' } = object.metadata;
    this.objects.set(keyOf(object.kind, name), object);
  }

  happen(event: Event): void {
    if (event.op === 'fail') {
      this.failures.push({ failure: event, left: event.times });
      return;
    }
    if (event.op === 'create') {
      this.add({ kind: event.kind, ...event.object } as unknown as KubernetesObject);
      return;
    }
    const key = keyOf(event.kind, event.name);
    const object = this.objects.get(key);
    if (event.op === 'patch') this.objects.set(key, applyMergePatch(object, event.patch) as KubernetesObject);
    else if (event.op === 'delete') this.objects.delete(key);
    else if (event.op === 'hide') this.shown.set(key, undefined);
    else if (event.op === 'stale' && object !== undefined) this.shown.set(key, object);
    else if (event.op === 'show') this.shown.delete(key);
  }

  /** What the cache has. */
  cached(kind: string, name: string): KubernetesObject | undefined {
    const key = keyOf(kind, name);
    return this.shown.has(key) ? this.shown.get(key) : this.objects.get(key);
  }

  cachedAll(kind: string): KubernetesObject[] {
    const names = [...this.objects.values()]
      .filter((object) => object.kind === kind)
      .map(({ metadata }) => metadata.name);
    return names.flatMap((name = '') => this.cached(kind, name) ?? []);
  }

  /** What there really is. */
  stored(kind: string, name: string): KubernetesObject | undefined {
    return this.objects.get(keyOf(kind, name));
  }

  /** Asks the API server. */
  get(kind: string, name: string): Found<KubernetesObject> {
    const failure = this.fail('get', kind, name);
    if (failure) return { problem: failure.text };
    const object = this.stored(kind, name);
    return object ? { object } : { problem: `${resourceOf(kind)} "${name}" not found` };
  }

  /** Makes a change, and lists it. */
  apply(change: Change): Reply {
    const { kind, metadata } =
      change.verb === 'create' ? change.object : { kind: change.target.kind, metadata: change.target };
    const { name = '' } = metadata;
    const action = this.actionOf(change, kind, name);
    const failure = this.fail(action.verb, kind, name);
    if (failure) {
      this.actions.push({ ...action, error: failure.text, errorReason: failure.reason });
      return { went: 'failed', message: failure.text, isConflict: failure.reason === 'Conflict' };
    }
    return change.verb === 'create' ? this.create(change.object, action) : this.alter(change, action);
  }

  protected actionOf(change: Change, kind: string, name: string): Action {
    return actionOf(change, kind, name);
  }

  /** Writes fields of a status; null removes one. @returns the error, undefined: none */
  writeStatus(kind: string, name: string, fields: Json): string | undefined {
    const failure = this.fail('patch', kind, name);
    if (failure) return failure.text;
    const object = this.stored(kind, name);
    this.objects.set(keyOf(kind, name), applyMergePatch(object, { status: fields }) as KubernetesObject);
    return undefined;
  }

  protected create(object: KubernetesObject, action: Action): Reply {
    const { kind, metadata } = object;
    const { name = '' } = metadata;
    if (this.stored(kind, name)) {
      const error = `${resourceOf(kind)} "${name}" already exists`;
      this.actions.push({ ...action, error, errorReason: 'AlreadyExists' });
      const cached = kind === 'ReplicaSet' ? this.cached(kind, name) : undefined;
      return { went: 'exists', found: cached ? { object: cached } : this.get(kind, name) };
    }
    this.actions.push(action);
    this.add({ ...object, metadata: { ...metadata, uid: `uid-${kind.toLowerCase()}-${name}` } });
    return { went: 'done' };
  }

  protected alter(change: Exclude<Change, { verb: 'create' }>, action: Action): Reply {
    const { kind, name } = change.target;
    const object = this.stored(kind, name);
    if (object === undefined) {
      const error = `${resourceOf(kind)} "${name}" not found`;
      this.actions.push({ ...action, error, errorReason: 'NotFound' });
      return change.verb === 'delete' ? { went: 'done' } : { went: 'failed', message: error };
    }
    this.actions.push(action);
    if (change.verb === 'delete') {
      this.objects.delete(keyOf(kind, name));
      return { went: 'done' };
    }
    const patched = applyMergePatch(object, change.patch) as KubernetesObject;
    this.objects.set(keyOf(kind, name), patched);
    return { went: 'done', object: patched };
  }

  protected fail(verb: string, kind: string, name: string): { text: string; reason: Failure['reason'] } | undefined {
    const { plural } = RESOURCES[resourceKind(kind)];
    const armed = this.failures.find(
      ({ failure, left }) =>
        left > 0 && failure.verb === verb && failure.resource === plural && ['', name].includes(failure.name),
    );
    if (armed === undefined) return undefined;
    armed.left -= 1;
    const { reason, message } = armed.failure;
    const what = `${resourceOf(kind)} "${name}"`;
    if (reason === 'Conflict') return { reason, text: `Operation cannot be fulfilled on ${what}: ${message}` };
    if (reason === 'TooManyRequests') return { reason, text: message };
    if (reason === 'Forbidden') return { reason, text: `${what} is forbidden: ${message}` };
    return { reason, text: `Internal error occurred: ${message}` };
  }
}

/** Argo scales by writing the whole ReplicaSet, of which the vectors list the difference. */
function actionOf(change: Change, kind: string, name: string): Action {
  const { plural } = RESOURCES[resourceKind(kind)];
  const where = { resource: plural, name };
  if (change.verb === 'delete') return { verb: 'delete', ...where };
  if (change.verb === 'create') {
    const { apiVersion: _version, kind: _kind, ...object } = change.object;
    return { verb: 'create', ...where, object };
  }
  const isScale = kind === 'ReplicaSet' && 'spec' in change.patch;
  return { verb: isScale ? 'update' : 'patch', ...where, patch: change.patch };
}

export function keyOf(kind: string, name: string): string {
  return `${kind}/${name}`;
}

export function resourceOf(kind: string): string {
  const { plural, apiVersion } = RESOURCES[resourceKind(kind)];
  const [group] = apiVersion.split('/');
  return apiVersion === group ? plural : `${plural}.${group}`;
}

/** Top-level fields that differ, with their new values; null: gone. Undefined: none does. */
export function changedFields(before: Json, after: Json): Json | undefined {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter((name) => !isDeepStrictEqual(before[name], after[name]));
  return changed.length === 0 ? undefined : Object.fromEntries(changed.map((name) => [name, after[name] ?? null]));
}
