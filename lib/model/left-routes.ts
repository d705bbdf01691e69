import type { KubernetesObject } from './kubernetes.ts';
import type { Found } from './reply.ts';
import { formatRef, type ObjectRef } from './ref.ts';
import type { TrafficWeights } from './rollout-status.ts';
import { forgetBeyond } from './forget-beyond.ts';

/** Objects that split a Rollout's traffic, as one of its steps has left them. */
export interface LeftRoutes {
  /** The resourceVersion that the Rollout had then. */
  readonly version: string;
  /** What its status said of them. */
  readonly weights: TrafficWeights | undefined;
  /** When the last of them was read or written that had not been for longest. */
  readonly lookedAt: Date;
  /** By their `routeKey`. One that is missing here did not exist. */
  readonly routes: ReadonlyMap<string, Found<KubernetesObject>>;
  /** Names of those that are found by labels, by the `routeListKey`. */
  readonly routeLists: ReadonlyMap<string, Found<readonly string[]>>;
}

/** What the steps of this process have left, so that the next one need not read what it knows. Losing it costs reads. */
export interface RoutesMemory {
  /** Gives it away, so that a step which does not end well leaves nothing behind. */
  take(ref: ObjectRef): LeftRoutes | undefined;
  keep(ref: ObjectRef, left: LeftRoutes): void;
}

/** Of so many Rollouts: some ten megabytes. */
const MOST = 1_000;

/** @param most  Rollouts; those that were kept longest ago are forgotten */
export function openRoutesMemory(most = MOST): RoutesMemory {
  const kept = new Map<string, LeftRoutes>();
  return {
    take(ref) {
      const key = formatRef(ref);
      const left = kept.get(key);
      kept.delete(key);
      return left;
    },
    keep(ref, left) {
      const key = formatRef(ref);
      kept.delete(key);
      kept.set(key, left);
      forgetBeyond(most, kept);
    },
  };
}
