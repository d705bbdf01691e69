import { type ClockSetting, Moment } from '../model/moment.ts';
import type { Timers } from '../model/timers.ts';

export interface SteadyClockOptions {
  /** The time of day, which may be set at any moment, also for a moment only. */
  readonly now: () => Date;
  readonly nowMs: Timers['nowMs'];
  /** Hears that the clock was set for good. */
  readonly onSet?: (setting: ClockSetting) => void;
}

/** Two looks at the time of day may differ by so much from what has passed between them. */
const TOLERATED_MS = 1000;
/** A clock that was set is not believed before it has stayed so this long. */
const BELIEVED_AFTER_MS = 30_000;
/** What statuses tell of from before that is past caring. */
const REMEMBERED = 20;

/**
 * The time of day for whoever writes it down and reckons with it later. Clocks that are corrected, virtual machines that
 * are resumed: for a moment, or for good, they show an hour more or less. For the first half minute this clock goes on
 * as if nothing had been; from then on it shows what the other does, and its moments know that it was set.
 */
export function steadyClock({ now, nowMs, onSet }: SteadyClockOptions): () => Moment {
  let shown = { dayMs: now().getTime(), ms: nowMs() };
  let settings: readonly ClockSetting[] = [];
  let doubt: { readonly byMs: number; readonly sinceMs: number } | undefined;

  return () => {
    const [dayMs, ms] = [now().getTime(), nowMs()];
    const expectedMs = shown.dayMs + (ms - shown.ms);
    const byMs = dayMs - expectedMs;
    if (Math.abs(byMs) <= TOLERATED_MS) {
      doubt = undefined;
      shown = { dayMs, ms };
      return new Moment(dayMs, settings);
    }
    if (doubt === undefined || Math.abs(doubt.byMs - byMs) > TOLERATED_MS) doubt = { byMs, sinceMs: ms };
    if (ms - doubt.sinceMs < BELIEVED_AFTER_MS) return new Moment(Math.floor(expectedMs), settings);
    const setting = { fromMs: Math.floor(expectedMs), toMs: dayMs };
    settings = [...settings, setting].slice(-REMEMBERED);
    shown = { dayMs, ms };
    doubt = undefined;
    onSet?.(setting);
    return new Moment(dayMs, settings);
  };
}
