import { isAbsent } from '../model/empty.ts';
import type { PodTemplate } from '../model/pod-template.ts';
import { withDefaults } from './pod-template-defaults.ts';
import { withoutHash } from './pod-template-hash.ts';
import { writerOf } from './pod-template-json.ts';
import { parseQuantity } from './quantity.ts';

/** Quantities by what they are worth, however they are written. */
const byWorth = writerOf((value) => {
  const quantity = parseQuantity(value);
  if (quantity === undefined) return String(value);
  const digits = String(quantity.unscaled).replace(/0+$/, '');
  const zeros = String(quantity.unscaled).length - digits.length;
  return digits === '' ? '0' : `${digits}e${quantity.scale + zeros}`;
});

/**
 * Whether the pods of a ReplicaSet are what a template wants, once the API server has filled in its defaults. The
 * label with the hash and the old name of the service account do not count.
 *
 * @source PodTemplateEqualIgnoreHash in utils/replicaset/replicaset.go of argoproj/argo-rollouts
 */
export function isPodTemplateEqual(live: PodTemplate, desired: PodTemplate): boolean {
  return essence(live) === essence(withDefaults(desired) as PodTemplate);
}

function essence(template: PodTemplate): string {
  const { serviceAccount: _old, containers, ...spec } = { containers: [], ...template.spec } as Record<string, unknown>;
  // No list of containers is as good as an empty one.
  return byWorth({ ...withoutHash(template), spec: { ...spec, containers: isAbsent(containers) ? [] : containers } });
}
