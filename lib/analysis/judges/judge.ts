import type { AnalysisRun, Metric, MetricResult } from '../../model/analysis-run.ts';
import type { Reading } from '../../model/provider.ts';

/** What a value means for its metric. `message` comes with `Error` only. */
export interface Judgement {
  readonly phase: 'Successful' | 'Failed' | 'Inconclusive' | 'Error';
  readonly message?: string;
}

/** A reading that has a value: the only kind that there is something to judge of. */
export type ValueReading = Extract<Reading, { readonly is: 'value' }>;

/** What a judge may look at beside the reading and its metric. */
export interface Judging {
  /** As it stood before the measurement. */
  readonly run: AnalysisRun;
  /** What the metric has come to so far: its measurements and counters. Undefined before the first. */
  readonly result: MetricResult | undefined;
  /** When the reading ended. */
  readonly finishedAt: Date;
  /** Bounds the time that judging takes, where it may take long. */
  readonly clock?: (() => Date) | undefined;
}

/**
 * Says what a value means. Pure. What it throws becomes a measurement of phase Error, with the error's message.
 *
 * @param metric  as its provider got it, secrets included: a judgement's message is masked afterwards
 */
export type Judge = (reading: ValueReading, metric: Metric, judging: Judging) => Judgement;
