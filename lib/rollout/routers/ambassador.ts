import { isObject } from '../../model/is-object.ts';
import type { Rollout } from '../../model/rollout.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import { valueAt } from './accessor.ts';
import { ambassadorReferences, hasWeight, mapping, mappingsOf } from './ambassador-references.ts';
import { type Routed, type RoutedObject, type Router, type Routing, WEIGHTS_ALONE } from './router.ts';

const GROUP = 'getambassador.io';
const LONGEST_BASE = 246;

/**
 * Ambassador (Emissary-ingress): beside each Mapping of the stable Service one for the canary, with the weight; at 0
 * there is none.
 *
 * Unlike Argo's, it writes nothing, and tells nothing, where nothing changes; and it does not wait for five seconds
 * between weight 0 and the removal.
 * @source rollout/trafficrouting/ambassador/ambassador.go of argoproj/argo-rollouts
 */
export const ambassador: Router = {
  ...WEIGHTS_ALONE,
  type: 'Ambassador',
  references: ambassadorReferences,
  needs: (rollout) => mappingsOf(rollout).flatMap((name) => [mapping(rollout, name), canaryOf(rollout, name)]),

  setWeight(routing, weight) {
    const due = mappingsOf(routing.rollout).filter((name) => isDue(routing, name, weight));
    if (due.length === 0) return;
    routing.note('CanaryMappingWeightUpdate', `Set canary mapping weight to ${weight}`);
    // What goes wrong with one does not keep the others.
    const problems = due.flatMap((name) => problemOf(() => setWeightOf(routing, name, weight)) ?? []);
    const [first, ...others] = problems;
    if (first === undefined) return;
    if (others.length === 0) throw new StepFailure(first);
    throw new StepFailure(`${problems.length} errors found: ${problems.map((problem) => `[${problem}]`).join('')}`);
  },
};

/** Whether something is to be done about a Mapping; if only to say that it cannot be read. */
function isDue(routing: Routing, name: string, weight: number): boolean {
  try {
    const known = routing.find(canaryOf(routing.rollout, name));
    return weight === 0 ? known !== undefined : valueAt(known, 'spec', 'weight') !== weight;
  } catch (error) {
    if (error instanceof StepFailure) return true;
    throw error;
  }
}

function setWeightOf(routing: Routing, name: string, weight: number): void {
  const canary = routing.find(canaryOf(routing.rollout, name));
  if (canary === undefined) {
    createCanary(routing, name, weight);
    return;
  }
  try {
    if (valueAt(canary, 'spec', 'weight') !== weight) {
      const after = { ...canary, spec: { ...(isObject(canary.spec) ? canary.spec : {}), weight } };
      warning(routing, 'CanaryMappingUpdateError', `updating canary mapping "${canaryName(name)}"`, () =>
        routing.replace(canary, after),
      );
    }
  } finally {
    if (weight === 0) removeCanary(routing, canary);
  }
}

/** One that stays gets nothing, and is removed at the next look: that is no failure. */
function removeCanary(routing: Routing, canary: RoutedObject): void {
  const problem = problemOf(() => routing.remove(canary));
  if (problem === undefined) return;
  const said = `Error deleting canary mapping "${canary.metadata.name ?? ''}": ${problem}`;
  routing.warn('CanaryMappingCleanupError', said);
}

function createCanary(routing: Routing, name: string, weight: number): void {
  const { rollout } = routing;
  const base = routing.find(mapping(rollout, name));
  if (base === undefined) {
    routing.warn('AmbassadorMappingNotFound', `Ambassador mapping "${name}" not found`);
    throw new StepFailure(`mappings.${GROUP} "${name}" not found`);
  }
  if (hasWeight(base)) {
    const said = `Ambassador mapping "${name}" can not define weight`;
    routing.warn('AmbassadorMappingConfigError', said);
    throw new StepFailure(said);
  }
  warning(routing, 'CanaryMappingCreationError', 'creating canary mapping', () => {
    const taken = routing.create(canaryMapping(rollout, base, weight));
    if (taken) throw new StepFailure(`mappings.${GROUP} "${canaryName(name)}" already exists`);
  });
}

/** A copy of a Mapping whose Service is that of the canary: the first occurrence of the name is replaced. */
function canaryMapping({ spec }: Rollout, base: RoutedObject, weight: number): RoutedObject {
  const { apiVersion, kind, metadata } = base;
  const { stableService = '', canaryService = '' } = spec.strategy?.canary ?? {};
  const named = valueAt(base, 'spec', 'service');
  const service = typeof named === 'string' ? named.replace(stableService, () => canaryService) : '';
  return {
    apiVersion,
    kind,
    metadata: { name: canaryName(metadata.name ?? ''), namespace: metadata.namespace ?? '' },
    spec: { ...(isObject(base.spec) ? base.spec : {}), service, weight },
  };
}

function canaryOf(rollout: Rollout, name: string): Routed {
  return mapping(rollout, canaryName(name));
}

function canaryName(name: string): string {
  return `${name.slice(0, LONGEST_BASE)}-canary`;
}

/** Warns of what fails, and fails. */
function warning(routing: Routing, reason: string, what: string, act: () => void): void {
  const problem = problemOf(act);
  if (problem === undefined) return;
  routing.warn(reason, `Error ${what}: ${problem}`);
  throw new StepFailure(problem);
}

function problemOf(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof StepFailure) return error.message;
    throw error;
  }
}
