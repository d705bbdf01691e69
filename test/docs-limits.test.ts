import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LIMITS, SHARES } from '../lib/model/limits.ts';

test('docs/limits.md has every limit of the tables, and no other', () => {
  const rows = [...readFileSync('docs/limits.md', 'utf8').matchAll(/^\| .*\(`(\w+)`\) \| (\d+) \|/gm)];
  expect(Object.fromEntries(rows.map(([, name, limit]) => [name, Number(limit)]))).toEqual({ ...LIMITS, ...SHARES });
});
