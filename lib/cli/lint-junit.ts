import type { Finding, SourceText } from '../lint/finding.ts';
import type { LintReport } from './lint-report.ts';
import { attributes } from './junit.ts';

/** A report for CI systems: a suite a file, a test case a finding; one that passes where there is none. Advice passes. */
export function lintJunit({ findings }: LintReport, sources: readonly SourceText[]): string {
  const byFile = Map.groupBy(findings, ({ file }) => file);
  const suites = sources.flatMap(({ path }) => suite(path, byFile.get(path) ?? []));
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>', ''].join('\n');
}

function suite(name: string, findings: readonly Finding[]): string[] {
  const failures = findings.filter(({ severity }) => severity !== 'advice').length;
  const cases =
    findings.length === 0 ? [`    <testcase${attributes({ name: 'lint', classname: name })}/>`] : findings.map(caseOf);
  const counts = { name, tests: cases.length, failures, errors: 0, skipped: 0 };
  return [`  <testsuite${attributes(counts)}>`, ...cases, '  </testsuite>'];
}

function caseOf({ file, range, rule, severity, path, message }: Finding): string {
  const { line, column } = range.start;
  const begin = `    <testcase${attributes({ name: `${rule} ${line}:${column}`, classname: file })}`;
  const text = path === '' ? message : `${path}: ${message}`;
  return severity === 'advice'
    ? `${begin}/>`
    : `${begin}><failure${attributes({ type: severity, message: `${file}:${line}:${column}: ${text}` })}/></testcase>`;
}
