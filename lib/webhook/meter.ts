import type { BufferMeter } from './buffer.ts';

/** Figures of the webhook for a scrape. Written by hand: prom-client takes 5 MB of the 80 that the process may have. */
export interface WebhookMeter extends BufferMeter {
  /** A review was answered within so many seconds. */
  reviewed(what: { readonly seconds: number; readonly allowed: boolean; readonly warnings: number }): void;
  /** A review could not be read, or checked: it was allowed all the same. */
  notUnderstood(): void;
  /** The page in Prometheus' text format. `waiting`: events in the buffer. */
  render(waiting: number): string;
}

const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1];

export function webhookMeter(): WebhookMeter {
  const admissions = { allowed: 0, denied: 0 };
  const counts = { warnings: 0, notUnderstood: 0, published: 0, shed: 0, failed: 0 };
  const buckets = BUCKETS.map(() => 0);
  let seconds = 0;

  return {
    reviewed(review) {
      admissions[review.allowed ? 'allowed' : 'denied'] += 1;
      counts.warnings += review.warnings;
      seconds += review.seconds;
      const bucket = BUCKETS.findIndex((bound) => review.seconds <= bound);
      if (bucket >= 0) buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    },
    notUnderstood: () => void (counts.notUnderstood += 1),
    published: (events) => void (counts.published += events),
    shed: (events) => void (counts.shed += events),
    failed: () => void (counts.failed += 1),
    render(waiting) {
      const total = admissions.allowed + admissions.denied;
      let below = 0;
      const series: Series[] = [
        ...BUCKETS.map((bound, index): Series => [`_bucket{le="${bound}"}`, (below += buckets[index] ?? 0)]),
        ['_bucket{le="+Inf"}', total],
        ['_sum', seconds],
        ['_count', total],
      ];
      return [
        counter('admissions_total', 'Reviews answered.', [
          ['{allowed="true"}', admissions.allowed],
          ['{allowed="false"}', admissions.denied],
        ]),
        counter('warnings_total', 'Warnings given.', [['', counts.warnings]]),
        counter('not_understood_total', 'Reviews that could not be read or checked, and were allowed.', [
          ['', counts.notUnderstood],
        ]),
        counter('events_published_total', 'Events that the bus took.', [['', counts.published]]),
        counter('events_shed_total', 'Events dropped since too many waited; the resync finds them.', [
          ['', counts.shed],
        ]),
        counter('bus_failures_total', 'Batches that the bus did not take; they are tried again.', [
          ['', counts.failed],
        ]),
        family('events_waiting', 'gauge', 'Events not yet on the bus.', [['', waiting]]),
        family('admission_seconds', 'histogram', 'From the last byte of a review to its answer.', series),
      ].join('');
    },
  };
}

/** What comes behind the name, and the figure. */
type Series = readonly [suffix: string, value: number];

function counter(name: string, help: string, series: readonly Series[]): string {
  return family(name, 'counter', help, series);
}

function family(name: string, type: string, help: string, series: readonly Series[]): string {
  const full = `assay_webhook_${name}`;
  const lines = series.map(([suffix, value]) => `${full}${suffix} ${value}`);
  return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines, ''].join('\n');
}
