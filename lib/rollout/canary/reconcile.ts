import { areTemplateOrStepsChanged } from '../changes.ts';
import { canaryRunStatuses, reconcileAnalyses } from '../analyses.ts';
import { type Ending } from '../ending.ts';
import { reconcileExperiments } from '../experiments.ts';
import { limitHistory } from '../history.ts';
import { reconcilePodMetadata } from '../pod-part.ts';
import { restartPods } from '../restart.ts';
import { routeTraffic } from '../routing/route-traffic.ts';
import { switchCanaryServices } from './services.ts';
import { syncRevision } from '../sync-revision.ts';
import { within } from '../../workload/step-failure.ts';
import { statusOf, type Work } from '../work.ts';
import { pauseAtStep } from './pause.ts';
import { scaleCanary } from './scale.ts';
import { endCanary } from './status.ts';

/**
 * One look at a canary: revision, restarts, services, traffic, experiments, analyses, pods, pauses; then the status.
 *
 * @throws StepFailure if a step cannot be taken
 * @source rolloutCanary in rollout/canary.go of argoproj/argo-rollouts
 */
export function reconcileCanary(work: Work): Ending {
  const before = statusOf(work.rollout).canary?.weights;
  if (areTemplateOrStepsChanged(work.rollout, work.versions.latest)) {
    const what = 'failed to getAllReplicaSetsAndSyncRevision in rolloutCanary with PodTemplateOrStepsChanged';
    within(what, () => syncRevision(work));
    return endCanary(work, { weights: before });
  }
  within('failed to getAllReplicaSetsAndSyncRevision in rolloutCanary create true', () => syncRevision(work));
  const restart = restartPods(work);
  // Numbers of available pods cannot be trusted until those that are restarted are gone.
  if (restart.restarted > 0) return {};
  const { restartedAt } = restart;
  reconcilePodMetadata(work);
  limitHistory(work);
  switchCanaryServices(work);
  const weights = routeTraffic(work);
  const { currentExperiment, experiment } = reconcileExperiments(work);
  const { runs, told, failure } = reconcileAnalyses(work);
  const stepRun = runs.step;
  const progress = { weights, currentExperiment, experiment, runs: canaryRunStatuses(told), stepRun, restartedAt };
  if (work.intent.pauses.length > 0) return endCanary(work, progress);
  if (failure) throw failure;
  if (!scaleCanary(work, weights)) pauseAtStep(work);
  return endCanary(work, progress);
}
