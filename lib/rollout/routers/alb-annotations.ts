import { goJson, may, must, mustEach, set, struct, maybe } from '../../expression/go/json-fields.ts';
import { unmarshal } from '../../expression/go/json.ts';
import { GoPanic } from '../../expression/value.ts';
import type { HeaderMatch } from '../../model/canary-step.ts';
import { isObject } from '../../model/is-object.ts';
import type { Rollout } from '../../model/rollout.ts';
import type { WeightDestination } from '../../model/rollout-status.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import { canaryServices } from './services.ts';

type Annotations = Readonly<Record<string, string>>;

/** Lists, by Rollout, which annotations of an Ingress are its. */
const MANAGED = 'rollouts.argoproj.io/managed-alb-annotations';
const PREFIX = 'alb.ingress.kubernetes.io';
const MOST_STICKY_SECONDS = 604_800;

/** What the rules of the Ingress lead to: where there is a root Service it stands for all pods, else the stable one. */
export function rootServiceOf({ spec }: Rollout): string {
  const { trafficRouting, stableService = '' } = spec.strategy?.canary ?? {};
  return trafficRouting?.alb?.rootService || stableService;
}

/** The annotation that says what becomes of requests for a backend of this name. */
export function actionKey(rollout: Rollout, backend: string): string {
  return `${prefixOf(rollout)}/actions.${backend}`;
}

/** The annotation that says which requests these are. */
export function conditionKey(rollout: Rollout, backend: string): string {
  return `${prefixOf(rollout)}/conditions.${backend}`;
}

function prefixOf({ spec }: Rollout): string {
  return spec.strategy?.canary?.trafficRouting?.alb?.annotationPrefix || PREFIX;
}

/**
 * Forwards to both versions, and to the pods of experiments between them.
 * @throws StepFailure where the stickiness is none
 */
export function splitAction(rollout: Rollout, weight: number, additional: readonly WeightDestination[]): string {
  const { stable, canary } = canaryServices(rollout, true);
  const others = additional.reduce((total, each) => total + each.weight, 0);
  return forward(rollout, [
    [canary, weight],
    ...additional.map(({ serviceName = '', weight: share }) => [serviceName, share] as const),
    [stable, 100 - weight - others],
  ]);
}

/** Forwards to the canary alone. @throws StepFailure where the stickiness is none */
export function canaryAction(rollout: Rollout): string {
  return forward(rollout, [[canaryServices(rollout, true).canary, 100]]);
}

const ACTION = struct({
  Type: must(''),
  ForwardConfig: struct({
    TargetGroups: mustEach(struct({ ServiceName: may, ServicePort: may, Weight: set })),
    TargetGroupStickinessConfig: maybe(struct({ Enabled: must(false), DurationSeconds: must(0) })),
  }),
});

/** The text is compared with what is there: its fields stand in the order in which Argo writes them. */
function forward(rollout: Rollout, shares: readonly (readonly [service: string, weight: number])[]): string {
  const { servicePort = 0, stickinessConfig } = rollout.spec.strategy?.canary?.trafficRouting?.alb ?? {};
  const { enabled = false, durationSeconds = 0 } = stickinessConfig ?? {};
  if (enabled && (durationSeconds < 1 || durationSeconds > MOST_STICKY_SECONDS)) {
    throw new StepFailure("TargetGroupStickinessConfig's duration must be between 1 and 604800 seconds (7 days)!");
  }
  return ACTION({
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: shares.map(([ServiceName, Weight]) => ({ ServiceName, ServicePort: String(servicePort), Weight })),
      ...(enabled && { TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: durationSeconds } }),
    },
  });
}

/** One condition for each header, with all its values. What is no exact value is an empty one, as in Argo. */
export function conditionsOf(matches: readonly HeaderMatch[]): string {
  if (matches.length === 0) return 'null';
  const values = Map.groupBy(matches, ({ headerName }) => headerName);
  return goJson(
    Array.from(values, ([httpHeaderName, named]) => ({
      field: 'http-header',
      httpHeaderConfig: { httpHeaderName, values: named.map(({ headerValue }) => headerValue.exact ?? '') },
    })),
  );
}

/**
 * Annotations of an Ingress with those of a Rollout, which are listed there, and without those that it has no longer.
 * @throws StepFailure where the list cannot be read
 */
export function withManaged(
  { metadata }: Rollout,
  before: Annotations,
  wanted: Annotations,
  gone: readonly string[] = [],
): Annotations {
  const managed = readManaged(before[MANAGED] ?? '');
  const own = managed[metadata.name ?? ''] ?? [];
  const kept = Object.entries(before).filter(([key]) => !gone.includes(key));
  const keys = [...new Set([...own, ...Object.keys(wanted)])].filter((key) => !gone.includes(key));
  return {
    ...(Object.fromEntries(kept) as Annotations),
    ...wanted,
    [MANAGED]: goJson({ ...managed, [metadata.name ?? '']: keys }),
  };
}

function readManaged(text: string): Readonly<Record<string, readonly string[]>> {
  if (text === '') return {};
  const read = readJson(text) ?? {};
  if (!isObject(read)) throw notDecoded(read, 'ingress.ManagedALBAnnotations');
  return Object.fromEntries(
    Object.entries(read).map(([name, keys]) => {
      if (keys !== null && !Array.isArray(keys)) throw notDecoded(keys, 'ingress.ManagedALBAnnotation');
      return [name, (keys ?? []).map(textOf)];
    }),
  );
}

function textOf(key: unknown): string {
  if (key !== null && typeof key !== 'string') throw notDecoded(key, 'string');
  return key ?? '';
}

function readJson(text: string): unknown {
  try {
    return unmarshal(text);
  } catch (error) {
    throw error instanceof GoPanic ? new StepFailure(error.message) : error;
  }
}

function notDecoded(value: unknown, type: string): StepFailure {
  const name = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return new StepFailure(`json: cannot unmarshal ${name} into Go value of type ${type}`);
}
