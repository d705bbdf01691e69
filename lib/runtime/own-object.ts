import { isWatchedKind } from '../kinds/registry.ts';
import type { Selects } from '../model/label-selector.ts';
import type { KubernetesObject } from '../model/outcome.ts';
import type { Cluster, ResourceKind } from '../model/ports.ts';
import type { ObjectRef } from '../model/ref.ts';
import { RESOURCES } from '../model/resources.ts';

/** A cluster as the step of one object sees it. */
export interface OwnObject {
  readonly cluster: Cluster;
  /** Whoever waits for the object, if the step has changed its phase. */
  ownerToTell(): ObjectRef | undefined;
}

/**
 * A message may name any object, so what is not ours to look after is not there for its own step; other objects are.
 * And where no watch tells an experiment how its analyses stand, their steps do.
 */
export function ownObject(ref: ObjectRef, cluster: Cluster, isOurs: Selects): OwnObject {
  let before: KubernetesObject | undefined;
  let after: KubernetesObject | undefined;
  return {
    cluster: {
      ...cluster,
      async get<K extends ResourceKind>(kind: K, key: { readonly namespace?: string; readonly name: string }) {
        const object = await cluster.get(kind, key);
        if (kind !== ref.kind || key.name !== ref.name || key.namespace !== ref.namespace) return object;
        if (!object || !isOurs(object)) return undefined;
        before = object;
        return object;
      },
      async patch(kind, key, patch) {
        const object = await cluster.patch(kind, key, patch);
        if (object.metadata.uid === ref.uid) after = object;
        return object;
      },
    },
    ownerToTell: () => (after && phaseOf(after) !== phaseOf(before) ? ownerOf(ref, after) : undefined),
  };
}

function ownerOf({ cluster, namespace }: ObjectRef, { metadata }: KubernetesObject): ObjectRef | undefined {
  const owner = metadata.ownerReferences?.find(
    ({ controller, apiVersion, kind }) =>
      controller === true && isWatchedKind(kind) && apiVersion === RESOURCES[kind].apiVersion,
  );
  return owner && { cluster, kind: owner.kind, namespace, name: owner.name, uid: owner.uid };
}

function phaseOf(object: (KubernetesObject & { readonly status?: { readonly phase?: unknown } }) | undefined): unknown {
  return object?.status?.phase;
}
