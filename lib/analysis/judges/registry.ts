import type { Metric } from '../../model/analysis-run.ts';
import { conditions } from './conditions.ts';
import type { Judge } from './judge.ts';

export interface JudgeRow {
  /** Whether the judge is the one of a metric. */
  readonly takes: (metric: Metric) => boolean;
  readonly judge: Judge;
}

/** Every judge. A new one is a file here and a line above the last, which takes what no other does (`judge-of.ts`). */
export const JUDGES: Readonly<Record<string, JudgeRow>> = {
  conditions: { takes: () => true, judge: conditions },
};
