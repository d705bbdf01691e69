import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureHelm } from './build.ts';
import { createScratchFolder } from './scratch-folder.ts';

/** What goes with a call of Helm. */
export interface HelmOptions {
  /** Of the cluster; without one there is none. */
  readonly kubeconfigPath?: string;
  /** Values of the chart that are not the usual ones, by their paths. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** The chart as it stands in the repository. */
export const CHART = join(import.meta.dirname, '../../../infra/chart');

let home: string | undefined;

/** Promises what `helm …args` prints; rejects with its standard error if it fails or takes longer than two minutes. */
export async function helm(args: readonly string[], { kubeconfigPath, values }: HelmOptions = {}): Promise<string> {
  home ??= createScratchFolder('helm');
  // Values as JSON, a heading at a time: a file would have to be written for each call.
  const settings = Object.entries(values ?? {}).flatMap(([name, value]) => [
    '--set-json',
    `${name}=${JSON.stringify(value)}`,
  ]);
  const command = await ensureHelm();
  try {
    const { stdout } = await promisify(execFile)(command, [...args, ...settings], {
      // Nothing of the user's own setup may have a say.
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        ...(kubeconfigPath !== undefined && { KUBECONFIG: kubeconfigPath }),
      },
      timeout: 120_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    const { stderr = '', message } = error as Error & { readonly stderr?: string };
    throw new Error(`helm ${args.join(' ')} failed: ${stderr.trim() || message}`, { cause: error });
  }
}
