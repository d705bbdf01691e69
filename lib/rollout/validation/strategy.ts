import type { Rollout } from '../../model/rollout.ts';
import type { AntiAffinity, BlueGreenStrategy } from '../../model/rollout-strategy.ts';
import { revisionHistoryLimit } from '../defaults.ts';
import { canaryProblems } from './canary.ts';
import { invalid, required } from './field-error.ts';

/**
 * What is wrong with the strategy of a Rollout. Argo names the fields without `canary` or `blueGreen`.
 * @source ValidateRolloutStrategy in pkg/apis/rollouts/validation/validation.go of argoproj/argo-rollouts
 */
export function strategyProblems(rollout: Rollout, path: string): string[] {
  const { blueGreen, canary } = rollout.spec.strategy ?? {};
  if (blueGreen !== undefined && canary !== undefined) {
    return [invalid(`${path}.strategy`, 'blueGreen: true canary: true', 'Multiple Strategies can not be listed')];
  }
  if (blueGreen !== undefined) {
    return [...blueGreenProblems(rollout, blueGreen, path), ...affinityProblems(blueGreen.antiAffinity, path)];
  }
  if (canary !== undefined) {
    return [...canaryProblems(rollout, canary, path), ...affinityProblems(canary.antiAffinity, path)];
  }
  const missing = "Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'";
  return [required(`${path}.strategy`, missing)];
}

/** API servers refuse what has no active Service; files may come without. */
function blueGreenProblems(rollout: Rollout, blueGreen: Partial<BlueGreenStrategy>, path: string): string[] {
  const { activeService = '', previewService = '', scaleDownDelayRevisionLimit: limit } = blueGreen;
  const problems: string[] = [];
  if (activeService === previewService) {
    const why =
      'This rollout uses the same service for the active and preview services, but two different services are required.';
    problems.push(invalid(`${path}.activeService`, activeService, why));
  }
  if (limit !== undefined && revisionHistoryLimit(rollout) < limit) {
    const why = "This rollout's revision history limit can not be smaller than the rollout's scale down limit";
    problems.push(invalid(`${path}.scaleDownDelayRevisionLimit`, limit, why));
  }
  return problems;
}

function affinityProblems(affinity: AntiAffinity | undefined, path: string): string[] {
  if (affinity === undefined) return [];
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution;
  const isPreferred = preferred !== undefined;
  const isRequired = affinity.requiredDuringSchedulingIgnoredDuringExecution !== undefined;
  const problems: string[] = [];
  if (isPreferred === isRequired) {
    const given =
      `antiAffinity.PreferredDuringSchedulingIgnoredDuringExecution: ${isPreferred} ` +
      `antiAffinity.RequiredDuringSchedulingIgnoredDuringExecution: ${isRequired}`;
    problems.push(invalid(`${path}.antiAffinity`, given, 'AntiAffinity must have exactly one strategy listed'));
  }
  if (isPreferred && (preferred.weight < 1 || preferred.weight > 100)) {
    problems.push(
      invalid(`${path}.antiAffinity.weight`, preferred.weight, 'AntiAffinity weight must be between 1-100'),
    );
  }
  return problems;
}
