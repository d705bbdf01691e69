import { RFC3339 } from '../expression/go/layout.ts';
import { parseTime } from '../expression/go/time-parse.ts';

/** A time as people may write it into annotations, in milliseconds since 1970; undefined: it cannot be read. */
export function readRfc3339(text: string): number | undefined {
  try {
    return Number(parseTime(RFC3339, text).instant / 1_000_000n);
  } catch {
    return undefined;
  }
}
