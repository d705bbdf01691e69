import type { KindFacts, OwnedFacts } from '../../model/kind-facts.ts';
import type { KubernetesObject } from '../../model/kubernetes.ts';
import type { ObjectRef } from '../../model/ref.ts';
import { RESOURCES, type ResourceKind } from '../../model/resources.ts';
import { controllerOf } from '../../model/controller-of.ts';
import { ANALYSIS_RUN } from './analysis-run.ts';
import { EXPERIMENT } from './experiment.ts';
import { ROLLOUT } from './rollout.ts';

/**
 * Every kind that can be looked after, by what is to be known of it. A new one is a file here and a line below; what it
 * does at a step is a file and a line of `kinds/registry.ts`, which the compiler asks for.
 */
export const ALL_FACTS = [ANALYSIS_RUN, EXPERIMENT, ROLLOUT] as const satisfies Facts;

/** Kinds that are looked after only where somebody wants it: elsewhere a controller of Argo's may do so. */
const WANTED: ReadonlySet<string> = new Set(['Rollout']);

/** What is looked after everywhere. */
export const FACTS: Facts = ALL_FACTS.filter(({ kind }) => !WANTED.has(kind));

/** Facts of several kinds. Functions that take them have FACTS as default. */
export type Facts = readonly KindFacts[];

export type WatchedKind = (typeof ALL_FACTS)[number]['kind'];

/** The kinds that are looked after in a cluster. */
export function factsFor({ rollouts = false }: { readonly rollouts?: boolean }): Facts {
  return rollouts ? ALL_FACTS : FACTS;
}

/** Undefined for a kind that nobody looks after: a forged or foreign message. */
export function factsOf(kind: string, facts: Facts = FACTS): KindFacts | undefined {
  return facts.find((each) => each.kind === kind);
}

/** What is owned by objects of one of these kinds, each kind once, with all who may own it. */
export function ownedOf(facts: Facts = FACTS): readonly (OwnedFacts & { readonly ownerKinds: readonly string[] })[] {
  const owned = facts.flatMap(({ kind: ownerKind, owns }) => owns.map((each) => ({ ...each, ownerKind })));
  const byKind = Object.groupBy(owned, ({ kind }) => kind);
  return Object.values(byKind).flatMap(([first, ...others]) => {
    if (!first) return [];
    const { ownerKind, ...each } = first;
    return [{ ...each, ownerKinds: [ownerKind, ...others.map((other) => other.ownerKind)] }];
  });
}

/** The object of one of these kinds that looks after another one. `namespace`: where the object does not say. */
export function ownerOf(
  cluster: string,
  object: KubernetesObject,
  facts: Facts = FACTS,
  namespace = '',
): ObjectRef | undefined {
  const owner = controllerOf(object);
  const kind = owner && factsOf(owner.kind, facts)?.kind;
  if (!kind || owner.apiVersion !== RESOURCES[kind].apiVersion) return undefined;
  return { cluster, kind, namespace: object.metadata.namespace ?? namespace, name: owner.name, uid: owner.uid };
}

/** The object of one of these kinds for which a change of another one is news. `previous`: what was known before. */
export function ownerToTell(
  cluster: string,
  object: KubernetesObject,
  previous: KubernetesObject | undefined,
  isDeleted: boolean,
  facts: Facts = FACTS,
): ObjectRef | undefined {
  const owner = ownerOf(cluster, object, facts);
  const owned = owner && factsOf(owner.kind, facts)?.owns.find(({ kind }) => kind === object.kind);
  return owned?.isNews(object, previous, isDeleted) ? owner : undefined;
}

/** How long the news that an owner is to be told can wait, in milliseconds. */
export function newsMayWaitMs(
  owner: ObjectRef,
  object: KubernetesObject,
  previous: KubernetesObject,
  facts: Facts = FACTS,
): number {
  const owned = factsOf(owner.kind, facts)?.owns.find(({ kind }) => kind === object.kind);
  return owned?.mayWaitMs?.(object, previous) ?? 0;
}

/** Kinds whose objects are followed where somebody follows: those looked after, and what these own, name and read. */
export function followedKinds(facts: Facts = FACTS): readonly ResourceKind[] {
  const followed = facts.flatMap(({ kind, owns, reads, names = [] }) => [
    kind,
    ...[...owns, ...names].map((other) => other.kind),
    ...reads,
  ]);
  return [...new Set(followed)];
}

/** Kinds whose objects others name, each once. */
export function namedKinds(facts: Facts = FACTS): readonly ResourceKind[] {
  return [...new Set(facts.flatMap(({ names = [] }) => names.map(({ kind }) => kind)))];
}
