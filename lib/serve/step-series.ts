import type { Shown } from '../model/kind-facts.ts';
import type { EventRecord } from '../model/outcome.ts';
import { type Family, labelText, type ObjectLabels, sampleLine } from './exposition.ts';

/** What the steps of one kind's objects took and told, and how many failed: series of each object, until it is forgotten. */
export interface StepSeries {
  took(object: ObjectLabels, seconds: number): void;
  failed(object: ObjectLabels): void;
  /** An Event; counted where the kind has series of them. */
  told(object: ObjectLabels, event: Pick<EventRecord, 'type' | 'reason'>): void;
  forget(object: ObjectLabels): void;
  /** With the samples of each object, one text each. */
  readonly families: readonly (Family & { texts(): Iterable<string> })[];
}

/** Seconds. */
const BUCKETS = [0.01, 0.15, 0.25, 0.5, 1];

/** As many as there are objects: so they are told one by one, where a registry of prom-client tells all in one go. */
export function stepSeries({ name, countsEvents }: Shown): StepSeries {
  const prefix = name.replaceAll(' ', '_');
  const object = `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
  const durations = new Map<string, Durations>();
  const failures = new Map<string, number>();
  const events = new Map<string, Map<string, number>>();
  const took: Family = {
    name: `${prefix}_reconcile`,
    help: `Seconds that a step of ${object} took, all that it reads and writes included.`,
    type: 'histogram',
  };
  const failed: Family = {
    name: `${prefix}_reconcile_error`,
    help: `Steps of ${object} that failed and are tried again.`,
    type: 'counter',
  };
  const told: Family = { name: `${prefix}_events_total`, help: `Events on ${object}.`, type: 'counter' };
  return {
    took(of, seconds) {
      const labels = labelText({ ...of });
      const known = durations.get(labels) ?? { counts: BUCKETS.map(() => 0), count: 0, sum: 0 };
      durations.set(labels, known);
      const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
      if (bucket >= 0) known.counts[bucket] = (known.counts[bucket] ?? 0) + 1;
      known.count += 1;
      known.sum += seconds;
    },
    failed(of) {
      const labels = labelText({ ...of });
      failures.set(labels, (failures.get(labels) ?? 0) + 1);
    },
    told(of, { type, reason }) {
      if (!countsEvents) return;
      const labels = labelText({ ...of });
      const counts = events.get(labels) ?? new Map<string, number>();
      events.set(labels, counts);
      const about = labelText({ type, reason });
      counts.set(about, (counts.get(about) ?? 0) + 1);
    },
    forget(of) {
      const labels = labelText({ ...of });
      events.delete(labels);
      durations.delete(labels);
      failures.delete(labels);
    },
    families: [
      { ...took, texts: () => textsOf(durations, (labels, known) => durationText(took.name, labels, known)) },
      { ...failed, texts: () => textsOf(failures, (labels, count) => sampleLine(failed.name, labels, count)) },
      ...(countsEvents
        ? [{ ...told, texts: () => textsOf(events, (labels, counts) => eventText(told.name, labels, counts)) }]
        : []),
    ],
  };
}

/** Made as they are asked for. Of a copy: who is forgotten and comes back meanwhile would be there twice. */
function* textsOf<T>(byLabels: ReadonlyMap<string, T>, text: (labels: string, known: T) => string): Generator<string> {
  const entries = [...byLabels];
  for (const [labels, known] of entries) yield text(labels, known);
}

interface Durations {
  /** By bucket; what took longer than the last is in `count` alone. */
  readonly counts: number[];
  count: number;
  sum: number;
}

function eventText(name: string, labels: string, counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([about, count]) => sampleLine(name, `${labels},${about}`, count)).join('');
}

function durationText(name: string, labels: string, { counts, count, sum }: Durations): string {
  let within = 0;
  const buckets = BUCKETS.map((bound, index) => {
    within += counts[index] ?? 0;
    return sampleLine(`${name}_bucket`, `${labelText({ le: bound })},${labels}`, within);
  });
  return [
    ...buckets,
    sampleLine(`${name}_bucket`, `le="+Inf",${labels}`, count),
    sampleLine(`${name}_sum`, labels, sum),
    sampleLine(`${name}_count`, labels, count),
  ].join('');
}
