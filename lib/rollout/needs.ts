import type { AnalysisTemplateRef } from '../model/analysis-template.ts';
import type { Rollout, WorkloadRef } from '../model/rollout.ts';
import { servicesOf } from '../model/rollout-services.ts';
import { analysesOf } from './references/analyses.ts';
import { routersOf } from './routers/registry.ts';
import { isRestartDone } from './restart-done.ts';
import type { FindRouted, Routed, RoutedList } from './routers/router.ts';
import { routeKey } from './routing/open-routing.ts';
import { runsOf } from './runs-of.ts';
import type { SeenRollout } from './seen.ts';

/** What must be read for a decision, beside the ReplicaSets, AnalysisRuns and Experiments of the namespace. */
export interface RolloutNeeds {
  /** Names. */
  readonly services: readonly string[];
  /** Names of AnalysisRuns that must be read one by one where the list of the namespace lacks them. */
  readonly runs: readonly string[];
  /** With those that these refer to, and so on. */
  readonly templates: readonly AnalysisTemplateRef[];
  /** Objects that traffic routers look after; once they are read, `routesOf` may name more. */
  readonly routes: readonly Routed[];
  /** Those that they find by labels. */
  readonly routeLists: readonly RoutedList[];
  /** Whether the pods of the selector are wanted. */
  readonly pods: boolean;
  /** What the pod template comes from. */
  readonly workload: WorkloadRef | undefined;
  /** Name of the Deployment whose pods may be taken: it is to be read as it is now. */
  readonly deployment: string | undefined;
}

/** Says what must be read before `reconcileRollout` can decide. */
export function needs(rollout: Rollout, now: Date): RolloutNeeds {
  const { workloadRef } = rollout.spec;
  const takesPods = workloadRef?.scaleDown === 'onsuccess' || workloadRef?.scaleDown === 'progressively';
  return {
    services: servicesOf(rollout),
    runs: runsOf(rollout).flatMap(({ name }) => name ?? []),
    templates: analysesOf(rollout).flatMap(({ analysis }) => analysis.templates ?? []),
    routes: routesOf(rollout),
    routeLists: routersOf(rollout).flatMap((router) => router.lists?.(rollout) ?? []),
    pods: havePodsParts(rollout) || isRestartDue(rollout, now),
    workload: workloadRef,
    deployment: takesPods ? workloadRef.name : undefined,
  };
}

/** DNS names of the load balancers of AWS that must be looked at, if anybody does, once the routes have been read. */
export function neededLoadBalancers(rollout: Rollout, routes: SeenRollout['routes']): readonly string[] {
  return routersOf(rollout).flatMap((router) => router.loadBalancers?.(rollout, findIn(routes)) ?? []);
}

/** Finds what has been read, and could be. */
export function findIn(routes: SeenRollout['routes']): FindRouted {
  return (object) => {
    const found = routes.get(routeKey(object));
    return found && 'object' in found ? found.object : undefined;
  };
}

/** Objects that traffic routers look after, as far as what has been read so far names them. */
export function routesOf(rollout: Rollout, read: FindRouted = () => undefined): readonly Routed[] {
  return routersOf(rollout).flatMap((router) => router.needs(rollout, read));
}

/** Whether pods have labels or annotations by the part that they play. */
function havePodsParts({ spec }: Rollout): boolean {
  const { canary, blueGreen } = spec.strategy ?? {};
  const parts = [canary?.canaryMetadata, canary?.stableMetadata, blueGreen?.previewMetadata, blueGreen?.activeMetadata];
  return parts.some((part) => part !== undefined);
}

function isRestartDue(rollout: Rollout, now: Date): boolean {
  const { restartAt } = rollout.spec;
  return restartAt !== undefined && Date.parse(restartAt) < now.getTime() && !isRestartDone(rollout);
}
