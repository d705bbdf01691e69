import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyFixes } from '../../lib/lint/apply-fixes.ts';
import { lintText } from '../../lib/lint/lint-text.ts';

/**
 * Inputs like those that people have trouble with, each with what is right in its first comment. `expected.json` has the
 * findings, in their order; `fixed.yaml`, where it is there, what `--fix` makes of the input.
 */
const FOLDER = 'test/inputs';
const names = readdirSync(FOLDER).filter((name) => name.startsWith('lint-'));

describe.each(names)('%s', (name) => {
  const read = (file: string) => readFileSync(join(FOLDER, name, file), 'utf8');
  const text = read('input.yaml');

  test('says what is expected, where it is expected', () => {
    const found = lintText({ path: 'input.yaml', text }).map(({ range, severity, rule, path, message }) => {
      return `${range.start.line}:${range.start.column}-${range.end.line}:${range.end.column} ${severity} ${rule} ${path}: ${message}`;
    });
    expect(found).toEqual(JSON.parse(read('expected.json')));
  });

  if (!existsSync(join(FOLDER, name, 'fixed.yaml'))) return;
  test('is mended as expected', () => {
    let mended = text;
    for (let round = 0; round < 5; round += 1) {
      mended = applyFixes(mended, lintText({ path: 'input.yaml', text: mended })).text;
    }
    expect(mended).toBe(read('fixed.yaml'));
  });
});
