import { controllerOf } from '../../model/controller-of.ts';
import type { KubernetesObject } from '../../model/kubernetes.ts';
import { mergePatch } from '../../model/merge-patch.ts';
import type { ObjectChange } from './cached-objects.ts';

/**
 * What others have made of objects that have an owner, since that owner was read from the cluster itself: another process
 * that looks after the same owner, for one. They knew the owner as it was then, which a store may yet have to be told. Each
 * kind has a watch of its own, and one may be behind another.
 */
export interface OthersChanges {
  /** Takes note of a change that a store was told, unless it is one of the status alone. */
  saw(change: ObjectChange<KubernetesObject>): void;
  /** Takes note that a write of our own made `object`: what a watch told of that before its reply came is no news. */
  wrote(object: KubernetesObject): void;
  /** Takes note that we deleted an object: one that is owned, or an owner. */
  deleted(object: KubernetesObject): void;
  /** Whether there are any since the owner of this uid was read. */
  concern(ownerUid: string): boolean;
  /** Call before the owner is read; what it gives once it is: then it knows what others knew until that call. */
  readingOwner(ownerUid: string): () => void;
}

/** @param mayAsk  whether somebody may ask about the owner of the object: it is followed, and not known to be gone */
export function othersChanges(mayAsk: (change: ObjectChange<KubernetesObject>) => boolean): OthersChanges {
  /** By owner: the version that others made of each of its objects. */
  const changes = new Map<string, Map<string, string>>();

  const forget = (ownerUid: string, uid: string, isIt: (version: string) => boolean = () => true): void => {
    const versions = changes.get(ownerUid);
    if (!versions || !isIt(versions.get(uid) ?? '')) return;
    versions.delete(uid);
    if (versions.size === 0) changes.delete(ownerUid);
  };

  return {
    saw(change) {
      const { type, object, previous } = change;
      const { uid = '' } = object.metadata;
      // It may be an owner, too.
      if (type === 'DELETED') changes.delete(uid);
      const ownerUid = ownerUidOf(object);
      if (ownerUid === undefined) return;
      if (!mayAsk(change)) {
        forget(ownerUid, uid);
      } else if (type !== 'MODIFIED' || !previous || mergePatch(decidedOf(previous), decidedOf(object))) {
        const versions = changes.get(ownerUid) ?? new Map<string, string>();
        changes.set(ownerUid, versions.set(uid, versionOf(object)));
      }
    },
    wrote(object) {
      const ownerUid = ownerUidOf(object);
      const version = versionOf(object);
      if (ownerUid !== undefined) forget(ownerUid, object.metadata.uid ?? '', (told) => told === version);
    },
    deleted(object) {
      const { uid = '' } = object.metadata;
      changes.delete(uid);
      const ownerUid = ownerUidOf(object);
      if (ownerUid !== undefined) forget(ownerUid, uid);
    },
    concern: (ownerUid) => changes.has(ownerUid),
    readingOwner(ownerUid) {
      const before = [...(changes.get(ownerUid) ?? [])];
      return () => {
        for (const [uid, version] of before) forget(ownerUid, uid, (told) => told === version);
      };
    },
  };
}

/** What whoever looks after its owner decides of an object; its status and labels say what has become of it. */
function decidedOf(object: KubernetesObject & { readonly spec?: unknown }): Readonly<Record<string, unknown>> {
  const { annotations, ownerReferences, deletionTimestamp } = object.metadata;
  return { annotations, ownerReferences, deletionTimestamp, spec: object.spec };
}

function ownerUidOf(object: KubernetesObject): string | undefined {
  return controllerOf(object)?.uid;
}

function versionOf({ metadata }: KubernetesObject): string {
  return metadata.resourceVersion ?? '';
}
