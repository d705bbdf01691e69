import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';

/** A style of `util.styleText`, such as `red` or `bold`. */
export type Style = Parameters<typeof styleText>[0];

/** Puts a style on a text, or leaves it as it is where the output shows no colour. */
export type Paint = (style: Style, text: string) => string;

export interface Output {
  write(text: string): void;
  /** Whether a person is looking, and lines can be redrawn. */
  readonly isTerminal: boolean;
  /** Width of the terminal as it is now, in characters; 200 where there is none. */
  readonly columns: () => number;
  /** Height of the terminal in lines; 24 where there is none. */
  readonly rows: () => number;
  /** Honours NO_COLOR, NODE_DISABLE_COLORS and FORCE_COLOR. */
  readonly paint: Paint;
}

/** What a command may touch of the world around it, so that tests can stand in for it. */
export interface Console {
  readonly out: Output;
  readonly err: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** All of standard input, as UTF-8. */
  readInput(): Promise<string>;
  /** Calls back at Ctrl-C, SIGTERM and where the terminal is closed (SIGHUP), instead of ending the process, until the function returned is called. */
  onInterrupt(listener: () => void): () => void;
}

/** The console of this process. */
export function openConsole(): Console {
  return {
    out: outputOf(process.stdout),
    err: outputOf(process.stderr),
    env: process.env,
    async readInput() {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString('utf8');
    },
    onInterrupt(listener) {
      const signals = INTERRUPTS.filter((signal) => signal !== 'SIGHUP' || !isHangupIgnored());
      for (const signal of signals) process.on(signal, listener);
      return () => signals.forEach((signal) => process.removeListener(signal, listener));
    },
  };
}

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whether `nohup` started us: to listen would undo what it does. @source proc_pid_status(5); elsewhere nobody tells */
function isHangupIgnored(): boolean {
  try {
    const [, ignored = '0'] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return (BigInt(`0x${ignored}`) & 1n) === 1n;
  } catch {
    return false;
  }
}

function outputOf(stream: NodeJS.WriteStream): Output {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read our output has seen enough, as `head` has, or the terminal is gone.
    if (error.code === 'EPIPE' || error.code === 'EIO') process.exit();
    throw error;
  });
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY && process.env['TERM'] !== 'dumb',
    columns: () => stream.columns || 200,
    rows: () => stream.rows || 24,
    paint: (style, text) => styleText(style, text, { stream }),
  };
}
