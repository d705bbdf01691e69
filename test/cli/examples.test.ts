import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXAMPLES } from '../../lib/cli/examples.ts';
import { lintFiles } from '../../lib/cli/lint-files.ts';

test('the demo has every example', () => {
  expect(
    readdirSync('examples')
      .filter((name) => name.endsWith('.yaml'))
      .toSorted(),
  ).toEqual(
    Object.keys(EXAMPLES)
      .map((name) => `${name}.yaml`)
      .toSorted(),
  );
});

test.each(readdirSync('examples/schedules'))('examples/schedules/%s: nothing to mend', (name) => {
  const text = readFileSync(join('examples/schedules', name), 'utf8');
  expect(lintFiles([{ name, text }])).toEqual({ files: 1, documents: 1, passedOver: 0, findings: [] });
});

test.each(Object.entries(EXAMPLES))('examples/%s.yaml: nothing to mend', (name, text) => {
  expect(lintFiles([{ name, text }])).toEqual({ files: 1, documents: 1, passedOver: 0, findings: [] });
});
