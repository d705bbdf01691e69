import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureInstalled, installPython, pythonOf } from './aws/install.ts';

const run = promisify(execFile);

/**
 * What cfn-lint has against a template, warnings included; one line each, with its rule. It knows what
 * CloudFormation takes in these regions, and needs no network once it is installed.
 */
export async function lintTemplate(path: string, regions: readonly string[], ignored: readonly string[] = []) {
  const folder = await ensureInstalled({
    name: 'cfn-lint-1.58.0',
    pins: join(import.meta.dirname, 'cfn-lint/requirements.txt'),
    needs: 'cfn-lint, which checks the packaged template, needs python3 (3.10 or newer, with venv) on the PATH',
    install: installPython,
  });
  const ignore = ignored.length > 0 ? ['--ignore-checks', ...ignored] : [];
  // By its path: the environment was made under another name, which its scripts begin with.
  const args = [join(folder, 'bin/cfn-lint'), '--template', path, '--format', 'parseable'];
  // Its exit status tells the kinds of what it found; a crash tells itself by what it writes.
  const found = run(pythonOf(folder), [...args, ...ignore, '--regions', ...regions]);
  const { stdout, stderr } = await found.catch((error: unknown) => error as { stdout: string; stderr: string });
  if (stderr) throw new Error(`cfn-lint: ${stderr}`);
  return stdout.split('\n').filter((line) => line !== '');
}
