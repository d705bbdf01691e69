import { metadataAt } from '../../analysis/field-path.ts';
import { ArgumentError } from '../../analysis/spec-error.ts';
import { writerOf } from '../../expression/go/json-fields.ts';
import type { CanaryStep } from '../../model/canary-step.ts';
import type { Rollout } from '../../model/rollout.ts';
import type { CanaryStrategy } from '../../model/rollout-strategy.ts';
import { pauseSeconds } from '../canary/pause-seconds.ts';
import { maxTrafficWeight } from '../defaults.ts';
import { ARGUMENTS } from '../step-form.ts';
import { invalid, invalidJson, required } from './field-error.ts';
import { isRoutedByAny } from './routed-by-any.ts';
import { managedRouteProblems, routeProblems } from './step-routes.ts';

const KINDS = [
  'experiment',
  'pause',
  'setWeight',
  'analysis',
  'setCanaryScale',
  'setHeaderRoute',
  'setMirrorRoute',
  'plugin',
] as const;

const ONE_KIND = 'Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause';

/**
 * What is wrong with a step of a canary.
 * @source ValidateRolloutStrategyCanary in pkg/apis/rollouts/validation/validation.go of argoproj/argo-rollouts
 */
export function stepProblems(rollout: Rollout, canary: CanaryStrategy, index: number, path: string): string[] {
  const step = canary.steps?.[index] ?? {};
  const at = `${path}.steps[${index}]`;
  return [
    ...kindProblems(step, at),
    ...numberProblems(rollout, canary, step, index, path),
    ...routeProblems(canary, step, at),
    ...managedRouteProblems(canary, step, at, path),
    ...experimentProblems(canary, step, at),
    ...argumentProblems(rollout, step, at),
  ];
}

/** Only the four oldest kinds exclude each other. Of a step without any, the text says what is *not* there. */
function kindProblems(step: CanaryStep, at: string): string[] {
  const problems: string[] = [];
  const old = KINDS.slice(0, 4);
  if (old.filter((kind) => step[kind] !== undefined).length > 1) {
    problems.push(
      invalid(
        at,
        describe(old, (kind) => step[kind] !== undefined),
        ONE_KIND,
      ),
    );
  }
  if (KINDS.every((kind) => step[kind] === undefined)) {
    problems.push(
      invalid(
        at,
        describe(KINDS, (kind) => step[kind] === undefined),
        ONE_KIND,
      ),
    );
  }
  return problems;
}

function describe(kinds: readonly (typeof KINDS)[number][], say: (kind: (typeof KINDS)[number]) => boolean): string {
  return kinds.map((kind) => `step.${kind.charAt(0).toUpperCase()}${kind.slice(1)}: ${say(kind)}`).join(' ');
}

function numberProblems(
  rollout: Rollout,
  canary: CanaryStrategy,
  { setWeight, pause, setCanaryScale }: CanaryStep,
  index: number,
  path: string,
): string[] {
  const at = `${path}.steps[${index}]`;
  const problems: string[] = [];
  const most = maxTrafficWeight(rollout);
  if (setWeight !== undefined && (setWeight < 0 || setWeight > most)) {
    problems.push(invalid(`${at}.setWeight`, setWeight, `SetWeight needs to be between 0 and ${most}`));
  }
  const seconds = pauseSeconds(pause) ?? 0;
  if (seconds < 0) problems.push(invalid(`${at}.pause.duration`, seconds, 'Duration needs to be greater than 0'));
  if (setCanaryScale !== undefined && canary.trafficRouting === undefined) {
    problems.push(required(`${path}.trafficRouting`, 'SetCanaryScale requires TrafficRouting to be set'));
  }
  return problems;
}

function experimentProblems({ trafficRouting }: CanaryStrategy, { experiment }: CanaryStep, at: string): string[] {
  if (trafficRouting !== undefined && isRoutedByAny(trafficRouting, ['alb', 'smi', 'istio', 'plugins'])) return [];
  const why =
    trafficRouting === undefined
      ? 'Experiment template weight cannot be set unless TrafficRouting is enabled'
      : 'Experiment template weight is only available for TrafficRouting with SMI, ALB, Istio and Plugins at this time';
  return (experiment?.templates ?? []).flatMap(({ weight }, index) =>
    weight === undefined ? [] : [invalid(`${at}.experiment.templates[${index}].weight`, weight, why)],
  );
}

const argumentsJson = writerOf(ARGUMENTS);

/** Each path into the metadata that cannot be followed is told with all arguments of the step. */
function argumentProblems({ metadata }: Rollout, { experiment, analysis }: CanaryStep, at: string): string[] {
  const args = [...(experiment?.analyses ?? []), ...(analysis === undefined ? [] : [analysis])].flatMap(
    (each) => each.args ?? [],
  );
  const paths = args.flatMap(({ valueFrom }) => valueFrom?.fieldRef?.fieldPath ?? []);
  const wrong = paths.filter((path) => path.startsWith('metadata') && !canFollow(metadata, path));
  const why = 'Analyses arguments must refer to valid object metadata supported by downwardAPI';
  return wrong.map(() => invalidJson(`${at}.analyses`, argumentsJson(args) ?? '[]', why));
}

function canFollow(metadata: Rollout['metadata'], path: string): boolean {
  try {
    metadataAt(metadata, path);
    return true;
  } catch (error) {
    if (error instanceof ArgumentError) return false;
    throw error;
  }
}
