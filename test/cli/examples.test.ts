import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EXAMPLES } from '../../lib/cli/examples.ts';
import { lintFiles } from '../../lib/cli/lint-files.ts';

test('the demo has every example', () => {
  expect(readdirSync('examples').toSorted()).toEqual(
    Object.keys(EXAMPLES)
      .map((name) => `${name}.yaml`)
      .toSorted(),
  );
});

test.each(Object.entries(EXAMPLES))('examples/%s.yaml: nothing to mend', (name, text) => {
  expect(lintFiles([{ name, text }])).toEqual({ files: 1, documents: 1, passedOver: 0, findings: [] });
});
