import type { Rule } from '../rule.ts';
import { jsonPathOf } from '../json-path.ts';

export const jsonPathWithoutBraces: Rule = {
  severity: 'warning',
  summary: 'A jsonPath without { and }, which is taken for a text.',
  provider: 'web',
  provided(provided, metric) {
    const path = jsonPathOf(provided, metric);
    if (path === undefined || path.filled.text.includes('{')) return [];
    const { keys, text } = path;
    const isPath = /^\s*(?:\$|\.|@|\[)/.test(text);
    const message = `a text and no path, so the result is always ${JSON.stringify(text)}`;
    const braced = `{${text.trim().replace(/^(?=[\w])/, '.')}}`;
    const fix = isPath ? { fix: [{ keys, span: [0, text.length] as const, text: braced }] } : {};
    return [{ keys, message, hint: `write "${braced}"`, value: text, ...fix }];
  },
};
