import type { Console, Output } from '../../lib/cli/console.ts';

/** A console that keeps what is written to it. */
export interface FakeConsole extends Console {
  readonly written: { out: string; err: string };
  /** As Ctrl-C does. */
  interrupt(): void;
}

export interface FakeConsoleOptions {
  readonly input?: string;
  readonly isTerminal?: boolean;
  readonly env?: Console['env'];
  /** Hears everything written so far, whenever there is more. */
  readonly onOutput?: (text: string, console: FakeConsole) => void;
}

/** Without a terminal and with nothing to read, unless told otherwise. */
export function aConsole({ input = '', isTerminal = false, env = {}, onOutput }: FakeConsoleOptions = {}): FakeConsole {
  const written = { out: '', err: '' };
  const listeners = new Set<() => void>();
  const output = (name: 'out' | 'err'): Output => ({
    write(text) {
      written[name] += text;
      onOutput?.(written.out + written.err, console);
    },
    isTerminal,
    columns: () => 100,
    rows: () => 30,
    paint: (_style, text) => text,
  });
  const console: FakeConsole = {
    out: output('out'),
    err: output('err'),
    env,
    readInput: async () => input,
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    interrupt: () => listeners.forEach((listener) => listener()),
    written,
  };
  return console;
}
