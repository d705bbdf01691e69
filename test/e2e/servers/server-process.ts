import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { guardProcess, releaseProcess } from './process-guard.ts';

/** How a process ended: `code` is `null` when a signal ended it, and 127 when it could not be started at all. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started. */
  readonly error?: Error;
}

/** A process of ours, the leader of a process group of its own: what it starts is signalled with it. */
export interface ServerProcess {
  readonly pid: number | undefined;
  /** Resolves when the process has ended; never rejects. */
  readonly ended: Promise<Ending>;
  readonly hasEnded: () => boolean;
  /** Signals the whole group; nothing happens once the leader has ended. */
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after `graceMs` (10 s; with 0 at once). Resolves when the process is gone. */
  stop(graceMs?: number): Promise<void>;
  /** From now on it keeps nobody waiting: this process may end, and it is ended then. */
  unref(): void;
  /** The last lines of what it wrote. */
  logTail(lines?: number): string;
}

/** What to start. Output (stdout and stderr) is appended to `logPath`; the environment is `env` and nothing else. */
export interface ProcessSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly logPath: string;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a process that does not outlive this one, however this one ends. Never throws: see `Ending.error`. */
export function startProcess({ command, args, logPath, cwd, env = {} }: ProcessSpec): ServerProcess {
  const log = openSync(logPath, 'a');
  const child = spawn(command, args, { cwd, env: { ...env }, stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  const { pid } = child;
  if (pid !== undefined) guardProcess(pid);

  let isGone = false;
  const ended = endingOf(child).then((ending) => {
    // What the leader left behind in its group goes with it, as in a container.
    if (pid !== undefined) signalGroup(pid, 'SIGKILL');
    isGone = true;
    if (pid !== undefined) releaseProcess(pid);
    return ending;
  });
  const signal = (name: NodeJS.Signals): void => {
    if (pid !== undefined && !isGone) signalGroup(pid, name);
  };
  return {
    pid,
    ended,
    hasEnded: () => isGone,
    signal,
    async stop(graceMs = 10_000) {
      if (graceMs > 0) {
        signal('SIGTERM');
        const inTime = new AbortController();
        await Promise.race([ended, sleep(graceMs, undefined, { signal: inTime.signal }).catch(() => undefined)]);
        inTime.abort();
      }
      signal('SIGKILL');
      await ended;
    },
    unref: () => child.unref(),
    logTail: (lines = 20) => readTail(logPath, lines),
  };
}

/** An error that says which server is not ready and why, with the end of its log. */
export function describeFailure(server: ServerProcess, logPath: string, reason: string): Error {
  return new Error(`${basename(logPath, '.log')} ${reason}. The end of its log:\n${server.logTail()}`);
}

function endingOf(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ code: 127, signal: null, error });
    });
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function readTail(path: string, lines: number): string {
  if (!existsSync(path)) return '';
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}
