import type { Measurement, Metric } from '../model/analysis-run.ts';
import type { Reading } from '../model/provider.ts';
import { omitEmpty } from '../model/empty.ts';
import type { Judging, ValueReading } from './judges/judge.ts';
import { judgeOf } from './judges/judge-of.ts';
import { providerRowOf } from './provider-type.ts';

/** When a reading was asked for and came, and what it is judged by. Its own times go before these. */
export interface ReadingMoment extends Judging {
  /** Not for a measurement that was under way: it has begun already. */
  readonly startedAt?: Date;
  /** The measurement that was under way. What the reading does not say of it stays. */
  readonly before?: Measurement;
}

/**
 * Turns a reading into a measurement: a value is judged, a verdict is taken as it is, and what is pending runs on.
 *
 * @param metric  as its provider got it
 * @returns a measurement whose times may have fractions of a second
 * @throws what the judge throws, and RangeError for a time of the reading that is none: both are bugs
 */
export function measurementOf(reading: Reading, metric: Metric, moment: ReadingMoment): Measurement {
  const { before } = moment;
  const startedAt = reading.startedAt ?? moment.startedAt;
  const base: Measurement = {
    phase: 'Running',
    ...before,
    ...(startedAt && { startedAt: startedAt.toISOString() }),
    ...(reading.metadata && { metadata: { ...reading.metadata } }),
  };
  if (reading.is === 'pending') {
    const { message = before?.message, resumeAt } = reading;
    return omitEmpty<Measurement>({ ...base, phase: 'Running', message, resumeAt: resumeAt?.toISOString() });
  }
  const { finishedAt = moment.finishedAt } = reading;
  if (reading.is === 'value') return judged(reading, metric, base, { ...moment, finishedAt });
  const { phase, message = before?.message, shown = before?.value } = reading;
  return omitEmpty<Measurement>({ ...base, phase, message, value: shown, finishedAt: finishedAt.toISOString() });
}

function judged(reading: ValueReading, metric: Metric, base: Measurement, judging: Judging): Measurement {
  const { phase, message = base.message } = judgeOf(metric)(reading, metric, judging);
  const measurement = { ...base, phase, message, finishedAt: judging.finishedAt.toISOString() };
  const row = providerRowOf(metric.provider);
  if (phase === 'Error' && row?.showsUnjudged !== true) {
    const kept = row?.keepsMetadata?.flatMap((name) => {
      const text = measurement.metadata?.[name];
      return text === undefined ? [] : [[name, text] as const];
    });
    return omitEmpty<Measurement>({ ...measurement, metadata: kept && Object.fromEntries(kept) });
  }
  return omitEmpty<Measurement>({ ...measurement, value: reading.shown });
}
