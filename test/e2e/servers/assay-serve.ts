import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createScratchFolder, removeScratchFolder } from './scratch-folder.ts';
import { describeFailure, startProcess, type Ending } from './server-process.ts';
import { waitFor } from './wait-for.ts';

/** One line of its log. */
export interface LogLine {
  readonly time: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly [field: string]: unknown;
}

/** A process that runs `assay serve`. */
export interface AssayServe {
  readonly pid: number;
  /** Of its pages, without a path. */
  readonly url: string;
  readonly ended: Promise<Ending>;
  /** All lines so far, also once it has ended. */
  log(): readonly LogLine[];
  /** One of its pages, whatever its status. */
  page(path: '/metrics' | '/healthz' | '/readyz'): Promise<{ readonly status: number; readonly body: string }>;
  /** SIGTERM, as a cluster or a service manager stops it; resolves with how it ended. */
  stop(): Promise<Ending>;
  /** SIGKILL: no last words. */
  kill(): Promise<void>;
}

/**
 * The command line that starts `assay` with these words, or a program of its image: with that environment, and with files
 * and folders of this machine that it reads.
 */
export type Starter = (
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  reads: readonly string[],
) => readonly [command: string, ...args: string[]];

export interface AssayServeOptions {
  readonly kubeconfigPath: string;
  /** After `assay serve --kubeconfig … --metrics 127.0.0.1:0 --allow-host 127.0.0.1`. */
  readonly args?: readonly string[];
  /** Of Node, such as `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
  /** Default true: resolves only when the objects of a cluster have been read. */
  readonly awaitReady?: boolean;
  /** In place of Node with what is built from the sources. */
  readonly start?: Starter;
  /** Beside HOME, which is a folder of its own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs what `npx assay` runs, built from the sources as they are now, with the Node that runs the tests. */
export async function startAssayServe({
  kubeconfigPath,
  args = [],
  nodeArgs = [],
  awaitReady = true,
  start,
  env = {},
}: AssayServeOptions): Promise<AssayServe> {
  const folder = createScratchFolder('assay-serve');
  const logPath = join(folder, 'assay-serve.log');
  const words = ['serve', `--kubeconfig=${kubeconfigPath}`, '--metrics=127.0.0.1:0', '--allow-host=127.0.0.1', ...args];
  const variables = { HOME: folder, ...env };
  const [command, ...rest] = start?.(words, variables, [kubeconfigPath]) ?? [
    process.execPath,
    ...nodeArgs,
    await bundle(),
    ...words,
  ];
  const server = startProcess({ command, args: rest, logPath, cwd: folder, env: variables });
  let lastLog: readonly LogLine[] | undefined;
  const log = () => lastLog ?? readLog(logPath);
  const end = async (): Promise<Ending> => {
    const ending = await server.ended;
    lastLog ??= readLog(logPath);
    removeScratchFolder(folder);
    return ending;
  };

  const url = await waitFor('assay serve to say where its pages are', () => {
    if (server.hasEnded()) throw describeFailure(server, logPath, 'ended');
    return log().find(({ message }) => message === 'serving')?.['pages'] as string | undefined;
  });
  const page: AssayServe['page'] = async (path) => {
    const response = await fetch(`${url}${path}`);
    return { status: response.status, body: await response.text() };
  };
  if (awaitReady)
    await waitFor('assay serve to be ready', async () => (await page('/readyz')).status === 200 || undefined);

  return {
    pid: server.pid ?? 0,
    url,
    ended: server.ended,
    log,
    page,
    async stop() {
      await server.stop();
      return end();
    },
    async kill() {
      await server.stop(0);
      await end();
    },
  };
}

let bundled: Promise<string> | undefined;

/** The path of the program; built once a process. */
function bundle(): Promise<string> {
  bundled ??= (async () => {
    const folder = createScratchFolder('assay-bundle');
    await promisify(execFile)(process.execPath, [join(import.meta.dirname, '../../../infra/build.ts'), folder]);
    return join(folder, 'assay.js');
  })();
  return bundled;
}

/** A line that is being written, or that is none of ours (a crash), counts as not there. */
function readLog(path: string): readonly LogLine[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as LogLine];
      } catch {
        return [];
      }
    });
}
