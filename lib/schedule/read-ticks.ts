import { cronTicks } from './cron.ts';
import { rateTicks } from './rate.ts';
import { ScheduleError } from './schedule-error.ts';
import type { Ticks } from './ticks.ts';

/** Templates mostly share a few schedules; one takes some 3 KB. */
const MOST_KNOWN = 2000;
const known = new Map<string, Ticks>();

/**
 * The ticks of `rate(N minutes|hours|days)`, or of a cron schedule in a time zone. Compiled once, and remembered.
 *
 * @throws ScheduleError
 */
export function readTicks(text: string, timeZone: string): Ticks {
  const key = `${timeZone}\n${text}`;
  const before = known.get(key);
  if (before) return before;
  const ticks = remembering(compile(text.trim(), timeZone));
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, ticks);
  return ticks;
}

function compile(text: string, timeZone: string): Ticks {
  if (/^(CRON_)?TZ=/.test(text)) {
    throw new ScheduleError('a time zone cannot stand here', 'put it into assay.dev/schedule-time-zone');
  }
  return /^rate\b/i.test(text) ? rateTicks(text) : cronTicks(text, timeZone);
}

/** Between two ticks nothing changes, and asking a time zone costs 0.06 ms. */
function remembering(ticks: Ticks): Ticks {
  let from: Date | undefined;
  let to: Date | undefined;
  let [fromMs, toMs] = [NaN, NaN];
  const look = (at: Date): void => {
    const atMs = at.getTime();
    if (fromMs <= atMs && atMs < toMs) return;
    from = ticks.latest(at);
    to = ticks.next(at);
    [fromMs, toMs] = [from?.getTime() ?? NaN, to?.getTime() ?? NaN];
  };
  return {
    next(at) {
      look(at);
      return to;
    },
    latest(at) {
      look(at);
      return from;
    },
  };
}
