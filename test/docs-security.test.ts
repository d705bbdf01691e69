import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const text = readFileSync('docs/security.md', 'utf8');

/** Each `test/…` that is named, with the titles behind it. */
const shown = [...text.matchAll(/`(test\/[\w./-]+)`((?:,? "[^"]+")+)/g)].flatMap(([, path = '', titles = '']) =>
  [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => ({ path, title })),
);

test.each(shown)('docs/security.md: $path has "$title"', ({ path, title }) => {
  expect(existsSync(path)).toBe(true);
  // Titles as they stand in the source, where quotes may be escaped.
  expect(readFileSync(path, 'utf8').replaceAll(String.raw`\'`, "'")).toContain(title);
});

test('each promise of docs/security.md is shown by a test', () => {
  const rows = text.split('\n').filter((line) => /^\| (?!---|Promise)/.test(line));
  expect(rows.filter((row) => !/`test\/[^`]+\.test\.ts` "/.test(row))).toEqual([]);
  expect(rows.length).toBeGreaterThan(25);
  // Nor is a test named without saying which.
  expect(shown.length).toBeGreaterThanOrEqual([...text.matchAll(/`test\//g)].length);
});
