import { isFinished } from '../analysis/phases.ts';
import type { AnalysisRun, MetricResult } from '../model/analysis-run.ts';

/**
 * Runs as a JUnit report: a suite a run, a test case a metric. Failed is a failure, Error and Inconclusive are errors,
 * a dry run that did not pass is skipped. A run that ended before it measured anything is one case of its own.
 */
export function junitReport(runs: readonly AnalysisRun[]): string {
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...runs.flatMap(suite), '</testsuites>', ''].join(
    '\n',
  );
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

function suite(run: AnalysisRun): string[] {
  const { name = '' } = run.metadata;
  const { startedAt, completedAt, metricResults = [] } = run.status ?? {};
  const cases = metricResults.length > 0 ? metricResults.map(caseOf) : [caseOfRun(run)];
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
