import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildProgram, FOLDER, inputNames, playInput } from './play-input.ts';

// Those of lint are told apart, finding by finding, by the test of lint.
const names = inputNames().filter((name) => !name.startsWith('lint-'));

const built = mkdtempSync(join(tmpdir(), 'assay-inputs-'));
let program: string;
beforeAll(async () => {
  program = await buildProgram(built);
});
afterAll(() => rmSync(built, { recursive: true }));

// Each is a process of its own that waits more than it computes.
test.concurrent.each(names)('%s', async (name) => {
  const { expected, seen, ok } = await playInput(name, program);
  expect({ ok, seen, right: expected }).toEqual({ ok: true, seen: expect.any(String), right: expected });
});

test('every folder says what is right', () => {
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).toSorted()).toEqual(inputNames().toSorted());
  for (const name of names) expect(readdirSync(join(FOLDER, name))).toContain('README.md');
});
