import { expect, test, vi } from 'vitest';
import type * as Commands from '../../lib/cli/commands.ts';
import { COMMANDS } from '../../lib/cli/commands.ts';
import { runProgram } from '../../lib/cli/program.ts';
import { aConsole } from './console.ts';

// A command is a file and a line. This is the line; nothing else knows of toys.
vi.mock('../../lib/cli/commands.ts', async (importOriginal) => {
  const original = await importOriginal<typeof Commands>();
  return { COMMANDS: { ...original.COMMANDS, toy: () => import('./toy.ts') } };
});

async function run(...args: readonly string[]) {
  const console = aConsole();
  const code = await runProgram(args, COMMANDS, console);
  return { code, ...console.written };
}

test('a toy command runs, and says how it went', async () => {
  expect(await run('toy', 'train', 'bear')).toEqual({ code: 0, out: '2 toys\n', err: '' });
  expect(await run('toy', 'broken')).toMatchObject({ code: 1, out: '1 toys\n' });
});

test('its help and its errors are those of all commands', async () => {
  expect((await run('--help')).out).toMatch(/^ {2}toy .*Say how many toys there are\.$/m);
  expect((await run('toy', '--help')).out).toContain('Usage: assay toy');
  expect(await run('toy')).toMatchObject({ code: 64, err: expect.stringContaining('`assay toy --help` tells more.') });
});
