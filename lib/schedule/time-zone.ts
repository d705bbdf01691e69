import { suggest } from '../model/suggest.ts';
import { ScheduleError } from './schedule-error.ts';

/** Asking takes 0.05 ms. There are some 600 names, in whatever letter case. */
const known = new Set<string>();
const MOST_KNOWN = 1000;

/**
 * The time zone of a name, if this machine knows it.
 *
 * @throws ScheduleError for an unknown one, and for `Local` and offsets such as `+01:00`, which CronJobs refuse too
 */
export function readTimeZone(name: string): string {
  if (known.has(name)) return name;
  if (/^[A-Z]/i.test(name) && isKnown(name)) {
    if (known.size >= MOST_KNOWN) known.clear();
    known.add(name);
    return name;
  }
  const near = suggest(name, Intl.supportedValuesOf('timeZone'));
  const hint = near === undefined ? 'write an IANA name such as Europe/Berlin, or UTC' : `did you mean ${near}?`;
  throw new ScheduleError('unknown time zone', hint);
}

function isKnown(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
