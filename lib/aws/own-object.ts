import { wrap } from '../clusters/wrap.ts';
import { type Facts, FACTS, factsOf, ownerToTell } from '../kinds/facts/registry.ts';
import { beforeOf } from '../model/before.ts';
import type { Selects } from '../model/label-selector.ts';
import type { Cluster, ListQuery, ObjectKey } from '../model/cluster.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import type { ResourceKind, Resources } from '../model/resources.ts';
import { type ObjectRef, refOf } from '../model/ref.ts';

/** A cluster as the step of one object sees it. */
export interface OwnObject {
  readonly cluster: Cluster;
  /** Whom the step has given something to do: what it made or changed, and who waits for news of the object. */
  othersToTell(): readonly ObjectRef[];
  /** Whether the step has read what there was before a change that it was told of: that may be stored yet. */
  cameTooEarly(): boolean;
}

/** What the step of an object rests on. */
export interface OwnObjectOptions {
  readonly isOurs: Selects;
  /** Of the kinds that are looked after. Default: those that are everywhere. */
  readonly facts?: Facts;
  /** What the message says, as `Message` has it. */
  readonly before?: string;
}

/**
 * A message may name any object, so what is not ours to look after is not there for its own step; other objects are.
 * And where no watch tells an object of what it owns, and the other way round, their steps do.
 */
export function ownObject(ref: ObjectRef, cluster: Cluster, told: OwnObjectOptions): OwnObject {
  const { isOurs, facts = FACTS } = told;
  const others = new Map<string, ObjectRef>();
  const outdated = new Set(told.before?.split(' '));
  let before: KubernetesObject | undefined;
  let isEarly = false;

  const saw = <T extends KubernetesObject>(object: T): T => {
    isEarly ||= outdated.has(beforeOf(object.metadata));
    return object;
  };
  const isYetToCome = (object: KubernetesObject | undefined): boolean =>
    object?.metadata.uid !== ref.uid && outdated.has(beforeOf({ uid: ref.uid }));

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
        if (object) saw(object);
        if (kind !== ref.kind || key.name !== ref.name || key.namespace !== ref.namespace) return object;
        isEarly ||= isYetToCome(object);
        if (!object || !isOurs(object)) return undefined;
        before = object;
        return object;
      },
      create: async <K extends ResourceKind>(kind: K, object: Resources[K]) =>
        wrote(await cluster.create(kind, object)),
      patch: async (kind, key, patch, options) => wrote(await cluster.patch(kind, key, patch, options)),
      async list<K extends ResourceKind>(kind: K, query?: ListQuery) {
        const page = await cluster.list(kind, query);
        page.items.forEach(saw);
        return page;
      },
      listStored: 'as is',
      isBehind: 'as is',
      refresh: 'as is',
      refreshAll: 'as is',
      delete: 'as is',
      watch: 'as is',
      recordEvent: 'as is',
      fetch: 'as is',
    }),
    othersToTell: () => [...others.values()],
    cameTooEarly: () => isEarly,
  };
}
