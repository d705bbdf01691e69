import type { Rollout } from '../../model/rollout.ts';
import {
  areCountsMoving,
  availableIn,
  replicasIn,
  surelyAvailableIn,
  type ReplicaSet,
} from '../../workload/replica-set.ts';
import { maxTrafficWeight, replicasOf } from '../defaults.ts';
import { maxSurge, maxUnavailable } from './limits.ts';
import type { CanaryReplicas } from './routed-canary.ts';
import { wantedCanary } from './weight.ts';
import { nearestToWeight } from './nearest-to-weight.ts';

/** A ReplicaSet of a canary: what it has, and what it is to have in the end. Absent ones have nothing. */
interface Side {
  readonly set: ReplicaSet | undefined;
  readonly has: number;
  readonly wants: number;
}

/** How many pods there may be, and how many must be available. */
interface Bounds {
  readonly most: number;
  readonly fewestAvailable: number;
}

/**
 * The next step of a canary whose traffic goes by the number of pods. The counts nearest to the weight are approached
 * as far as maxSurge and maxUnavailable allow: first up, the stable ReplicaSet before the new one; then down, but only
 * once older ReplicaSets have gone, and only the side that is to become smaller.
 *
 * Without a stable ReplicaSet, or where it is the new one, there is no canary: the new one gets all pods.
 *
 * @param others  the older ReplicaSets
 * @source CalculateReplicaCountsForBasicCanary in utils/replicaset/canary.go of argoproj/argo-rollouts
 */
export function basicCanaryReplicas(
  rollout: Rollout,
  newSet: ReplicaSet | undefined,
  stableSet: ReplicaSet | undefined,
  others: readonly ReplicaSet[],
): CanaryReplicas {
  const replicas = replicasOf(rollout);
  const isCanary = isAnother(stableSet, newSet);
  const wanted = isCanary ? nearestCounts(rollout, newSet, stableSet) : { canary: replicas, stable: 0 };
  const canary = sideOf(newSet, wanted.canary);
  const stable = sideOf(isCanary ? stableSet : undefined, wanted.stable);
  const bounds = { most: replicas + maxSurge(rollout), fewestAvailable: replicas - maxUnavailable(rollout) };

  const older = others.reduce((sum, set) => sum + replicasIn(set), 0);
  const room = bounds.most - older - canary.has - stable.has;
  const upStable = scaleUp(stable, room);
  const up = { canary: scaleUp(canary, room - (upStable - stable.has)), stable: upStable };
  if (older > 0) return up;

  // Pods that do not become available must not keep the side that shrinks from shrinking: they count there.
  const isGrowing = newSet === undefined || canary.wants >= canary.has;
  const available = availableFrom(newSet, !isGrowing) + availableFrom(stableSet, isGrowing);
  const spare = available - bounds.fewestAvailable;
  if (spare <= 0) return up;
  if (!isGrowing) {
    const [less, other] = fit(canary, scaleDown(canary, spare, up.canary), stableSet, up.stable, bounds);
    return { canary: less, stable: other };
  }
  if (!isCanary) return up;
  const [less, other] = fit(stable, scaleDown(stable, spare, up.stable), newSet, up.canary, bounds);
  return { canary: other, stable: less };
}

function nearestCounts(
  rollout: Rollout,
  newSet: ReplicaSet | undefined,
  stableSet: ReplicaSet | undefined,
): CanaryReplicas {
  const wanted = wantedCanary(rollout, newSet, stableSet);
  const weight = 'replicas' in wanted ? 0 : wanted.weight;
  return nearestToWeight(replicasOf(rollout), weight, maxTrafficWeight(rollout), maxSurge(rollout));
}

function isAnother(stableSet: ReplicaSet | undefined, newSet: ReplicaSet | undefined): boolean {
  return stableSet !== undefined && stableSet.metadata.name !== newSet?.metadata.name;
}

function sideOf(set: ReplicaSet | undefined, wants: number): Side {
  return { set, has: set === undefined ? 0 : replicasIn(set), wants };
}

/** What a side gets of the room that is left. */
function scaleUp({ set, has, wants }: Side, room: number): number {
  if (set === undefined || has >= wants || room <= 0) return has;
  return Math.min(has + room, wants);
}

function scaleDown({ set, has, wants }: Side, spare: number, count: number): number {
  return set !== undefined && has > wants ? Math.max(wants, has - spare) : count;
}

/** Pods beyond what the ReplicaSet is to have are going away and do not count. */
function availableFrom(set: ReplicaSet | undefined, areUnavailableCounted: boolean): number {
  if (set === undefined) return 0;
  return areUnavailableCounted ? replicasIn(set) : surelyAvailableIn(set);
}

/**
 * Makes both counts fit into the bounds: the side that stays gives way to what the shrinking side still has, but not so
 * far that too few pods are available; the rest is taken from the shrinking side. While their counts move, neither is.
 *
 * @returns the counts of the shrinking side and of the other one
 * @source adjustReplicaWithinLimits in utils/replicaset/canary.go of argoproj/argo-rollouts
 */
function fit(
  shrinking: Side,
  less: number,
  other: ReplicaSet | undefined,
  count: number,
  { most, fewestAvailable }: Bounds,
): [number, number] {
  const areKnown = ![shrinking.set, other].some((set) => set !== undefined && areCountsMoving(set));
  if (other === undefined || !areKnown) return [less, count];
  const cut = count - Math.max(0, count + less - most);
  const availableLess = shrinking.set === undefined ? 0 : Math.min(availableIn(shrinking.set), less);
  const available = availableLess + Math.min(availableIn(other), cut);
  const lost = Math.max(0, availableIn(other) - cut);
  const kept = cut + Math.min(lost, Math.max(0, fewestAvailable - available));
  return [less - Math.max(0, kept + less - most), kept];
}
