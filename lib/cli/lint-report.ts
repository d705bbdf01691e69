import type { Position } from '../lint/finding.ts';

/** One thing to mend, and where it stands. */
export interface Finding extends Position {
  readonly file: string;
  readonly severity: 'error' | 'warning' | 'advice';
  /** `syntax`: no YAML; `schema`: an API server would say so; `analysis`: the rules of metrics and conditions. */
  readonly rule: 'syntax' | 'schema' | 'analysis';
  /** The field, such as `spec.metrics[0].interval`; empty where it is no field. */
  readonly path: string;
  /** What is wrong and what to do about it, in one line. */
  readonly message: string;
}

export interface LintReport {
  readonly files: number;
  /** Documents that were checked. */
  readonly documents: number;
  /** Documents of kinds that Assay does not know: a Deployment, a Rollout. */
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
}

export function summarize({ files, documents, passedOver, findings }: LintReport): LintSummary {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return { files, documents, passedOver, errors, warnings: findings.length - errors };
}

/** `3 files, 4 documents, 1 error, 0 warnings (2 documents of other kinds passed over)` */
export function formatSummary({ files, documents, passedOver, errors, warnings }: LintSummary): string {
  const rest = passedOver > 0 ? ` (${count(passedOver, 'document')} of other kinds passed over)` : '';
  return `${count(files, 'file')}, ${count(documents, 'document')}, ${count(errors, 'error')}, ${count(warnings, 'warning')}${rest}`;
}

/** `file:line:column: error: path: message` */
export function formatFinding({ file, line, column, severity, path, message }: Finding): string {
  return `${file}:${line}:${column}: ${severity}: ${path === '' ? '' : `${path}: `}${message}`;
}

/** What scripts read: the findings, and the figures of the summary. */
export function lintJson(report: LintReport): object {
  return { findings: report.findings, summary: summarize(report) };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
