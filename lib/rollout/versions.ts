import { controllerOf } from '../model/controller-of.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { POD_HASH_LABEL } from '../model/labels.ts';
import type { Rollout } from '../model/rollout.ts';
import { isPodTemplateEqual } from '../workload/pod-template-equal.ts';
import { podTemplateHash } from '../workload/pod-template-hash.ts';
import { type ReplicaSet, replicasIn } from '../workload/replica-set.ts';
import { withoutAntiAffinity } from './anti-affinity.ts';
import { withPodMetadata } from './pod-metadata.ts';

/** The ReplicaSets of a Rollout, by the part that they play. */
export interface Versions {
  readonly all: readonly ReplicaSet[];
  /** Of the pods that are wanted. */
  readonly latest: ReplicaSet | undefined;
  /** Of the pods to go back to; the same as the latest once that has been promoted. */
  readonly stable: ReplicaSet | undefined;
  /** All but the latest. */
  readonly older: readonly ReplicaSet[];
  /** All but the latest and the stable one. */
  readonly others: readonly ReplicaSet[];
}

/** The version of its pods that a ReplicaSet is for; empty: none that is known. */
export function hashOf(replicaSet: ReplicaSet | undefined): string {
  return replicaSet?.metadata.labels?.[POD_HASH_LABEL] ?? '';
}

/** The version of the pods that are wanted. */
export function wantedHash({ spec, status }: Rollout): string {
  return podTemplateHash(spec.template ?? {}, status?.collisionCount);
}

export function isControlledBy(object: KubernetesObject, { metadata }: Rollout): boolean {
  const owner = controllerOf(object);
  return owner !== undefined && owner.uid === metadata.uid;
}

/** @source newRolloutContext in rollout/controller.go of argoproj/argo-rollouts */
export function findVersions(rollout: Rollout, all: readonly ReplicaSet[]): Versions {
  return sortVersions(rollout, all, findLatest(rollout, all));
}

/** Who plays which part, with the latest given. */
export function sortVersions(rollout: Rollout, all: readonly ReplicaSet[], latest: ReplicaSet | undefined): Versions {
  const older = all.filter(({ metadata }) => latest === undefined || metadata.uid !== latest.metadata.uid);
  const stable = findStable(rollout, latest, older);
  const taken = new Set([latest, stable].map((replicaSet) => replicaSet?.metadata.name));
  return { all, latest, stable, older, others: all.filter(({ metadata }) => !taken.has(metadata.name)) };
}

/** By its hash; or, where hashes have come to be reckoned otherwise, by its template. */
function findLatest(rollout: Rollout, all: readonly ReplicaSet[]): ReplicaSet | undefined {
  const hash = wantedHash(rollout);
  const byAge = all.toSorted(compareAge);
  return (
    byAge.find((replicaSet) => hashOf(replicaSet) === hash) ??
    byAge.find((replicaSet) => {
      const live = withPodMetadata(replicaSet, undefined).spec?.template ?? {};
      return isPodTemplateEqual(withoutAntiAffinity(rollout, live), rollout.spec.template ?? {});
    })
  );
}

function findStable(
  { status = {} }: Rollout,
  latest: ReplicaSet | undefined,
  others: readonly ReplicaSet[],
): ReplicaSet | undefined {
  const { stableRS = '' } = status;
  if (stableRS === '') return undefined;
  return [latest, ...others].find((replicaSet) => replicaSet !== undefined && hashOf(replicaSet) === stableRS);
}

/** The version of that hash; of several, the last. */
export function findByHash(all: readonly ReplicaSet[], hash: string | undefined): ReplicaSet | undefined {
  if (hash === undefined || hash === '') return undefined;
  return all.findLast((replicaSet) => hashOf(replicaSet) === hash);
}

/** Whether a ReplicaSet has or is to have pods. */
export function isActive(replicaSet: ReplicaSet | undefined): replicaSet is ReplicaSet {
  return replicaSet !== undefined && replicasIn(replicaSet) > 0;
}

/** The older first; of one age, by name. */
export function compareAge(left: ReplicaSet, right: ReplicaSet): number {
  return createdMs(left) - createdMs(right) || compareText(left.metadata.name ?? '', right.metadata.name ?? '');
}

/** Not created yet counts as the beginning of time. */
export function createdMs({ metadata }: KubernetesObject): number {
  return metadata.creationTimestamp === undefined ? 0 : Date.parse(metadata.creationTimestamp);
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The versions with one ReplicaSet replaced by what has become of it. */
export function replaceIn(versions: Versions, changed: ReplicaSet): Versions {
  const isIt = ({ metadata }: ReplicaSet) => metadata.name === changed.metadata.name;
  const swap = (list: readonly ReplicaSet[]) => list.map((replicaSet) => (isIt(replicaSet) ? changed : replicaSet));
  const { all, latest, stable, older, others } = versions;
  return {
    all: swap(all),
    latest: latest && isIt(latest) ? changed : latest,
    stable: stable && isIt(stable) ? changed : stable,
    older: swap(older),
    others: swap(others),
  };
}
