import type { Rollout } from '../../model/rollout.ts';
import { routersOf } from '../routers/registry.ts';
import type { FindRouted, RouterReferences } from '../routers/router.ts';
import { routeKey } from '../routing/open-routing.ts';
import type { SeenRollout } from '../seen.ts';
import { StepFailure } from '../../workload/step-failure.ts';

/** What is wrong with the names of objects that split the traffic, or which one is missing. */
export function findMissingRoute(rollout: Rollout, seen: SeenRollout): string | undefined {
  return firstOf(rollout, (references) => references.findMissing(rollout, finder(seen)));
}

/** What is wrong with these objects. */
export function checkRoutes(rollout: Rollout, seen: SeenRollout): string | undefined {
  return firstOf(rollout, (references) => references.check(rollout, finder(seen)));
}

function firstOf(rollout: Rollout, ask: (references: RouterReferences) => string | undefined): string | undefined {
  for (const { references } of routersOf(rollout)) {
    const problem = references && ask(references);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function finder({ routes }: SeenRollout): FindRouted {
  return (object) => {
    const found = routes.get(routeKey(object));
    if (found && 'problem' in found) throw new StepFailure(found.problem);
    return found?.object;
  };
}
