import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureInstalled } from './aws/install.ts';

/** The folders of the executables `node` that the package must run with: to be put first on the PATH. */
export interface NodeFolders {
  readonly oldest: string;
  readonly newest: string;
}

/** Installs both from npm the first time, at the versions of nodes/versions.json; 85 MB of download. */
export async function ensureNodes(): Promise<NodeFolders> {
  const folder = await ensureInstalled({
    name: 'nodes',
    pins: join(import.meta.dirname, 'nodes/versions.json'),
    needs: 'the package is tried with the oldest Node and the newest, which npm installs',
    async install(into, pins) {
      const versions = JSON.parse(await readFile(pins, 'utf8')) as Readonly<Record<string, string>>;
      const packages = Object.entries(versions).map(
        ([name, version]) => `${name}@npm:node-${process.platform}-${process.arch}@${version}`,
      );
      await promisify(execFile)('npm', ['install', '--prefix', into, '--no-audit', '--no-fund', ...packages]);
    },
  });
  const binOf = (name: string): string => join(folder, 'node_modules', name, 'bin');
  return { oldest: binOf('oldest'), newest: binOf('newest') };
}
