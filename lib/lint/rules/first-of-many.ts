import { JsonPathError, type PathNode, parsePath } from '../../providers/web-json-path-parse.ts';
import type { Rule } from '../rule.ts';
import { jsonPathOf } from '../json-path.ts';

export const firstOfMany: Rule = {
  severity: 'advice',
  summary: 'A jsonPath that finds several values, of which only the first is judged.',
  provider: 'web',
  provided(provided, metric) {
    const path = jsonPathOf(provided, metric);
    if (path === undefined || !findsMany(path.filled.text)) return [];
    const { keys, text } = path;
    const wide = /\[\*\]|\.\.|\.\*|\[[^\]]*[:,][^\]]*\]|range\b/.exec(text);
    const span = wide ? ([wide.index, wide.index + wide[0].length] as const) : undefined;
    const message = 'finds several values, and only the first of them is judged';
    const hint = 'take the list itself, and judge it with all(result, ...)';
    return [{ keys, message, hint, value: text, span }];
  },
};

function findsMany(text: string): boolean {
  try {
    return parsePath(text).some(isWide);
  } catch (error) {
    if (error instanceof JsonPathError) return false;
    throw error;
  }
}

function isWide(node: PathNode): boolean {
  if (node.is === 'list') return node.nodes.some(isWide);
  if (node.is === 'slice') return !node.end.derived;
  // What a filter finds is mostly one.
  return node.is === 'wildcard' || node.is === 'recursive' || node.is === 'union';
}
