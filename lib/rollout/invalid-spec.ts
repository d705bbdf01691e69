import { findCondition, withoutCondition } from './conditions.ts';
import { type Ending, endWithConditions } from './ending.ts';
import { statusOf, type Work } from './work.ts';

const RETRY_MS = 20_000;

/**
 * Says what is wrong with a specification. It is tried again, for it may be a matter of time.
 * @source createInvalidRolloutCondition in rollout/controller.go of argoproj/argo-rollouts
 */
export function refuseSpec(work: Work, problem: string): Ending {
  return { ...sayInvalid(work, problem), failure: problem };
}

/** The same where the template cannot be had; Argo waits a while then, and calls it no failure. */
export function refuseWorkload(work: Work, problem: string): Ending {
  const ending = sayInvalid(work, problem);
  work.wakesMs.push(work.now.getTime() + RETRY_MS);
  return ending;
}

function sayInvalid(work: Work, problem: string): Ending {
  const { rollout } = work;
  const status = statusOf(rollout);
  const message = `The Rollout "${rollout.metadata.name}" is invalid: ${problem}`;
  const before = findCondition(status, 'InvalidSpec');
  const isSaid = before?.message === message;
  if (isSaid && status.observedGeneration === String(rollout.metadata.generation ?? 0)) return {};
  const said = { status: 'True', reason: 'InvalidSpec', message } as const;
  const base = isSaid ? status : withoutCondition(status, 'InvalidSpec');
  return endWithConditions(work, base, [{ type: 'InvalidSpec', said }]);
}
