import type { KubernetesObject, OwnerReference, Target } from '../model/kubernetes.ts';
import type { Rollout } from '../model/rollout.ts';
import { targetOf } from '../workload/target.ts';

/** The same, for a change that rests on what the object was: it is refused where somebody else has written since. */
export function seenTargetOf(object: KubernetesObject): Target {
  const { resourceVersion } = object.metadata;
  return { ...targetOf(object), ...(resourceVersion !== undefined && { resourceVersion }) };
}

/** Makes the Rollout the owner of what it creates: it goes when the Rollout does. */
export function ownerReference({ metadata }: Rollout): OwnerReference {
  const { name = '', uid = '' } = metadata;
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name, uid };
  return { ...owner, controller: true, blockOwnerDeletion: true };
}
