import { blueGreenRunStatuses, reconcileAnalyses } from '../analyses.ts';
import { isTemplateChanged } from '../changes.ts';
import type { Ending } from '../ending.ts';
import { reconcilePodMetadata } from '../pod-part.ts';
import { restartPods } from '../restart.ts';
import type { Service } from '../seen.ts';
import { serviceOf, switchService } from '../switch-service.ts';
import { syncRevision } from '../sync-revision.ts';
import { areRegistered } from '../target-groups.ts';
import { hashOf } from '../versions.ts';
import { within } from '../../workload/step-failure.ts';
import { isHalted, type Work } from '../work.ts';
import { switchActive } from './active-service.ts';
import { reconcilePause } from './pause.ts';
import { scaleBlueGreen } from './scale.ts';
import { endBlueGreen } from './status.ts';

/**
 * One look at a blue-green update: revision, preview, restarts, pods, pauses, promotion, analyses; then the status.
 *
 * @throws StepFailure if a step cannot be taken
 * @source rolloutBlueGreen in rollout/bluegreen.go of argoproj/argo-rollouts
 */
export function reconcileBlueGreen(work: Work): Ending {
  const { previewService = '', activeService = '' } = work.rollout.spec.strategy?.blueGreen ?? {};
  const oldPreview = previewService === '' ? undefined : serviceOf(work, previewService);
  const active = serviceOf(work, activeService);
  within('failed to getAllReplicaSetsAndSyncRevision in rolloutBlueGreen create true', () => syncRevision(work));
  const preview = switchPreview(work, oldPreview);
  if (isTemplateChanged(work.rollout, work.versions.latest)) return endBlueGreen(work, { preview, active });

  const { restartedAt } = restartPods(work);
  scaleBlueGreen(work);
  reconcilePause(work, active);
  const switched = switchActive(work, active);
  work.lacksTargets = !areRegistered(work, switched);
  const { runs, told, failure } = reconcileAnalyses(work);
  if (failure) throw failure;
  reconcilePodMetadata(work);
  const statuses = blueGreenRunStatuses(told);
  return endBlueGreen(work, { preview, active: switched, runs, statuses, restartedAt });
}

/** At once, though there may be no pods yet. */
function switchPreview(work: Work, preview: Service | undefined): Service | undefined {
  if (preview === undefined || isHalted(work.rollout)) return preview;
  return switchService(work, preview, hashOf(work.versions.latest));
}
