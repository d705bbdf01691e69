import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { STAGE } from '../servers/aws/account.ts';
import { packageTemplate } from '../servers/aws/package-template.ts';
import { readWiring, type Wiring } from '../servers/aws/template.ts';
import { createScratchFolder } from '../servers/scratch-folder.ts';

/** What `npm run package` makes. */
export interface Packaged {
  readonly wiring: Wiring;
  /** What Lambda unpacks for a function. */
  readonly rootOf: (name: 'onMessage' | 'onSchedule') => string;
}

const run = promisify(execFile);
let packaged: Promise<Packaged> | undefined;

/** Bundles the functions, packages them with the template, and unpacks them again; once a process, about 10 s. */
export function packageForTests(): Promise<Packaged> {
  packaged ??= (async () => {
    const folder = createScratchFolder('package');
    const template = await packageTemplate(folder, ['--stage', STAGE]);
    for (const name of ['onMessage', 'onSchedule']) {
      // Python is there for an emulator; Node cannot unzip.
      await run('python3', ['-m', 'zipfile', '-e', join(folder, `${name}.zip`), join(folder, name)]);
    }
    return { wiring: readWiring(template), rootOf: (name) => join(folder, name) };
  })();
  return packaged;
}
