/** A clock was set: what it showed then, and what it has shown since. In milliseconds since 1970. */
export interface ClockSetting {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * A moment on a clock of which is known that it has been set. It is a Date like any other; but what a status says of
 * earlier moments can be told as this clock would have shown them: see `pastMs`.
 */
export class Moment extends Date {
  /** In the order in which they were made. */
  readonly settings: readonly ClockSetting[];
  /** What the clock has come to show, in milliseconds since 1970: for a moment in the past, not that moment. */
  readonly shownMs: number;

  constructor(ms: number, settings: readonly ClockSetting[], shownMs = ms) {
    super(ms);
    this.settings = settings;
    this.shownMs = shownMs;
  }
}

/** Statuses keep whole seconds, cut off. */
const CUT_OFF_MS = 1000;
/** Who had asked the clock before it was set may write what it said for so long afterwards. */
const UNDER_WAY_MS = 60_000;

/**
 * When something was that a status tells of, in milliseconds since 1970, as the clock of `now` would have shown it. What
 * passed since then is told rightly also where that clock was set meanwhile. A time that may have been shown both before
 * and after a clock was set back is taken for the later moment.
 */
export function pastMs(time: string, now: Date): number {
  const writtenMs = Date.parse(time);
  if (!(now instanceof Moment)) return writtenMs;
  const { settings } = now;
  let lastShownMs = now.shownMs;
  let movedMs = 0;
  for (let index = settings.length; index >= 0; index -= 1) {
    const firstShownMs = (settings[index - 1]?.toMs ?? -Infinity) - CUT_OFF_MS;
    if (writtenMs >= firstShownMs && writtenMs <= lastShownMs) return writtenMs + movedMs;
    const setting = settings[index - 1];
    if (setting === undefined) break;
    lastShownMs = setting.fromMs + UNDER_WAY_MS;
    movedMs += setting.toMs - setting.fromMs;
  }
  return writtenMs;
}

/** The moment so long before another, on the same clock. */
export function earlier(now: Date, byMs: number): Date {
  const ms = now.getTime() - byMs;
  return now instanceof Moment ? new Moment(ms, now.settings, now.shownMs) : new Date(ms);
}

/**
 * A time that was reckoned from what the clock showed at `then`, as the clock shows it by `now`: they differ where it has
 * been set in between.
 */
export function asShownAt(now: Date, at: Date, then: Date): Date {
  if (!(now instanceof Moment && then instanceof Moment)) return at;
  const since = now.settings.filter((setting) => !then.settings.includes(setting));
  return new Date(since.reduce((ms, { fromMs, toMs }) => ms + toMs - fromMs, at.getTime()));
}
