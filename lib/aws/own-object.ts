import { wrap } from '../clusters/wrap.ts';
import { type Facts, FACTS, factsOf, ownerToTell } from '../kinds/facts/registry.ts';
import type { Selects } from '../model/label-selector.ts';
import type { Cluster, ObjectKey } from '../model/cluster.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import type { ResourceKind, Resources } from '../model/resources.ts';
import { type ObjectRef, refOf } from '../model/ref.ts';

/** A cluster as the step of one object sees it. */
export interface OwnObject {
  readonly cluster: Cluster;
  /** Whom the step has given something to do: what it made or changed, and who waits for news of the object. */
  othersToTell(): readonly ObjectRef[];
}

/**
 * A message may name any object, so what is not ours to look after is not there for its own step; other objects are.
 * And where no watch tells an object of what it owns, and the other way round, their steps do.
 */
export function ownObject(ref: ObjectRef, cluster: Cluster, isOurs: Selects, facts: Facts = FACTS): OwnObject {
  const others = new Map<string, ObjectRef>();
  let before: KubernetesObject | undefined;

  const wrote = <T extends KubernetesObject>(object: T): T => {
    if (object.metadata.uid === ref.uid) tell(ownerToTell(ref.cluster, object, before, false, facts));
    else if (factsOf(object.kind, facts)) tell(refOf(ref.cluster, object));
    return object;
  };
  const tell = (other: ObjectRef | undefined): void => {
    if (other) others.set(other.uid, other);
  };

  return {
    cluster: wrap(cluster, {
      async get<K extends ResourceKind>(kind: K, key: ObjectKey) {
        const object = await cluster.get(kind, key);
        if (kind !== ref.kind || key.name !== ref.name || key.namespace !== ref.namespace) return object;
        if (!object || !isOurs(object)) return undefined;
        before = object;
        return object;
      },
      create: async <K extends ResourceKind>(kind: K, object: Resources[K]) =>
        wrote(await cluster.create(kind, object)),
      patch: async (kind, key, patch, options) => wrote(await cluster.patch(kind, key, patch, options)),
      list: 'as is',
      listStored: 'as is',
      delete: 'as is',
      watch: 'as is',
      recordEvent: 'as is',
      fetch: 'as is',
    }),
    othersToTell: () => [...others.values()],
  };
}
