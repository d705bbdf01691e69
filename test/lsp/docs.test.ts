import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isRuleName } from '../../lib/lint/rules/registry.ts';
import { LONGEST_TEXT } from '../../lib/lsp/edited-text.ts';
import { readLintSettings } from '../../lib/lsp/editor-settings.ts';
import { MOST_FILES } from '../../lib/lsp/workspace-files.ts';

const DOCS = readFileSync('docs/editor.md', 'utf8');

test.each([LONGEST_TEXT, MOST_FILES])('docs/editor.md says the limit %d as it is', (limit) => {
  expect(DOCS).toContain(limit.toLocaleString('en'));
});

test('the settings that docs/editor.md shows are settings', () => {
  const [, options = ''] = /^(\{ "lint": .*\})$/m.exec(DOCS) ?? [];
  const { disable = [], strict } = readLintSettings(JSON.parse(options));
  expect(disable.map(isRuleName)).toEqual([true]);
  expect(strict).toBe(false);
});

test('every snippet of JSON in docs/editor.md is JSON', () => {
  const snippets = [...DOCS.matchAll(/```json\n([^`]*)```/g)].map(([, snippet = '']) => snippet);
  expect(snippets.length).toBeGreaterThan(2);
  for (const snippet of snippets) expect(() => void JSON.parse(snippet)).not.toThrow();
});
