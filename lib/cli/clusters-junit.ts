import type { CheckResult } from '../doctor/check-result.ts';
import { attributes } from './junit.ts';

/** What was found in one cluster. */
export interface CheckedCluster {
  readonly name: string;
  readonly results: readonly CheckResult[];
}

/** A report for CI systems: a suite a cluster, a test case a thing that was looked at. Warnings are skipped. */
export function clustersJunit(clusters: readonly CheckedCluster[]): string {
  const suites = clusters.flatMap(suite);
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>', ''].join('\n');
}

function suite({ name, results }: CheckedCluster): string[] {
  const count = (wanted: CheckResult['status']): number => results.filter(({ status }) => status === wanted).length;
  const counts = { name, tests: results.length, failures: count('fail'), errors: 0, skipped: count('warn') };
  return [`  <testsuite${attributes(counts)}>`, ...results.map((result) => caseOf(name, result)), '  </testsuite>'];
}

function caseOf(classname: string, { area, subject, status, message, mend }: CheckResult): string {
  const begin = `    <testcase${attributes({ name: subject, classname: `${classname}.${area}` })}`;
  if (status === 'ok') return `${begin}/>`;
  const text = mend === undefined ? message : `${message}\n${mend}`;
  return status === 'warn'
    ? `${begin}><skipped${attributes({ message: text })}/></testcase>`
    : `${begin}><failure${attributes({ type: area, message: text })}/></testcase>`;
}
