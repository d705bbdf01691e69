import type { Finding, TextEdit } from './finding.ts';
import { Lines } from './lines.ts';

/** A text with the fixes of its findings made. */
export interface FixedText {
  readonly text: string;
  /** Findings whose fix was made; one that another stands in the way of is left for the next time. */
  readonly fixed: readonly Finding[];
}

/** Makes the fixes, the earlier of two that touch. */
export function applyFixes(text: string, findings: readonly Finding[]): FixedText {
  const lines = new Lines(text);
  const made: { readonly from: number; readonly to: number; readonly by: string }[] = [];
  const fixed: Finding[] = [];
  for (const finding of findings) {
    if (!finding.fix || finding.fix.length === 0) continue;
    const edits = finding.fix.map(({ range, text: by }: TextEdit) => ({
      from: lines.offsetOf(range.start),
      to: lines.offsetOf(range.end),
      by,
    }));
    const isFree = edits.every(({ from, to }) => made.every((other) => to < other.from || from > other.to));
    if (!isFree) continue;
    made.push(...edits);
    fixed.push(finding);
  }
  const lastFirst = made.toSorted((a, b) => b.from - a.from);
  return {
    text: lastFirst.reduce((whole, { from, to, by }) => whole.slice(0, from) + by + whole.slice(to), text),
    fixed,
  };
}
