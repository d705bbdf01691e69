import { AssayError } from '../../model/errors.ts';
import type { Cluster, ObjectKey } from '../../model/cluster.ts';
import type { KubernetesObject } from '../../model/kubernetes.ts';
import { RESOURCES, type ResourceKind } from '../../model/resources.ts';

/** Of kinds that stand in another version than `RESOURCES` says. */
export type ApiVersions = NonNullable<Cluster['apiVersions']>;

/** The path that an object is created at. */
export function creationPath(
  kind: ResourceKind,
  { namespace, name = '' }: KubernetesObject['metadata'],
  apiVersions: ApiVersions = {},
): string {
  const { of } = RESOURCES[kind];
  if (of === undefined) return collectionPath(kind, namespace, apiVersions);
  return `${objectPath(of, { name, ...(namespace !== undefined && { namespace }) })}/${kind.toLowerCase()}`;
}

/** The path of all objects of a kind, or of those of one namespace. */
export function collectionPath(kind: ResourceKind, namespace?: string, apiVersions: ApiVersions = {}): string {
  const { plural, namespaced } = RESOURCES[kind];
  const apiVersion = apiVersionOf(kind, apiVersions);
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const within = namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${group}${within}/${plural}`;
}

/**
 * @throws AssayError ASSAY_CLUSTER_REFUSED where the key lacks a namespace that the kind needs, or a name that an
 *         object can have: with a `/` it would be another path
 * @source IsValidPathSegmentName of k8s.io/apimachinery/pkg/api/validation/path
 */
export function objectPath(kind: ResourceKind, key: ObjectKey, apiVersions: ApiVersions = {}): string {
  if (!key.name || key.name === '.' || key.name === '..' || /[/%]/.test(key.name)) {
    throw new AssayError('ASSAY_CLUSTER_REFUSED', `${kind}: "${key.name}" is no name`);
  }
  requireNamespace(kind, key.namespace);
  return `${collectionPath(kind, key.namespace, apiVersions)}/${encodeURIComponent(key.name)}`;
}

/** @throws AssayError ASSAY_CLUSTER_REFUSED where a kind that lives in namespaces is given none */
export function requireNamespace(kind: ResourceKind, namespace: string | undefined): void {
  if (RESOURCES[kind].namespaced && !namespace) {
    throw new AssayError('ASSAY_CLUSTER_REFUSED', `${kind}: a namespace is required`);
  }
}

/** @throws AssayError ASSAY_CLUSTER_REFUSED where an object is sent as what it is not */
export function requireKind(
  kind: ResourceKind,
  object: Pick<KubernetesObject, 'apiVersion' | 'kind'>,
  apiVersions: ApiVersions = {},
): void {
  const apiVersion = apiVersionOf(kind, apiVersions);
  if (object.kind !== kind || object.apiVersion !== apiVersion) {
    const given = `${object.apiVersion} ${object.kind}`;
    throw new AssayError('ASSAY_CLUSTER_REFUSED', `${given} is not ${apiVersion} ${kind}`);
  }
}

function apiVersionOf(kind: ResourceKind, apiVersions: ApiVersions): string {
  return apiVersions[kind] ?? RESOURCES[kind].apiVersion;
}

/** `?a=b&c=d` of what is there; empty without any. */
export function queryString(query: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  return parameters.size > 0 ? `?${parameters.toString()}` : '';
}
