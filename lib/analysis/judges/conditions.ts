import type { Judge } from './judge.ts';
import { judgeByConditions } from './judge-by-conditions.ts';

/** By the metric's successCondition and failureCondition; `now()` in them is the end of the reading. */
export const conditions: Judge = ({ result }, metric, { finishedAt, clock }) =>
  judgeByConditions(result, metric, finishedAt, clock);
