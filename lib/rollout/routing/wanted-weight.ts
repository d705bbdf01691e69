import type { WeightDestination } from '../../model/rollout-status.ts';
import { availableIn } from '../../workload/replica-set.ts';
import { currentStep, latestOf } from '../current-step.ts';
import { maxTrafficWeight, replicasOf } from '../defaults.ts';
import { isAtDesiredReplicas } from '../replicas/at-desired.ts';
import { currentSetWeight, desiredCanaryWeight } from '../replicas/weight.ts';
import { statusOf, type Work } from '../work.ts';

/** What the traffic is to be. */
export interface Wanted {
  /** Of the canary. */
  readonly weight: number;
  /** Of the pods of an experiment. */
  readonly additional: readonly WeightDestination[];
}

/**
 * The weight of an update that goes on: that of its steps as far as pods follow, and none without pods.
 * @source reconcileTrafficRouting in rollout/trafficrouting.go of argoproj/argo-rollouts
 */
export function weightOfUpdate(work: Work): Wanted {
  const { rollout, versions } = work;
  const { latest, stable, others } = versions;
  const { promoteFull, canary } = statusOf(rollout);
  if (latest === undefined || availableIn(latest) === 0) return { weight: 0, additional: ofExperiment(work) };
  if (promoteFull === true) {
    const isDynamic = rollout.spec.strategy?.canary?.dynamicStableScale === true;
    const byPods = Math.trunc((maxTrafficWeight(rollout) * availableIn(latest)) / Math.max(1, replicasOf(rollout)));
    return { weight: isDynamic ? byPods : (canary?.weights?.canary.weight ?? 0), additional: [] };
  }
  const { index } = currentStep(rollout);
  if (index === undefined) return { weight: 0, additional: [] };
  const steps = rollout.spec.strategy?.canary?.steps ?? [];
  if (!isAtDesiredReplicas(rollout, latest, stable, others, undefined)) {
    const weight = steps.slice(0, index).findLast(({ setWeight }) => setWeight !== undefined)?.setWeight ?? 0;
    return { weight, additional: ofExperiment(work) };
  }
  if (index === steps.length) return { weight: maxTrafficWeight(rollout), additional: [] };
  return { weight: currentSetWeight(rollout), additional: ofExperiment(work) };
}

/**
 * The weight on the way back to the stable pods: none; or, where these had been made fewer, as many of them as are
 * there.
 *
 * @source calculateDesiredWeightOnAbortOrStableRollback in rollout/trafficrouting.go of argoproj/argo-rollouts
 */
export function weightOfReturn({ rollout, versions }: Work): number {
  const { latest, stable } = versions;
  const replicas = rollout.spec.replicas ?? 0;
  const isDynamic = rollout.spec.strategy?.canary?.dynamicStableScale === true;
  if (!isDynamic || stable === undefined || latest === undefined || replicas === 0) return 0;
  const most = maxTrafficWeight(rollout);
  const ofStable = Math.trunc((most * availableIn(stable)) / replicas);
  const byStable = Math.max(0, most - ofStable);
  const bySteps = desiredCanaryWeight(rollout, latest, stable);
  const current = statusOf(rollout).canary?.weights?.canary.weight;
  if (current === undefined) return Math.max(byStable, bySteps);
  if (bySteps <= 0) return Math.min(byStable, current);
  // Until there are enough stable pods for the next step.
  if (ofStable < most - bySteps) return current;
  return Math.min(bySteps, current);
}

/** @source calculateWeightDestinationsFromExperiment in rollout/trafficrouting.go of argoproj/argo-rollouts */
function ofExperiment({ rollout, experiment }: Work): readonly WeightDestination[] {
  const step = latestOf(rollout, (each) => each.experiment);
  if (step === undefined || experiment?.status?.phase !== 'Running') return [];
  return (experiment.status.templateStatuses ?? []).flatMap(({ name, serviceName, podTemplateHash }) => {
    const weight = step.templates.find((template) => template.name === name)?.weight;
    if (weight === undefined) return [];
    return {
      weight,
      ...(serviceName !== undefined && { serviceName }),
      ...(podTemplateHash !== undefined && { podTemplateHash }),
    };
  });
}
