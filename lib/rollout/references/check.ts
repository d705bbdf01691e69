import type { Rollout } from '../../model/rollout.ts';
import { namedServices } from '../../model/rollout-services.ts';
import type { SeenRollout } from '../seen.ts';
import { analysesOf, findTemplates, checkTemplates } from './analyses.ts';
import { checkRoutes, findMissingRoute } from './routes.ts';
import { listUnsupported } from './unsupported.ts';
import { checkService, findMissingService } from './services.ts';

/**
 * What is wrong with the objects that a Rollout refers to; undefined: nothing. All must be there before any of them is
 * looked at.
 *
 * @source getRolloutValidationErrors in rollout/controller.go of argoproj/argo-rollouts
 */
export function checkReferences(rollout: Rollout, seen: SeenRollout): string | undefined {
  const services = namedServices(rollout);
  const analyses = analysesOf(rollout);
  return (
    firstOf(services, (service) => findMissingService(service, seen)) ??
    firstOf(analyses, (analysis) => findTemplates(analysis, seen.templates).problem) ??
    listUnsupported(rollout)[0] ??
    findMissingRoute(rollout, seen) ??
    firstOf(services, (service) => checkService(service, rollout, seen)) ??
    firstOf(analyses, (analysis) => checkTemplates(analysis, rollout, seen.templates)) ??
    checkRoutes(rollout, seen)
  );
}

function firstOf<T>(items: readonly T[], problemOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
