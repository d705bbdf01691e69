import { suggest } from '../model/suggest.ts';
import { ScheduleError } from './schedule-error.ts';

/**
 * The time zone of a name, if this machine knows it.
 *
 * @throws ScheduleError for an unknown one, and for `Local` and offsets such as `+01:00`, which CronJobs refuse too
 */
export function readTimeZone(name: string): string {
  if (/^[A-Z]/i.test(name) && isKnown(name)) return name;
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
