import type { CheckResult } from '../doctor/check-result.ts';
import type { CheckedCluster } from './clusters-junit.ts';
import type { Paint, Style } from './console.ts';
import { textTable } from './text-table.ts';

/** What was checked, for people: one line a thing, what belongs together in one, and below it how to mend it. */
export function reportText(name: string, results: readonly CheckResult[], paint: Paint): string {
  const rows = together(results);
  const table = textTable(rows.map(({ status, subject, message }) => [status, subject, message]));
  const lines: string[] = [];
  rows.forEach(({ status, mend }, at) => {
    lines.push(paintStatus(table[at] ?? '', status, paint));
    if (mend !== undefined && mend !== rows[at + 1]?.mend) lines.push(paint('dim', `       ${mend}`));
  });
  return `${[...lines, '', summary(name, results)].join('\n')}\n`;
}

/** The same for scripts. */
export function reportJson(name: string, results: readonly CheckResult[]): object {
  return { cluster: name, ok: !hasFailed(results), results };
}

/** What is wrong with several clusters: a line a thing, then how to mend what fails, each way once, and for whom. */
export function reportManyText(clusters: readonly CheckedCluster[], paint: Paint): string {
  const wrong = clusters.flatMap(({ name, results }) =>
    alike(results.filter(({ status }) => status !== 'ok')).map((result) => ({ name, ...result })),
  );
  const table = textTable([
    ['CLUSTER', 'STATUS', 'SUBJECT', 'MESSAGE'],
    ...wrong.map(({ name, status, subject, message }) => [name, status, subject, message]),
  ]);
  const lines = table.map((line, at) => {
    const status = wrong[at - 1]?.status;
    return status === undefined ? line : paint(STYLES[status], line);
  });
  const byMend = Map.groupBy(wrong, ({ mend }) => mend);
  const mends = [...byMend].flatMap(([mend, of]) => {
    const names = [...new Set(of.map(({ name }) => name))];
    return mend === undefined ? [] : [`${shortList(names)}:`, paint('dim', `  ${mend}`)];
  });
  return `${[...(wrong.length === 0 ? [] : [...lines, '', ...mends, '']), summaryOfMany(clusters)].join('\n')}\n`;
}

/** The same for scripts, with what is well. */
export function reportManyJson(clusters: readonly CheckedCluster[]): object {
  const ok = !clusters.some(({ results }) => hasFailed(results));
  return { ok, clusters: clusters.map(({ name, results }) => reportJson(name, results)) };
}

function summaryOfMany(clusters: readonly CheckedCluster[]): string {
  const failed = clusters.filter(({ results }) => hasFailed(results)).length;
  const warned = clusters.filter(
    ({ results }) => !hasFailed(results) && results.some(({ status }) => status === 'warn'),
  ).length;
  const well = clusters.length - failed - warned;
  const what = clusters.length === 1 ? '1 cluster' : `${clusters.length} clusters`;
  return `${what}: ${well} ok, ${warned} to think about, ${failed} to mend`;
}

/** Rights that are missing in one cluster are many, and mended in one go. */
function alike(results: readonly CheckResult[]): readonly CheckResult[] {
  const groups = Map.groupBy(results, ({ area, status, message, mend = '' }) =>
    JSON.stringify([area, status, message, mend]),
  );
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    return [others.length === 0 ? first : { ...first, subject: `${first.subject} and ${others.length} more` }];
  });
}

const SHORT = 8;

function shortList(names: readonly string[]): string {
  const more = names.length - SHORT;
  return more > 0 ? `${names.slice(0, SHORT).join(', ')} and ${more} more` : names.join(', ');
}

/** Warnings are no failures. */
export function hasFailed(results: readonly CheckResult[]): boolean {
  return results.some(({ status }) => status === 'fail');
}

function summary(name: string, results: readonly CheckResult[]): string {
  const count = (wanted: CheckResult['status']): number => results.filter(({ status }) => status === wanted).length;
  return `${name}: ${count('ok')} ok, ${count('warn')} to think about, ${count('fail')} to mend`;
}

/** Verbs that are allowed share a line with their resource: `create, get, list jobs.batch`. */
function together(results: readonly CheckResult[]): CheckResult[] {
  const rows: CheckResult[] = [];
  const verbs = new Map<string, string[]>();
  for (const result of results) {
    const [verb = '', resource = ''] = result.subject.split(' ');
    if (result.area !== 'rights' || result.status !== 'ok') rows.push(result);
    else if (verbs.has(resource)) verbs.get(resource)?.push(verb);
    else {
      verbs.set(resource, [verb]);
      rows.push({ ...result, subject: resource });
    }
  }
  return rows.map((row) => {
    const allowed = row.area === 'rights' && row.status === 'ok' ? verbs.get(row.subject) : undefined;
    return allowed ? { ...row, message: `allowed: ${allowed.join(', ')}` } : row;
  });
}

const STYLES: Readonly<Record<CheckResult['status'], Style>> = { ok: 'green', warn: 'yellow', fail: 'red' };

function paintStatus(line: string, status: CheckResult['status'], paint: Paint): string {
  return paint(STYLES[status], status) + line.slice(status.length);
}
