import type { ListPage, WatchEvent } from '../../model/cluster.ts';
import type { KubernetesObject } from '../../model/kubernetes.ts';
import { RESOURCES, type ResourceKind } from '../../model/resources.ts';
import { type ApiStatus, failureOf } from './failure.ts';

interface ListAnswer {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly KubernetesObject[] | null;
}

/** What servers send in a watch beside its events. */
interface ErrorEvent {
  readonly type: 'ERROR';
  readonly object: ApiStatus;
}

export function readObject(kind: ResourceKind, body: string): KubernetesObject {
  return normalize(kind, JSON.parse(body) as KubernetesObject);
}

export function readPage(kind: ResourceKind, body: string): ListPage<KubernetesObject> {
  const { metadata, items } = JSON.parse(body) as ListAnswer;
  return {
    items: (items ?? []).map((item) => normalize(kind, item)),
    resourceVersion: metadata.resourceVersion,
    ...(metadata.continue && { continue: metadata.continue }),
  };
}

/** @throws AssayError for an ERROR: ASSAY_CLUSTER_EXPIRED above all */
export function readWatchEvent(cluster: string, kind: ResourceKind, line: string): WatchEvent<KubernetesObject> {
  const event = JSON.parse(line) as WatchEvent<KubernetesObject> | ErrorEvent;
  if (event.type !== 'ERROR') return { type: event.type, object: normalize(kind, event.object) };
  const { object } = event;
  throw failureOf(cluster, { status: object.code ?? 500, headers: {}, body: JSON.stringify(object) });
}

/**
 * What API servers list of their own kinds comes without `apiVersion` and `kind`; and `managedFields`, which may be
 * larger than the rest of an object, is of no use here.
 */
function normalize(kind: ResourceKind, object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata as KubernetesObject['metadata'] & {
    managedFields?: unknown;
  };
  return { ...object, apiVersion: RESOURCES[kind].apiVersion, kind, metadata };
}
