import { RFC3339 } from '../expression/go/layout.ts';
import { parseTime } from '../expression/go/time-parse.ts';

/** A time as annotations have it, in whole seconds: 2026-11-05T10:00:00Z. @param ms  since 1970 */
export function formatRfc3339(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -5)}Z`;
}

/** A time as people may write it into annotations, in milliseconds since 1970; undefined: it cannot be read. */
export function readRfc3339(text: string): number | undefined {
  try {
    return Number(parseTime(RFC3339, text).instant / 1_000_000n);
  } catch {
    return undefined;
  }
}
