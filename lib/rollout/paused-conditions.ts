import { findCondition, type Said } from './conditions.ts';
import { type Ending, endWithConditions } from './ending.ts';
import { isCompleted } from './progress.ts';
import { statusOf, type Work } from './work.ts';

/**
 * Brings the conditions into line with a pause or abort that began or ended; undefined: they are.
 * @source checkPausedConditions in rollout/sync.go of argoproj/argo-rollouts
 */
export function followPause(work: Work): Ending | undefined {
  const { rollout } = work;
  const status = statusOf(rollout);
  if (String(rollout.metadata.generation ?? 0) !== status.observedGeneration) return undefined;
  const reason = findCondition(status, 'Progressing')?.reason;
  const isPaused = (status.pauseConditions ?? []).length > 0 || rollout.spec.paused === true;
  const wasAborted = reason === 'RolloutAborted';

  const conditions: { type: 'Progressing' | 'Paused'; said: Said }[] = [];
  if (isPaused !== (reason === 'RolloutPaused') && !wasAborted && !isCompleted(status)) {
    conditions.push({ type: 'Progressing', said: { status: 'Unknown', ...(isPaused ? PAUSED : RESUMED) } });
  }
  if (status.abort !== true && wasAborted) conditions.push({ type: 'Progressing', said: RETRIED });
  const saysPaused = findCondition(status, 'Paused')?.status === 'True';
  if (isPaused !== saysPaused && !wasAborted) {
    conditions.push({ type: 'Paused', said: { status: isPaused ? 'True' : 'False', ...PAUSED } });
  }
  if (conditions.length === 0) return undefined;
  const ending = endWithConditions(work, status, conditions);
  return ending.status === undefined ? undefined : ending;
}

const PAUSED = { reason: 'RolloutPaused', message: 'Rollout is paused' };
const RESUMED = { reason: 'RolloutResumed', message: 'Rollout is resumed' };
const RETRIED: Said = { status: 'Unknown', reason: 'RolloutRetry', message: 'Retrying Rollout after abort' };
