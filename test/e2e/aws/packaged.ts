import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { STAGE } from '../servers/aws/account.ts';
import { readWiring, type Template, type Wiring } from '../servers/aws/template.ts';
import { createScratchFolder } from '../servers/scratch-folder.ts';

/** What `npm run package` makes. */
export interface Packaged {
  readonly wiring: Wiring;
  /** What Lambda unpacks for a function. */
  readonly rootOf: (name: 'onMessage' | 'onSchedule') => string;
}

const ROOT = resolve(import.meta.dirname, '../../..');
const run = promisify(execFile);
let packaged: Promise<Packaged> | undefined;

/** Bundles the functions, packages them with the template, and unpacks them again; once a process, about 10 s. */
export function packageForTests(): Promise<Packaged> {
  packaged ??= (async () => {
    const folder = createScratchFolder('package');
    await run(process.execPath, [join(ROOT, 'infra/build-functions.ts')], { cwd: ROOT });
    const osls = join(ROOT, 'node_modules/.bin/osls');
    await run(osls, ['package', '--stage', STAGE, '--package', folder], { cwd: ROOT, env: environment(folder) });
    for (const name of ['onMessage', 'onSchedule']) {
      // Python is there for an emulator; Node cannot unzip.
      await run('python3', ['-m', 'zipfile', '-e', join(folder, `${name}.zip`), join(folder, name)]);
    }
    const template = readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
    return { wiring: readWiring(JSON.parse(template) as Template), rootOf: (name) => join(folder, name) };
  })();
  return packaged;
}

/** Nothing of the user's: no credentials, no region, no settings of the tool. */
function environment(home: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: home, CI: 'true', SLS_TRACKING_DISABLED: '1' };
}
