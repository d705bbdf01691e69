/** Tells a measurement from every other one that was ever taken, by this run or another. */
export interface MeasurementKey {
  /** Of the run. */
  readonly uid: string;
  /** Name of the metric. */
  readonly metric: string;
  /** Which of the metric's measurements, counted from 1. */
  readonly number: number;
}

/**
 * The key as a text, `<uid>.<metric>.<number>`: as long as a metric's name may be, and the same however often a
 * measurement is begun anew because the status that told of it was lost.
 */
export function formatKey({ uid, metric, number }: MeasurementKey): string {
  return `${uid}.${metric}.${number}`;
}
