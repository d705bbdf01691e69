import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import * as clusters from '../../lib/cli/clusters.ts';
import * as completion from '../../lib/cli/completion.ts';
import type { CommandTable } from '../../lib/cli/command.ts';
import * as run from '../../lib/cli/run.ts';
import { runProgram } from '../../lib/cli/program.ts';
import { aConsole } from './console.ts';

const COMMANDS: CommandTable = {
  run: async () => run,
  clusters: async () => clusters,
  completion: async () => completion,
};

async function scriptFor(shell: string): Promise<string> {
  const console = aConsole();
  expect(await runProgram(['completion', shell], COMMANDS, console)).toBe(0);
  return console.written.out;
}

/** What bash offers for the last of the words. */
async function offered(...words: string[]): Promise<readonly string[]> {
  const line = ['assay', ...words].map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _assay; printf '%s\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['--norc', '-c', `${await scriptFor('bash')}${ask}`], { encoding: 'utf8' });
  return out.split('\n').filter(Boolean);
}

test.each([
  { words: ['r'], want: ['run'] },
  { words: ['run', '--local'], want: ['--local-jobs'] },
  { words: ['run', 'some.yaml', '--ar'], want: ['--arg'] },
  { words: ['clusters', 'rem'], want: ['remove'] },
  { words: ['clusters', 'add', '--replac'], want: ['--replace'] },
  { words: ['run', 'some'], want: [] },
  { words: ['run', '--output', 'j'], want: ['json', 'junit'] },
  { words: ['run', '-o', 'ya'], want: ['yaml'] },
  // As bash cuts it.
  { words: ['run', '--output', '=', 't'], want: ['table'] },
  { words: ['run', '--output', '='], want: ['table', 'json', 'yaml', 'junit'] },
  // A value that is free: files, by bash itself.
  { words: ['run', '--arg', '--o'], want: [] },
  { words: ['run', '--kubeconfig', ''], want: [] },
  { words: ['completion', ''], want: ['bash', 'zsh', 'fish', '--help'] },
  // A word that only begins like a command is none, and a file may be called like one.
  { words: ['runner', '--ar'], want: [] },
  { words: ['run', 'clusters', '--ar'], want: ['--arg'] },
  { words: ['clusters', '--help', 'add', '--replac'], want: ['--replace'] },
  { words: ['--ver'], want: ['--version'] },
])('bash offers $want for $words', async ({ words, want }) => expect(await offered(...words)).toEqual(want));

// Real ones are asked in test/e2e/completion.test.ts.
test('zsh and fish are told the same', async () => {
  expect(await scriptFor('zsh')).toMatch(/"clusters add"\) found=\(.*'--replace:/);
  const fish = await scriptFor('fish');
  expect(fish).toMatch(/ -f -a run -d 'Run analysis templates/);
  expect(fish).toContain("-n '__fish_seen_subcommand_from run' -l output -s o -x -a 'table json yaml junit' -d '");
  expect(fish).toMatch(/-n '__fish_seen_subcommand_from clusters; and __fish_seen_subcommand_from add' -l replace/);
});

test('another shell is an error of the command line', async () => {
  const console = aConsole();
  expect(await runProgram(['completion', 'tcsh'], COMMANDS, console)).toBe(64);
  expect(console.written.err).toContain('bash, zsh, fish');
});
