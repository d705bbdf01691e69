import { findNextAt, prepare } from '../analysis/due.ts';
import { CONSECUTIVE_ERROR_LIMIT, effectiveCount } from '../analysis/limits.ts';
import { isFinished } from '../analysis/phases.ts';
import { SpecError } from '../analysis/spec-error.ts';
import type { AnalysisRun, Metric, MetricResult } from '../model/analysis-run.ts';
import type { Paint } from './console.ts';
import { paintPhases, phaseText } from './phase-style.ts';
import { printable } from './printable.ts';
import { textTable } from './text-table.ts';
import { cut } from '../model/cut.ts';

const HEADER = ['METRIC', 'PHASE', 'MEASURED', 'FAILED', 'INCONCLUSIVE', 'ERRORS', 'NEXT', 'VALUE'];

export interface TableOptions {
  readonly now: Date;
  readonly columns: number;
  readonly paint: Paint;
  readonly isLast?: boolean;
}

/**
 * How a run stands, for eyes: a line about the run, then a table of its metrics. Counts stand beside their limits:
 * `2/5` measured, `1 (≤2)` failed. No line is longer than `columns`, but the first where `isLast`: it is not drawn again.
 */
export function runTable(run: AnalysisRun, { now, columns, paint, isLast = false }: TableOptions): string[] {
  const { name = '' } = run.metadata;
  const { phase = '', message = '' } = run.status ?? {};
  const results = new Map(run.status?.metricResults?.map((result) => [result.name, result]));
  const rows = metricsOf(run).map((metric) => rowOf(metric, results.get(metric.name), run, now));
  const [header = '', ...lines] = textTable([HEADER, ...rows]).map((line) => line.slice(0, columns));
  const title = printable([name, phaseText(phase), message].filter(Boolean).join('  '));
  return [
    paintPhases(isLast ? title : cut(title, columns), paint),
    paint('dim', header),
    ...lines.map((line) => paintPhases(line, paint)),
  ];
}

/** With their arguments, where these can be filled in. */
function metricsOf(run: AnalysisRun): readonly Metric[] {
  try {
    return prepare(run).metrics;
  } catch (error) {
    if (error instanceof SpecError) return run.spec.metrics;
    throw error;
  }
}

function rowOf(metric: Metric, result: MetricResult | undefined, run: AnalysisRun, now: Date): string[] {
  const { phase = '', count = 0, failed = 0, inconclusive = 0, consecutiveError = 0, dryRun } = result ?? {};
  const wanted = effectiveCount(metric);
  const { failureLimit = 0, inconclusiveLimit = 0, consecutiveErrorLimit = CONSECUTIVE_ERROR_LIMIT } = metric;
  return [
    cut(printable(dryRun ? `${metric.name} (dry run)` : metric.name), 40),
    phaseText(phase),
    wanted === undefined ? `${count}` : `${count}/${wanted}`,
    Number(failureLimit) < 0 ? `${failed}` : `${failed} (≤${failureLimit})`,
    `${inconclusive} (≤${inconclusiveLimit})`,
    `${consecutiveError} (≤${consecutiveErrorLimit})`,
    nextText(metric, result, run, now),
    printable(result?.measurements?.findLast(({ finishedAt }) => finishedAt !== undefined)?.value ?? ''),
  ];
}

function nextText(metric: Metric, result: MetricResult | undefined, { status }: AnalysisRun, now: Date): string {
  if (!status?.startedAt || isFinished(status.phase) || isFinished(result?.phase)) return '';
  const last = result?.measurements?.at(-1);
  if (last && last.finishedAt === undefined) return 'measuring';
  const nextAt = findNextAt([metric], status, now);
  const seconds = nextAt && Math.ceil((nextAt.getTime() - now.getTime()) / 1000);
  return seconds !== undefined && seconds > 0 ? `in ${seconds} s` : 'now';
}
