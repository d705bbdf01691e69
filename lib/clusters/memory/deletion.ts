import type { DeleteOptions } from '../../model/cluster.ts';
import type { KubernetesObject, OwnerReference } from '../../model/kubernetes.ts';
import { RESOURCES, type ResourceKind } from '../../model/resources.ts';
import { wholeSeconds } from '../../model/whole-seconds.ts';
import type { Draft, MemoryStore } from './store.ts';

const FOREGROUND = 'foregroundDeletion';
type Propagation = NonNullable<DeleteOptions['propagation']>;

/** Deletes as an API server with its garbage collector does, but at once. */
export interface MemoryDeletion {
  delete(kind: ResourceKind, object: KubernetesObject, propagation: Propagation): void;
  /** Stores what was written; or removes it, where its last finalizer is gone or nobody owns it any more. */
  store(kind: ResourceKind, draft: Draft): KubernetesObject;
}

/**
 * @source finalizers: k8s.io/apiserver/pkg/registry/generic/registry/store.go; owners: kube-controller-manager's
 *         garbage collector. An owner of a kind that Assay does not know is taken to exist.
 */
export function memoryDeletion(store: MemoryStore, now: () => Date): MemoryDeletion {
  const dependentsOf = (uid: string | undefined): Dependent[] =>
    store.everything().flatMap(({ kind, object }) => {
      const owner = object.metadata.ownerReferences?.find((reference) => reference.uid === uid);
      return owner ? [{ kind, object, owner }] : [];
    });

  const remove = (kind: ResourceKind, last: KubernetesObject): KubernetesObject => {
    const object = store.remove(kind, last);
    if (kind === 'Namespace') {
      for (const inside of store.everything()) {
        if (inside.object.metadata.namespace === object.metadata.name) deleteNow(inside.kind, inside.object, []);
      }
    }
    for (const dependent of dependentsOf(object.metadata.uid)) collect(dependent.kind, dependent.object);
    for (const { uid } of object.metadata.ownerReferences ?? []) finishForeground(uid);
    return object;
  };

  /** Removes it, or leaves it to whoever holds its finalizers. */
  const deleteNow = (kind: ResourceKind, given: KubernetesObject, added: readonly string[]): void => {
    const object = store.get(kind, given.metadata.namespace, given.metadata.name ?? '');
    if (object?.metadata.uid !== given.metadata.uid || !object) return;
    const finalizers = [...new Set([...(object.metadata.finalizers ?? []), ...added])];
    if (finalizers.length === 0) remove(kind, object);
    else if (!object.metadata.deletionTimestamp) store.put(kind, asDeleting(object, finalizers, now()));
  };

  const collect = (kind: ResourceKind, object: KubernetesObject): void => {
    const { ownerReferences = [] } = object.metadata;
    if (ownerReferences.length === 0) return;
    const uids = new Set(store.everything().map((entry) => entry.object.metadata.uid));
    const isAbsent = ({ kind: ownerKind, uid }: OwnerReference): boolean =>
      Object.hasOwn(RESOURCES, ownerKind) && !uids.has(uid);
    if (ownerReferences.every(isAbsent)) deleteNow(kind, object, []);
  };

  const finishForeground = (uid: string): void => {
    const found = store.everything().find(({ object }) => object.metadata.uid === uid);
    if (!found?.object.metadata.deletionTimestamp || !found.object.metadata.finalizers?.includes(FOREGROUND)) return;
    if (dependentsOf(uid).some(({ owner }) => owner.blockOwnerDeletion)) return;
    const finalizers = found.object.metadata.finalizers.filter((finalizer) => finalizer !== FOREGROUND);
    const metadata = { ...found.object.metadata, finalizers };
    if (finalizers.length > 0) store.put(found.kind, { ...found.object, metadata });
    else remove(found.kind, found.object);
  };

  const deleteWith = (kind: ResourceKind, object: KubernetesObject, propagation: Propagation): void => {
    const dependents = propagation === 'Background' ? [] : dependentsOf(object.metadata.uid);
    if (propagation === 'Orphan') {
      for (const dependent of dependents) store.put(dependent.kind, withoutOwner(dependent));
    }
    if (propagation !== 'Foreground' || dependents.length === 0) {
      deleteNow(kind, object, []);
      return;
    }
    deleteNow(kind, object, [FOREGROUND]);
    for (const dependent of dependents) deleteWith(dependent.kind, dependent.object, 'Foreground');
    finishForeground(object.metadata.uid ?? '');
  };

  return {
    delete: deleteWith,
    store(kind, draft) {
      const { deletionTimestamp, finalizers = [] } = draft.metadata;
      if (deletionTimestamp && finalizers.length === 0) return remove(kind, draft);
      const object = store.put(kind, draft);
      collect(kind, object);
      return object;
    },
  };
}

interface Dependent {
  readonly kind: ResourceKind;
  readonly object: KubernetesObject;
  readonly owner: OwnerReference;
}

function asDeleting(object: KubernetesObject, finalizers: readonly string[], at: Date): Draft {
  const { generation } = object.metadata;
  const metadata = {
    ...object.metadata,
    finalizers,
    deletionTimestamp: wholeSeconds(at),
    deletionGracePeriodSeconds: 0,
    ...(generation !== undefined && { generation: generation + 1 }),
  };
  return { ...object, metadata };
}

function withoutOwner({ object, owner }: Dependent): Draft {
  const { ownerReferences = [], ...metadata } = object.metadata;
  const others = ownerReferences.filter(({ uid }) => uid !== owner.uid);
  return { ...object, metadata: { ...metadata, ...(others.length > 0 && { ownerReferences: others }) } };
}
