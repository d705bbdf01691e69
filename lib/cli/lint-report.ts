import type { Finding } from '../lint/finding.ts';

export interface LintReport {
  readonly files: number;
  /** Documents that were checked. */
  readonly documents: number;
  /** Documents of kinds that lint does not know, such as a Deployment. */
  readonly passedOver: number;
  /** File by file, in each by place. */
  readonly findings: readonly Finding[];
}

export interface LintSummary {
  readonly files: number;
  readonly documents: number;
  readonly passedOver: number;
  readonly errors: number;
  readonly warnings: number;
  readonly advice: number;
}

export function summarize({ files, documents, passedOver, findings }: LintReport): LintSummary {
  const of = (wanted: Finding['severity']) => findings.filter(({ severity }) => severity === wanted).length;
  return {
    files,
    documents,
    passedOver,
    errors: of('error'),
    warnings: of('warning'),
    advice: of('advice'),
  };
}

/** `3 files, 4 documents, 1 error, 0 warnings, 2 pieces of advice (2 documents of other kinds passed over)` */
export function formatSummary({ files, documents, passedOver, errors, warnings, advice }: LintSummary): string {
  const counts = [
    count(files, 'file'),
    count(documents, 'document'),
    count(errors, 'error'),
    count(warnings, 'warning'),
    ...(advice > 0 ? [advice === 1 ? '1 piece of advice' : `${advice} pieces of advice`] : []),
  ];
  const rest = passedOver > 0 ? ` (${count(passedOver, 'document')} of other kinds passed over)` : '';
  return `${counts.join(', ')}${rest}`;
}

/** `file:line:column: error: path: message [rule]` */
export function formatFinding({ file, range, severity, path, message, rule }: Finding): string {
  const { line, column } = range.start;
  return `${file}:${line}:${column}: ${severity}: ${path === '' ? '' : `${path}: `}${message} [${rule}]`;
}

/** What scripts read: the findings, each with its place once more as two numbers, and the figures of the summary. */
export function lintJson(report: LintReport): object {
  const findings = report.findings.map(({ range, ...finding }) => ({ ...finding, ...range.start, range }));
  return { findings, summary: summarize(report) };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
