import { resolveMetric, withPlaceholders } from '../analysis/arguments.ts';
import { hasText, integerOf } from '../analysis/limits.ts';
import { isFinished } from '../analysis/phases.ts';
import { SpecError } from '../analysis/spec-error.ts';
import type { AnalysisRun, Metric, MetricResult } from '../model/analysis-run.ts';

/**
 * Runs as a JUnit report: a suite a run, a test case a metric. Failed is a failure, Error and Inconclusive are errors,
 * a dry run that did not pass is skipped, and so are metrics that were never measured, or were stopped with their run
 * before they came to an end of their own; where nobody interrupted the run, but it was to be stopped one day, metrics that
 * were measured are no less than the others. A run that ended before it measured anything is one case of its own.
 */
export function junitReport(runs: readonly AnalysisRun[], isInterrupted = false): string {
  const suites = runs.flatMap((run) => suite(run, isInterrupted));
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>', ''].join('\n');
}

interface Case {
  readonly name: string;
  readonly seconds: number;
  readonly output: string;
  /** Undefined: it passed. */
  readonly outcome?: {
    readonly element: 'failure' | 'error' | 'skipped';
    readonly type: string;
    readonly message: string;
  };
}

function suite(run: AnalysisRun, isInterrupted: boolean): string[] {
  const { name = '' } = run.metadata;
  const { startedAt, completedAt, metricResults = [] } = run.status ?? {};
  const isDecided = isFinished(run.status?.phase) && run.spec.terminate !== true && metricResults.length === 0;
  const cases = isDecided ? [caseOfRun(run)] : casesOf(run, metricResults, isInterrupted);
  const count = (element: string) => cases.filter(({ outcome }) => outcome?.element === element).length;
  const counts = { tests: cases.length, failures: count('failure'), errors: count('error'), skipped: count('skipped') };
  const times = {
    time: secondsBetween(startedAt, completedAt),
    ...(startedAt !== undefined && { timestamp: startedAt }),
  };
  return [
    `  <testsuite${attributes({ name, ...counts, ...times })}>`,
    ...cases.flatMap((one) => caseLines(name, one)),
    '  </testsuite>',
  ];
}

function casesOf(run: AnalysisRun, results: readonly MetricResult[], isInterrupted: boolean): Case[] {
  const metrics = metricsOf(run);
  const left = metrics.filter(({ name }) => !results.some((result) => result.name === name));
  const isStopped = (result: MetricResult) => {
    if (run.spec.terminate !== true) return false;
    const metric = metrics.find(({ name }) => name === result.name);
    return !hasAll(result, isInterrupted ? metric : undefined);
  };
  return [
    ...results.map((result) => (isStopped(result) ? stoppedCase(result, run) : caseOf(result))),
    ...left.map(({ name }) => skipped({ name, seconds: 0, output: '' }, 'Pending', 'never measured')),
  ];
}

/** As they are named in the results. */
function metricsOf({ spec }: AnalysisRun): readonly Metric[] {
  const args = withPlaceholders(spec.args ?? []);
  return spec.metrics.map((metric) => {
    try {
      return resolveMetric(metric, args);
    } catch (error) {
      if (error instanceof SpecError) return metric;
      throw error;
    }
  });
}

/**
 * Whether a metric had come to its end: what fails a run ends it, and only a success may be made by stopping it. Where
 * it was to be stopped one day, no `metric`, one measurement is enough.
 */
function hasAll({ phase, count = 0 }: MetricResult, metric: Metric | undefined): boolean {
  const wanted = Number(integerOf(metric?.count)) || (hasText(metric?.interval) ? Infinity : 1);
  return phase === 'Failed' || phase === 'Error' || count >= wanted;
}

function stoppedCase(result: MetricResult, { status }: AnalysisRun): Case {
  return skipped(caseOf(result), 'Interrupted', status?.message ?? result.message ?? '');
}

function skipped(one: Case, type: string, message: string): Case {
  return { ...one, outcome: { element: 'skipped', type, message } };
}

function caseOf(result: MetricResult): Case {
  const { name, phase, message = '', measurements = [], dryRun } = result;
  const lines = measurements.map((one) =>
    [one.finishedAt, one.phase, one.value, one.message].filter(Boolean).join(' '),
  );
  const seconds = secondsBetween(measurements[0]?.startedAt, measurements.at(-1)?.finishedAt);
  const common = { name, seconds, output: lines.join('\n') };
  if (phase === 'Successful') return common;
  const element = dryRun || !isFinished(phase) ? 'skipped' : phase === 'Failed' ? 'failure' : 'error';
  return { ...common, outcome: { element, type: phase, message: message || lines.at(-1) || phase } };
}

function caseOfRun({ metadata, status }: AnalysisRun): Case {
  const { phase = '', message = '' } = status ?? {};
  const common = { name: metadata.name ?? '', seconds: 0, output: '' };
  if (phase === 'Successful') return common;
  return { ...common, outcome: { element: phase === 'Failed' ? 'failure' : 'error', type: phase, message } };
}

function caseLines(classname: string, { name, seconds, output, outcome }: Case): string[] {
  const begin = `    <testcase${attributes({ name, classname, time: seconds })}`;
  const inside = [
    ...(outcome ? [outcomeLine(outcome)] : []),
    ...(output === '' ? [] : [`      <system-out>${escape(output)}</system-out>`]),
  ];
  return inside.length === 0 ? [`${begin}/>`] : [`${begin}>`, ...inside, '    </testcase>'];
}

/** Skipped tests have a reason and no type. */
function outcomeLine({ element, type, message }: Case['outcome'] & object): string {
  const named = element === 'skipped' ? { message: `${type}: ${message}` } : { type, message };
  return `      <${element}${attributes(named)}/>`;
}

/** Attributes of an element, escaped, each with a blank before it. */
export function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(String(value)).replaceAll('\n', '&#10;')}"`)
    .join('');
}

/** XML has no place for most control characters, not even escaped. */
function escape(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function secondsBetween(start: string | undefined, end: string | undefined): number {
  return start === undefined || end === undefined ? 0 : (Date.parse(end) - Date.parse(start)) / 1000;
}
