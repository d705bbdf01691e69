import { JsonPathError, parsePath } from '../../providers/web-json-path-parse.ts';
import { jsonPathOf } from '../json-path.ts';
import type { Rule, Slip } from '../rule.ts';

export const invalidJsonPath: Rule = {
  severity: 'error',
  summary: 'A jsonPath that is none, which always gives Error.',
  provider: 'web',
  provided(provided, metric): Slip[] {
    const path = jsonPathOf(provided, metric);
    if (path === undefined || !path.filled.isKnown) return [];
    const { keys, filled } = path;
    try {
      parsePath(filled.text);
      return [];
    } catch (error) {
      if (!(error instanceof JsonPathError)) throw error;
      const isUnclosed = error.message === 'unclosed action' && parses(`${filled.text}}`);
      const hint = isUnclosed ? 'there is no } after {' : undefined;
      const at = path.text.length;
      const fix = isUnclosed ? { fix: [{ keys, span: [at, at] as const, text: '}' }] } : {};
      return [{ keys, message: `not a JSONPath: ${error.message}`, hint, value: path.text, ...fix }];
    }
  },
};

function parses(text: string): boolean {
  try {
    parsePath(text);
    return true;
  } catch (error) {
    if (error instanceof JsonPathError) return false;
    throw error;
  }
}
