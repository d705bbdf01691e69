import { judge } from '../../expression/conditions.ts';
import type { Judge } from './judge.ts';

/** By the metric's successCondition and failureCondition; `now()` in them is the end of the reading. */
export const conditions: Judge = ({ result }, metric, { finishedAt, clock }) =>
  judge(result, metric, finishedAt, clock);
