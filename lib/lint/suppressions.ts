import type { Finding, Range } from './finding.ts';

/** A comment that switches rules off. */
interface Suppression {
  readonly rules: readonly string[];
  /** The line that it is about; undefined: all of the file. */
  readonly line: number | undefined;
}

export interface Suppressions {
  /** @param fromLine  where the field begins that a finding is in: blocks have no room for comments */
  readonly covers: (rule: string, range: Range, fromLine: number) => boolean;
  /** The names that are in comments, and where. */
  readonly named: readonly { readonly rule: string; readonly range: Finding['range'] }[];
}

const NONE: Suppressions = { covers: () => false, named: [] };
const MARK = 'assay-lint-disable';
const COMMENT = /#[ \t]*assay-lint-disable(-file)?[ \t]+([^#\n]*)/;

/**
 * Reads `# assay-lint-disable rule, rule`: behind a field it is about its line, on a line of its own about the next that
 * is none of comments; `# assay-lint-disable-file rule` is about all of the file.
 */
export function readSuppressions(text: string): Suppressions {
  if (!text.includes(MARK)) return NONE;
  const lines = text.split('\n');
  const named: { rule: string; range: Range }[] = [];
  const suppressions = lines.flatMap((content, index): Suppression[] => {
    const match = COMMENT.exec(content);
    if (!match) return [];
    const [whole, isFile, list = ''] = match;
    const start = match.index + whole.length - list.length;
    for (const { 0: rule, index: at } of list.matchAll(/[^\s,]+/g)) {
      const column = start + at + 1;
      const end = { line: index + 1, column: column + rule.length };
      named.push({ rule, range: { start: { line: index + 1, column }, end } });
    }
    const isAlone = content.slice(0, match.index).trim() === '';
    const line = isFile ? undefined : isAlone ? nextLine(lines, index + 1) : index + 1;
    return [{ rules: list.split(/[\s,]+/).filter((rule) => rule !== ''), line }];
  });
  return {
    named,
    covers: (rule, { start }, fromLine) =>
      suppressions.some(
        ({ rules, line }) =>
          rules.includes(rule) &&
          (line === undefined || (line >= Math.min(fromLine, start.line) && line <= start.line)),
      ),
  };
}

/** The number of the first line from an index that says something. */
function nextLine(lines: readonly string[], from: number): number {
  const found = lines.findIndex((line, index) => index >= from && !/^\s*(?:#|$)/.test(line));
  return (found === -1 ? from : found) + 1;
}
