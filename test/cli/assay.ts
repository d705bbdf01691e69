import { spawn } from 'node:child_process';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Invocation {
  readonly input?: string;
  readonly program: string;
  readonly cwd: string;
  /** Beside `PATH` and `NO_COLOR`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with all output so far, whenever there is more; may send signals. */
  readonly onOutput?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

const LONGEST_MS = 30_000;

/** Runs a command line in a process of its own, ended by SIGKILL after 30 s. */
export function assay(args: readonly string[], invocation: Invocation): Promise<Ended> {
  const child = spawn(invocation.program, args, {
    cwd: invocation.cwd,
    env: { PATH: process.env['PATH'], NO_COLOR: '1', ...invocation.env },
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
  });
  let [out, err] = ['', ''];
  const heard = (): void => invocation.onOutput?.(out + err, (signal) => void child.kill(signal));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    heard();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    heard();
  });
  child.stdin.end(invocation.input ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}
