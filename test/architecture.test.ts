import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { expect, test } from 'vitest';

const TOP = /^(?:lib|functions|infra|test|docs)\//;

/** Files and folders that a row of a table names; one without a folder stands beside the one named before it. */
function namedIn(row: string): string[] {
  const paths: string[] = [];
  let folder = '';
  for (const [, name = ''] of row.matchAll(/`([^`<*]+)`/g)) {
    if (TOP.test(name)) folder = extname(name) ? dirname(name) : name;
    else if (extname(name) !== '.ts') continue;
    paths.push(TOP.test(name) ? name : join(folder, name));
  }
  return paths;
}

test('what ARCHITECTURE.md says is somewhere, is there', () => {
  const rows = readFileSync('ARCHITECTURE.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'));
  const paths = rows.flatMap(namedIn);
  expect(paths.length).toBeGreaterThan(50);
  expect(paths.filter((path) => !existsSync(path))).toEqual([]);
});
