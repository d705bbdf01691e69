import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensurePrograms, programsAvailable } from './servers/debian.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';

const MAIN = resolve(import.meta.dirname, '../../lib/cli/main.ts');
const run = promisify(execFile);

/** What is typed before the Tab key, and what stands there after it. */
const ROWS = [
  { rule: 'a command', typed: 'assay man', becomes: 'assay manifests' },
  { rule: 'a command of a command', typed: 'assay clusters rem', becomes: 'assay clusters remove' },
  { rule: 'an option', typed: 'assay run --local', becomes: 'assay run --local-jobs' },
  {
    rule: 'an option of a command of a command',
    typed: 'assay clusters add --repl',
    becomes: 'assay clusters add --replace',
  },
  { rule: 'a value of a list', typed: 'assay lint --output sar', becomes: 'assay lint --output sarif' },
  { rule: 'a value of a list, after the short form', typed: 'assay lint -o ju', becomes: 'assay lint -o junit' },
  { rule: 'a value of a list, after =', typed: 'assay lint --output=git', becomes: 'assay lint --output=github' },
  { rule: 'an argument of a list', typed: 'assay completion z', becomes: 'assay completion zsh' },
  { rule: 'a file', typed: 'assay run templ', becomes: 'assay run template.yaml' },
  {
    rule: 'a file after its option',
    typed: 'assay serve --kubeconfig templ',
    becomes: 'assay serve --kubeconfig template.yaml',
  },
];

describe.skipIf(!programsAvailable('zsh', 'fish'))('completion in a real shell', () => {
  let folder: string;
  let work: string;

  beforeAll(async () => {
    await ensurePrograms('zsh', 'fish');
    folder = createScratchFolder('completion');
    work = join(folder, 'work');
    mkdirSync(work);
    writeFileSync(join(work, 'template.yaml'), '');
    for (const shell of ['bash', 'zsh', 'fish'])
      writeFileSync(join(folder, shell), execFileSync(process.execPath, [MAIN, 'completion', shell]));
    // The command itself tells what was on its line.
    const print = `assay() { printf '<<assay'; printf ' %s' "$@"; printf '>>'; exit; }`;
    writeFileSync(join(folder, '.bashrc'), `source ${join(folder, 'bash')}\n${print}\n`);
    writeFileSync(
      join(folder, '.zshrc'),
      `autoload -U compinit; compinit -u -D\nsource ${join(folder, 'zsh')}\n${print}\n`,
    );
  });
  afterAll(() => removeScratchFolder(folder));

  test.concurrent.each(ROWS)('bash: $rule', async ({ typed, becomes }) => {
    expect(await pressTab(`bash --rcfile ${join(folder, '.bashrc')} -i`, typed)).toBe(becomes);
  });

  test.concurrent.each(ROWS)('zsh: $rule', async ({ typed, becomes }) => {
    expect(await pressTab('zsh -i', typed)).toBe(becomes);
  });

  test.concurrent.each(ROWS)('fish: $rule', async ({ typed, becomes }) => {
    const ask = `source ${join(folder, 'fish')}; complete -C '${typed}'`;
    const { stdout } = await run('fish', ['--no-config', '-c', ask], {
      cwd: work,
      env: { ...process.env, HOME: folder },
    });
    const [found = '', ...others] = stdout.trimEnd().split('\n');
    expect(others).toEqual([]);
    expect(typed.replace(/[^ ]*$/, '') + found.split('\t')[0]).toBe(becomes);
  });

  /** The line once somebody has typed it in a terminal of its own, with Tab and Enter; of the shell's words, if that is none. */
  async function pressTab(shell: string, typed: string): Promise<string> {
    const env = { PATH: process.env['PATH'], HOME: folder, ZDOTDIR: folder, TERM: 'dumb' };
    const terminal = run('script', ['--quiet', '--command', shell, '/dev/null'], { cwd: work, env, timeout: 30_000 });
    terminal.child.stdin?.end(`${typed}\t\n`);
    const { stdout } = await terminal;
    return /<<(.*?)>>/.exec(stdout)?.[1]?.trimEnd() ?? stdout;
  }
});
