import type { KubernetesObject } from './kubernetes.ts';

/** Names one object in one cluster. Messages carry this and nothing else: it is believed in nothing but identity. */
export interface ObjectRef {
  readonly cluster: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** One line for logs and queue keys: `cluster/kind/namespace/name/uid`. */
export function formatRef(ref: ObjectRef): string {
  return `${ref.cluster}/${ref.kind}/${ref.namespace}/${ref.name}/${ref.uid}`;
}

/** The name of an object as it was read. */
export function refOf(cluster: string, { kind, metadata }: KubernetesObject): ObjectRef {
  const { namespace = '', name = '', uid = '' } = metadata;
  return { cluster, kind, namespace, name, uid };
}
