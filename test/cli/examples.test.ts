import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXAMPLES } from '../../lib/cli/examples.ts';
import { lintTexts } from '../../lib/lint/lint-text.ts';

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
  expect(lintTexts([{ path: name, text }])).toEqual({ documents: 1, passedOver: 0, findings: [] });
});

test.each(Object.entries(EXAMPLES))('examples/%s.yaml: nothing to mend', (name, text) => {
  expect(lintTexts([{ path: name, text }])).toEqual({ documents: 1, passedOver: 0, findings: [] });
});
