import type { CachedCluster, ChangeHandler } from '../clusters/store/cached.ts';
import { isWatchedKind } from '../kinds/registry.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import type { Job, KubernetesObject } from '../model/kubernetes.ts';
import type { ObjectRef } from '../model/ref.ts';

/** What becomes of objects of these kinds matters to the object that they were made for. */
export const OWNED_KINDS = ['Job', 'ReplicaSet', 'AnalysisRun'] as const;
type OwnedKind = (typeof OWNED_KINDS)[number];

/** Whether a change is news for the owner. One that was there before is no news: the owner itself is looked at then. */
export function tells(...[object, previous, type]: Parameters<ChangeHandler<OwnedKind>>): boolean {
  if (object.kind === 'Job') return isOver(object as Job);
  if (previous === undefined) return false;
  if (object.kind === 'ReplicaSet' || type === 'DELETED') return true;
  return phaseOf(object) !== phaseOf(previous);
}

/** The object that another one was made for, where it is one of those that are served. */
export function ownerOf(cluster: CachedCluster, { metadata }: KubernetesObject): ObjectRef | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined || !isWatchedKind(owner.kind)) return undefined;
  const { kind, name, uid } = owner;
  const { namespace = '' } = metadata;
  const isServed = cluster.peek(kind, { namespace, name })?.metadata.uid === uid;
  return isServed ? { cluster: cluster.name, kind, namespace, name, uid } : undefined;
}

function isOver({ status }: Job): boolean {
  return (
    status?.conditions?.some(({ type, status: is }) => is === 'True' && (type === 'Complete' || type === 'Failed')) ??
    false
  );
}

function phaseOf(object: KubernetesObject): string | undefined {
  return (object as AnalysisRun).status?.phase;
}
