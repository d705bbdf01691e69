import type { CanaryStep } from '../model/canary-step.ts';
import type { Rollout } from '../model/rollout.ts';

/** Where a canary stands: `index` is that of `step`, or the number of steps when all are done. */
export interface CurrentStep {
  readonly step: CanaryStep | undefined;
  readonly index: number | undefined;
}

/**
 * The step that is being done. No step when all are done; no index either where there are no steps.
 * @source GetCurrentCanaryStep in utils/replicaset/canary.go of argoproj/argo-rollouts
 */
export function currentStep({ spec, status }: Pick<Rollout, 'spec' | 'status'>): CurrentStep {
  const steps = spec.strategy?.canary?.steps ?? [];
  if (steps.length === 0) return { step: undefined, index: undefined };
  const index = status?.currentStepIndex ?? 0;
  return { step: steps[index], index };
}

/**
 * What the last step up to the current one says that has a say, undefined where all steps are done or none has.
 * @param pick  what a step says; undefined: nothing
 */
export function latestOf<Said>(
  rollout: Pick<Rollout, 'spec' | 'status'>,
  pick: (step: CanaryStep) => Said | undefined,
): Said | undefined {
  const { step, index } = currentStep(rollout);
  if (step === undefined || index === undefined) return undefined;
  const done = rollout.spec.strategy?.canary?.steps?.slice(0, index + 1) ?? [];
  for (const each of done.toReversed()) {
    const said = pick(each);
    if (said !== undefined) return said;
  }
  return undefined;
}
