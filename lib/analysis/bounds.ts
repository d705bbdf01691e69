import type { AnalysisRunSpec, AnalysisRunStatus, Measurement, MetricResult } from '../model/analysis-run.ts';
import { cutAndCount } from '../model/cut.ts';
import { omitEmpty } from '../model/empty.ts';
import { LIMITS } from '../model/limits.ts';
import { SpecError } from './spec-error.ts';

/**
 * Refuses a specification that would hold up everybody else. Told before anything is made of it.
 * @throws SpecError that names the path, the size and the limit
 */
export function requireWithinBounds({ metrics, args, dryRun, measurementRetention }: AnalysisRunSpec): void {
  requireCount('metrics', metrics, LIMITS.metrics);
  requireCount('args', args, LIMITS.args);
  requireFewRules('dryRun', dryRun);
  requireFewRules('measurementRetention', measurementRetention);
}

/**
 * The same for rules and the metrics that they are for: figures are told of runs that were never begun, too.
 * @throws SpecError
 */
export function requireFewMatches(path: string, rules: readonly Rule[], metrics: readonly string[]): void {
  requireCount('metrics', metrics, LIMITS.metrics);
  requireFewRules(path, rules);
}

interface Rule {
  readonly metricName: string;
}

function requireFewRules(path: string, rules: readonly Rule[] | undefined): void {
  requireCount(path, rules, LIMITS.rules);
  for (const [index, { metricName }] of (rules ?? []).entries()) {
    if (metricName.length <= LIMITS.ruleCharacters) continue;
    throw tooMuch(`${path}[${index}].metricName`, `${metricName.length} characters`, LIMITS.ruleCharacters);
  }
}

function requireCount(path: string, list: readonly unknown[] | undefined, limit: number): void {
  if (list && list.length > limit) throw tooMuch(path, `${list.length} entries`, limit);
}

/** Counts what the metrics of a run come to with the values of their arguments, before they are put in. */
export class Room {
  #used = 0;

  /** @throws SpecError once it is too much */
  take(characters: number, metric: string): void {
    this.#used += characters;
    if (this.#used <= LIMITS.expandedCharacters) return;
    const path = `metrics up to ${JSON.stringify(cutAndCount(metric, 100))}, with their arguments`;
    throw tooMuch(path, `${this.#used} characters`, LIMITS.expandedCharacters);
  }
}

function tooMuch(path: string, size: string, limit: number): SpecError {
  return new SpecError(`${path}: ${size}, at most ${limit} are allowed`);
}

const DROPPED = '(dropped: the status would be too large)';

/** What a measurement takes beside its texts, and what its JSON adds to them at the most for what is no control character. */
const ROUGH_MEASUREMENT = 300;

/**
 * A status that its cluster can keep. One that has become too large loses the values of its oldest measurements first,
 * and then those measurements; each metric keeps its newest.
 */
export function withinBounds(status: AnalysisRunStatus): AnalysisRunStatus {
  let results = status.metricResults ?? [];
  if (2 * roughSize(results) < LIMITS.statusCharacters) return status;
  const message =
    status.message === undefined ? {} : { message: cutAndCount(status.message, LIMITS.messageCharacters) };
  let excess = JSON.stringify({ ...status, ...message }).length - LIMITS.statusCharacters;
  for (const lose of [withoutTexts, withoutMeasurement]) {
    const oldest = results
      .flatMap(({ measurements = [] }, at) =>
        measurements.slice(0, -1).map(({ finishedAt = '' }, index) => ({ at, index, finishedAt })),
      )
      .toSorted((left, right) => (left.finishedAt < right.finishedAt ? -1 : 1));
    const kept: (readonly (Measurement | undefined)[])[] = results.map(({ measurements = [] }) => measurements);
    for (const { at, index } of oldest) {
      if (excess <= 0) break;
      const measurement = kept[at]?.[index];
      if (measurement === undefined) continue;
      const less = lose(measurement);
      excess -= JSON.stringify(measurement).length - (less === undefined ? -1 : JSON.stringify(less).length);
      kept[at] = (kept[at] ?? []).with(index, less);
    }
    results = results.map((result, at) =>
      result.measurements === undefined
        ? result
        : { ...result, measurements: (kept[at] ?? []).filter((each) => each !== undefined) },
    );
  }
  return { ...status, ...message, metricResults: results };
}

function roughSize(results: readonly MetricResult[]): number {
  let size = 0;
  for (const { measurements = [], message = '', metadata = {} } of results) {
    size += ROUGH_MEASUREMENT + message.length + textsOf(metadata);
    for (const measurement of measurements) {
      const { value = '', message: said = '', metadata: facts = {} } = measurement;
      size += ROUGH_MEASUREMENT + value.length + said.length + textsOf(facts);
    }
  }
  return size;
}

function textsOf(metadata: Readonly<Record<string, string>>): number {
  let size = 0;
  for (const [name, text] of Object.entries(metadata)) size += name.length + text.length;
  return size;
}

/** Its message stays, shortened: it is why the run ended as it did. */
function withoutTexts(measurement: Measurement): Measurement {
  const { value, message } = measurement;
  return omitEmpty<Measurement>({
    ...measurement,
    metadata: undefined,
    message: message && cutAndCount(message, 200),
    value: value && DROPPED,
  });
}

function withoutMeasurement(): undefined {
  return undefined;
}
