import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { oneAtATime } from './one-at-a-time.ts';

/** Programs of the tests by the package of Debian that has them. */
export const DEBIAN_PROGRAMS = {
  fish: 'fish',
  'qemu-aarch64-static': 'qemu-user-static',
  runc: 'runc',
  skopeo: 'skopeo',
  umoci: 'umoci',
  zsh: 'zsh',
} as const;

export type DebianProgram = keyof typeof DEBIAN_PROGRAMS;

const run = promisify(execFile);

/** Whether all of them can be had: are there, or must be (`ASSAY_E2E=required`). */
export function programsAvailable(...programs: readonly DebianProgram[]): boolean {
  return process.env['ASSAY_E2E'] === 'required' || programs.every(isThere);
}

/**
 * Installs what is missing of them with apt-get, which takes root. Elsewhere they are to be installed by hand.
 *
 * Rejects with what to do where that fails.
 */
export async function ensurePrograms(...programs: readonly DebianProgram[]): Promise<void> {
  await oneAtATime('assay-apt', async () => {
    const packages = programs.filter((name) => !isThere(name)).map((name) => DEBIAN_PROGRAMS[name]);
    if (packages.length === 0) return;
    process.stderr.write(`assay: installing ${packages.join(', ')}\n`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const patiently = ['-q', '-o', 'DPkg::Lock::Timeout=300'];
    try {
      await run('apt-get', [...patiently, 'update'], { env });
      await run('apt-get', [...patiently, 'install', '-y', '--no-install-recommends', ...packages], { env });
    } catch (error) {
      const hint = `the tests need ${packages.join(', ')}: apt-get install ${packages.join(' ')}`;
      throw new Error(`${hint}. ${(error as Error).message}`, { cause: error });
    }
  });
}

function isThere(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
