import type { Metric } from '../../model/analysis-run.ts';
import { conditions } from './conditions.ts';
import type { Judge } from './judge.ts';

interface Row {
  /** Whether the judge is the one of a metric. */
  readonly takes: (metric: Metric) => boolean;
  readonly judge: Judge;
}

/** Every judge. A new one is a file here and a line above the last, which takes what no other does. */
const JUDGES: Readonly<Record<string, Row>> = {
  conditions: { takes: () => true, judge: conditions },
};

/** The judge of a metric: the first that takes it. */
export function judgeOf(metric: Metric): Judge {
  return Object.values(JUDGES).find(({ takes }) => takes(metric))?.judge ?? conditions;
}
