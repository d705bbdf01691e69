import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FOLDER, inputNames, playInput } from './play-input.ts';

// Those of lint are told apart, finding by finding, by the test of lint.
const names = inputNames().filter((name) => !name.startsWith('lint-'));

test.each(names)('%s', async (name) => {
  const { expected, seen, ok } = await playInput(name);
  expect({ ok, seen, right: expected }).toEqual({ ok: true, seen: expect.any(String), right: expected });
});

test('every folder says what is right', () => {
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).toSorted()).toEqual(inputNames().toSorted());
  for (const name of names) expect(readdirSync(join(FOLDER, name))).toContain('README.md');
});
