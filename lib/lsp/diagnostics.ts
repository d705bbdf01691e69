import { type Diagnostic, DiagnosticSeverity, type Range } from 'vscode-languageserver';
import type { Finding, Range as FoundRange } from '../lint/finding.ts';

/** What an editor shows of a finding. `docs`: where the documentation is, with a slash at its end, if it is anywhere. */
export function diagnosticOf(finding: Finding, docs: string | undefined): Diagnostic {
  const { rule, severity, range, path, message } = finding;
  return {
    range: rangeOf(range),
    severity: SEVERITIES[severity],
    source: 'assay',
    code: rule,
    message: path === '' ? message : `${path}: ${message}`,
    ...(docs !== undefined && { codeDescription: { href: docs + finding.docs.replace(/^docs\//, '') } }),
  };
}

const SEVERITIES: Readonly<Record<Finding['severity'], DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  advice: DiagnosticSeverity.Information,
};

/** Lint counts lines and columns from 1, editors from 0. */
export function rangeOf({ start, end }: FoundRange): Range {
  return {
    start: { line: start.line - 1, character: start.column - 1 },
    end: { line: end.line - 1, character: end.column - 1 },
  };
}
