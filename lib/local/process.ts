import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ProcessPlan } from './container.ts';

export interface ProcessOptions {
  /** Added to the plan's own variables, which win. */
  readonly baseEnv: Readonly<Record<string, string>>;
  /** Hears every line of its output, standard error included. */
  readonly onLine: (line: string) => void;
  /** Ends it: SIGTERM to it and what it started, SIGKILL after `graceMs`. */
  readonly signal: AbortSignal;
  readonly graceMs: number;
}

/** Runs a process to its end. Resolves with its exit code: 128 and more after a signal, 127 where it cannot be started. */
export async function runProcess(plan: ProcessPlan, { baseEnv, onLine, signal, graceMs }: ProcessOptions) {
  if (signal.aborted) return 143;
  const child = spawn(plan.file, plan.args, {
    env: { ...baseEnv, ...plan.env },
    ...(plan.workingDir !== undefined && { cwd: plan.workingDir }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // A group of its own, so that what it started ends with it, and Ctrl-C is left to us.
  });
  const outputs = [child.stdout, child.stderr].map(async (stream) => {
    for await (const line of createInterface({ input: stream })) onLine(line);
  });

  let killer: NodeJS.Timeout | undefined;
  const stop = () => {
    kill(child, 'SIGTERM');
    killer = setTimeout(() => kill(child, 'SIGKILL'), graceMs);
  };
  const leaveNothing = () => kill(child, 'SIGKILL');
  signal.addEventListener('abort', stop);
  process.once('exit', leaveNothing);
  try {
    const code = await exitCodeOf(child, onLine);
    // What it left running in its group keeps the outputs open.
    kill(child, 'SIGKILL');
    await Promise.all(outputs);
    return code;
  } finally {
    clearTimeout(killer);
    signal.removeEventListener('abort', stop);
    process.removeListener('exit', leaveNothing);
  }
}

const SIGNALS: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

function exitCodeOf(child: ChildProcess, onLine: (line: string) => void): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      onLine(`cannot be started: ${error.message}`);
      resolve(127);
    });
    child.once('exit', (code, signal) => resolve(code ?? 128 + (SIGNALS[signal ?? ''] ?? 0)));
  });
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing of the group is left.
  }
}
