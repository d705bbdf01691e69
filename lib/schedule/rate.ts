import { ScheduleError } from './schedule-error.ts';
import type { Ticks } from './ticks.ts';

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * The ticks of `rate(15 minutes)`, `rate(1 hour)`, `rate(2 days)`: multiples since 1970-01-01T00:00Z, so that everybody
 * finds the same without knowing of a first one. Time zones have no say.
 *
 * @throws ScheduleError
 * @source rate expressions of Amazon EventBridge, which counts from the creation of the rule
 */
export function rateTicks(text: string): Ticks {
  const [, digits = '', unit = ''] = /^rate\(\s*([0-9]{1,6})\s+(minute|hour|day)s?\s*\)$/.exec(text) ?? [];
  const everyMs = Number(digits) * (UNIT_MS[unit] ?? 0);
  if (everyMs === 0) {
    throw new ScheduleError('no rate', 'write rate(N minutes), rate(N hours) or rate(N days), with N from 1 to 999999');
  }
  return {
    next: (at) => new Date((Math.floor(at.getTime() / everyMs) + 1) * everyMs),
    latest: (at) => new Date(Math.floor(at.getTime() / everyMs) * everyMs),
  };
}
