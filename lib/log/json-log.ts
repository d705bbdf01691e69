import type { Log } from '../model/ports.ts';

/** Writes one JSON line a call: `time`, `level`, `message`, then the fields in the order given. */
export function jsonLog(write: (line: string) => void, now: () => Date): Log {
  const at =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
      write(`${JSON.stringify({ time: now().toISOString(), level, message, ...fields })}\n`);
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
