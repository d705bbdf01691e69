import { Command } from 'commander';
import { expect, test } from 'vitest';
import type { CommandTable } from '../../lib/cli/command.ts';
import { EXIT } from '../../lib/cli/exit-code.ts';
import { InputError } from '../../lib/cli/input-error.ts';
import { nodeComplaint } from '../../lib/cli/node-version.ts';
import { runProgram } from '../../lib/cli/program.ts';
import { AssayError } from '../../lib/model/errors.ts';
import { aConsole } from './console.ts';

/** One command, which does what it is told. */
const commandThat = (act: () => number | void): CommandTable => ({
  go: async () => ({
    command: (_console, exitWith) =>
      new Command('go').argument('[word]').action(() => {
        if (act() === 2) exitWith(EXIT.undecided);
      }),
  }),
});
const fail = (error: Error) => (): void => {
  throw error;
};

async function run(args: readonly string[], commands = commandThat(() => {}), env = {}) {
  const console = aConsole({ env });
  const code = await runProgram(args, commands, console);
  return { code, ...console.written };
}

test.each([
  { name: 'a command that says nothing', act: () => {}, code: 0 },
  { name: 'a command that says 2', act: () => 2, code: 2 },
])('$name: exit $code', async ({ act, code }) => {
  expect(await run(['go'], commandThat(act))).toEqual({ code, out: '', err: '' });
});

test.each([
  {
    name: 'input',
    error: new InputError('no such file', 'Look elsewhere.'),
    code: 64,
    err: 'assay: no such file\n  Look elsewhere.\n',
  },
  {
    name: 'a cluster',
    error: new AssayError('ASSAY_CLUSTER_UNREACHABLE', 'no answer'),
    code: 69,
    err: expect.stringMatching(/^assay: no answer \(ASSAY_CLUSTER_UNREACHABLE\)\n {2}Check the network path/),
  },
  {
    name: 'a kubeconfig',
    error: new AssayError('ASSAY_RESOURCE_INVALID', 'bad'),
    code: 64,
    err: expect.stringContaining('assay: bad (ASSAY_RESOURCE_INVALID)'),
  },
  {
    name: 'a bug',
    error: new TypeError('x is undefined'),
    code: 70,
    err: 'assay: x is undefined\n  This is a bug in Assay. ASSAY_DEBUG=1 shows where.\n',
  },
])('reports an error of $name without its stack', async ({ error, code, err }) => {
  expect(await run(['go'], commandThat(fail(error)))).toEqual({ code, out: '', err });
});

test('ASSAY_DEBUG shows the stack', async () => {
  const { err } = await run(['go'], commandThat(fail(new InputError('no'))), { ASSAY_DEBUG: '1' });
  expect(err).toContain('program.test.ts');
});

test.each([
  { args: ['toString'], err: expect.stringMatching(/^assay: unknown command 'toString'/) },
  { args: ['nope'], err: "assay: unknown command 'nope'\n  `assay --help` lists what there is.\n" },
  { args: ['go', '--nope'], err: "assay: unknown option '--nope'\n  `assay go --help` tells more.\n" },
  { args: ['go', 'a', 'b'], err: expect.stringMatching(/^assay: too many arguments/) },
])('the command line $args: exit 64', async ({ args, err }) => {
  expect(await run(args)).toEqual({ code: 64, out: '', err });
});

test.each([
  { args: ['--help'], says: 'Exit codes:' },
  { args: ['go', '--help'], says: 'Usage: assay go' },
  { args: ['--version'], says: /^\d+\.\d+\.\d+\n$/ },
])('$args goes to standard output: exit 0', async ({ args, says }) => {
  const { code, out, err } = await run(args);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(says);
});

test('without a command: what there is, exit 64', async () => {
  const { code, err } = await run([]);
  expect(code).toBe(64);
  expect(err).toContain('Usage: assay');
});

test.each([
  { version: '18.20.8', says: 'assay: needs Node 20 or newer; this is 18.20.8' },
  { version: '20.20.2', says: undefined },
  { version: '24.0.0', says: undefined },
  { version: '26.1.0', says: undefined },
])('Node $version: $says', ({ version, says }) => {
  expect(nodeComplaint(version)?.split('\n')[0]).toBe(says);
});

test.each([
  { args: ['help'], says: /^Usage: assay \[options\] \[command\]/ },
  { args: ['help', 'go'], says: /^Usage: assay go / },
  { args: ['go', '--help'], says: /^Usage: assay go / },
  { args: ['version'], says: /^\d+\.\d+\.\d+\n$/ },
  { args: ['-v'], says: /^\d+\.\d+\.\d+\n$/ },
  { args: ['-V'], says: /^\d+\.\d+\.\d+\n$/ },
  { args: ['--version'], says: /^\d+\.\d+\.\d+\n$/ },
])('$args answers', async ({ args, says }) => {
  expect(await run(args)).toEqual({ code: 0, out: expect.stringMatching(says), err: '' });
});

test('help on what is not there says so', async () => {
  expect(await run(['help', 'gone'])).toMatchObject({
    code: 64,
    err: expect.stringContaining("unknown command 'gone'"),
  });
});
