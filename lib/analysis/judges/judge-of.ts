import type { Metric } from '../../model/analysis-run.ts';
import type { Judge } from './judge.ts';
import { JUDGES } from './registry.ts';

/** The judge of a metric: the first that takes it. @throws RangeError where none does, which is a bug of the table */
export function judgeOf(metric: Metric): Judge {
  const row = Object.values(JUDGES).find(({ takes }) => takes(metric));
  if (row) return row.judge;
  throw new RangeError(`nobody judges metric ${JSON.stringify(metric.name)}`);
}
