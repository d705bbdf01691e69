import type { CheckResult } from '../doctor/check-result.ts';
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
