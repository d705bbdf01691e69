import type { KubernetesObject, OwnerReference } from '../../model/kubernetes.ts';
import type { Rollout } from '../../model/rollout.ts';

/** Makes a Rollout the owner of what it creates: it goes when the Rollout does. */
export function ownedBy({ metadata }: Rollout): { readonly ownerReferences: readonly OwnerReference[] } {
  const { name = '', uid = '' } = metadata;
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name, uid };
  return { ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }] };
}

/** Whether an object is looked after by this very Rollout, whoever else has its name. */
export function isOwnedBy({ metadata }: Rollout, object: KubernetesObject): boolean {
  return object.metadata.ownerReferences?.find(({ controller }) => controller)?.uid === metadata.uid;
}
