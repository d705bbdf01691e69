import { cpus } from 'node:os';

/** One line of a report; the figure is to stay at or below the limit, where there is one. */
export interface Figure {
  readonly name: string;
  readonly figure: number;
  readonly unit: string;
  readonly limit?: number;
}

/** The machine that figures were taken on, and when: figures without it mean nothing. */
export function describeMachine(now = new Date()): string {
  const [cpu] = cpus();
  return `${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.versions.node}, ${now.toISOString().slice(0, 10)}`;
}

/** A table for terminals and for docs/performance.md: name, figure, limit, and whether it was kept. */
export function formatFigures(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, figure, unit, limit }) => [
    name,
    `${shorten(figure)} ${unit}`,
    limit === undefined ? '' : `≤ ${shorten(limit)} ${unit}`,
    limit === undefined ? '' : figure <= limit ? 'yes' : 'NO',
  ]);
  const table = [['what', 'figure', 'wanted', 'kept'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = table;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function shorten(figure: number): string {
  return figure >= 100 ? String(Math.round(figure)) : String(Number(figure.toPrecision(3)));
}
