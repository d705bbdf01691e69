import type { Position } from '../lint/finding.ts';

/**
 * The line that a position is in, and a caret under the position. Tabs become single spaces, so that the caret
 * stands where it should on any terminal; of a line longer than `width` the part around the position is shown.
 */
export function sourceExcerpt(text: string, { line, column }: Position, width: number): string {
  const source = (text.split('\n')[line - 1] ?? '').replaceAll(/[\t\r]/g, ' ');
  const from = source.length > width ? Math.max(0, Math.min(column - Math.floor(width / 2), source.length - width)) : 0;
  const before = source.slice(from, column - 1);
  return `${source.slice(from, from + width)}\n${before.replaceAll(/./gu, ' ')}^`;
}
