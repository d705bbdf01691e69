import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { oneAtATime } from '../one-at-a-time.ts';
import type { Template } from './template.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const run = promisify(execFile);

/** The template that CloudFormation would get. */
export const TEMPLATE_FILE = 'cloudformation-template-update-stack.json';

/**
 * What `npm run package -- ARGS` does, into `folder`: TEMPLATE_FILE, and a zip a function. About 5 s.
 * Without anything of the user's: no credentials, no region, no settings of the tool, no network.
 */
export async function packageTemplate(folder: string, args: readonly string[] = []): Promise<Template> {
  const env = { PATH: process.env['PATH'], HOME: folder, CI: 'true', SLS_TRACKING_DISABLED: '1' };
  await withFunctions(async () => {
    await run(join(ROOT, 'node_modules/.bin/osls'), ['package', '--package', folder, ...args], { cwd: ROOT, env });
  });
  return JSON.parse(readFileSync(join(folder, TEMPLATE_FILE), 'utf8')) as Template;
}

/** Does `work` with the functions bundled. They have one place, where nobody is to build them while another worker packs them. */
export async function withFunctions<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  return oneAtATime('assay-package', async () => {
    await run(process.execPath, [join(ROOT, 'infra/build-functions.ts')], { cwd: ROOT });
    return work();
  });
}
