import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ensureActionlint } from '../e2e/servers/build.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * What actionlint has against workflows, a finding each; built the first time, in seconds. `undefined` where there is no Go to
 * build it with. Expressions, keys, types, events and the names of jobs are checked; scripts inside are not (that needs
 * shellcheck), nor whether an action that is pinned is there.
 */
export async function findingsInWorkflows(paths: readonly string[]): Promise<readonly string[] | undefined> {
  const actionlint = await ensureActionlint();
  if (actionlint === undefined) return undefined;
  const args = ['-no-color', '-oneline', '-shellcheck=', '-pyflakes=', ...paths];
  const { stdout, stderr } = await promisify(execFile)(actionlint, args, { cwd: ROOT }).catch(
    (error: unknown) => error as { readonly stdout: string; readonly stderr: string },
  );
  if (stderr !== '') throw new Error(`actionlint: ${stderr}`);
  return stdout.split('\n').filter((line) => line !== '');
}

/** Those of this repository. */
export function workflows(): readonly string[] {
  const folder = join(ROOT, '.github/workflows');
  return readdirSync(folder).map((name) => join(folder, name));
}

if (import.meta.main) {
  const findings = await findingsInWorkflows(workflows());
  const isRequired = process.env['ASSAY_E2E'] === 'required' || process.env['CI'] !== undefined;
  if (findings === undefined) {
    process.stderr.write('workflows: not checked, since actionlint is built with Go 1.26, which is not here\n');
    if (isRequired) process.exitCode = 1;
  } else {
    for (const finding of findings) process.stderr.write(`${finding}\n`);
    if (findings.length > 0) process.exitCode = 1;
  }
}
