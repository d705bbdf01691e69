import { writerOf } from '../expression/go/json-fields.ts';
import { toBinary } from '../expression/go/utf8.ts';
import type { CanaryStep } from '../model/canary-step.ts';
import type { Rollout } from '../model/rollout.ts';
import { wordlessHash } from '../workload/wordless-hash.ts';
import { CANARY_STEPS } from './step-form.ts';

/**
 * The hash that tells whether the steps of a canary have changed; empty where the strategy is another one.
 * @source ComputeStepHash in utils/conditions/conditions.go of argoproj/argo-rollouts
 */
export function stepHash({ spec }: Pick<Rollout, 'spec'>): string {
  const { blueGreen, canary } = spec.strategy ?? {};
  if (blueGreen !== undefined || canary === undefined) return '';
  const { steps = NONE } = canary;
  const hash = known.get(steps) ?? wordlessHash(toBinary(stepsJson(canary.steps)));
  known.set(steps, hash);
  return hash;
}

const NONE: readonly CanaryStep[] = [];
/** Told once for the steps of a Rollout, which must not change afterwards: each reconcile asks several times. */
const known = new WeakMap<readonly CanaryStep[], string>();

const write = writerOf(CANARY_STEPS);

/** The JSON that Go writes for steps: `null` where there are none. */
export function stepsJson(steps: readonly CanaryStep[] | undefined): string {
  return write(steps) ?? 'null';
}
