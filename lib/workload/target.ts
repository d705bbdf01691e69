import type { KubernetesObject, Target } from '../model/kubernetes.ts';

/** An object as changes name it; its uid keeps them from one of the same name that has come since. */
export function targetOf({ apiVersion, kind, metadata }: KubernetesObject): Target {
  const { namespace = '', name = '', uid } = metadata;
  return { apiVersion, kind, namespace, name, ...(uid !== undefined && { uid }) };
}
