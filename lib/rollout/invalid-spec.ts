import type { Rollout } from '../model/rollout.ts';
import { findCondition, withoutCondition } from './conditions.ts';
import { type Ending, endWithConditions } from './ending.ts';
import { listUnsupported } from './references/unsupported.ts';
import { validateRollout } from './validate.ts';
import { statusOf, type Work } from './work.ts';

const RETRY_MS = 20_000;

/**
 * Says what is wrong with a specification.
 * @source createInvalidRolloutCondition in rollout/controller.go of argoproj/argo-rollouts
 */
export function refuseSpec(work: Work, problem: string): Ending {
  return { ...sayInvalid(work, problem), failure: problem, isRefused: true };
}

/** The same where the template cannot be had; Argo waits a while then, and calls it no failure. */
export function refuseWorkload(work: Work, problem: string): Ending {
  const ending = sayInvalid(work, problem);
  work.wakesMs.push(work.now.getTime() + RETRY_MS);
  return { ...ending, isRefused: true };
}

/**
 * Whether nothing can be done for a Rollout before somebody changes it, and its status says so. What is wrong with a
 * template from elsewhere, or with what it refers to, may be mended there.
 */
export function isRefusedForGood(rollout: Rollout): boolean {
  const said = findCondition(rollout.status ?? {}, 'InvalidSpec')?.message;
  if (said === undefined || rollout.spec.workloadRef !== undefined) return false;
  const [problem] = [...validateRollout(rollout), ...listUnsupported(rollout)];
  return problem !== undefined && said === refusalMessage(rollout, problem);
}

function refusalMessage({ metadata }: Rollout, problem: string): string {
  return `The Rollout "${metadata.name}" is invalid: ${problem}`;
}

function sayInvalid(work: Work, problem: string): Ending {
  const { rollout } = work;
  const status = statusOf(rollout);
  const message = refusalMessage(rollout, problem);
  const before = findCondition(status, 'InvalidSpec');
  const isSaid = before?.message === message;
  if (isSaid && status.observedGeneration === String(rollout.metadata.generation ?? 0)) return {};
  const said = { status: 'True', reason: 'InvalidSpec', message } as const;
  const base = isSaid ? status : withoutCondition(status, 'InvalidSpec');
  return endWithConditions(work, base, [{ type: 'InvalidSpec', said }]);
}
