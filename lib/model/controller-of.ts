import type { KubernetesObject, OwnerReference } from './kubernetes.ts';

/** The one owner that looks after an object, as API servers have it; undefined where nobody does. */
export function controllerOf({ metadata }: KubernetesObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}
