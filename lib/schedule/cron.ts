import { Cron } from 'croner';
import { type CronField, readCronFields } from './cron-fields.ts';
import type { Ticks } from './ticks.ts';

/**
 * The ticks of a cron schedule in a time zone: the minutes at which a clock on the wall there shows what the fields ask
 * for. So what is skipped when clocks go forward does not come, and what is shown twice when they go back comes twice.
 *
 * @param text      as `readCronFields` reads it
 * @param timeZone  IANA name, such as `Europe/Berlin`
 * @throws ScheduleError if the schedule cannot be read
 * @source CronJob controllers, which ask github.com/robfig/cron/v3
 */
export function cronTicks(text: string, timeZone: string): Ticks {
  const pattern = readCronFields(text).map(formatField).join(' ');
  const cron = new Cron(pattern, { timezone: timeZone, mode: '5-part', paused: true });
  return {
    next: (at) => cron.nextRun(at) ?? undefined,
    // The library's are before `at`.
    latest: (at) => cron.previousRuns(1, new Date(Math.floor(at.getTime() / 1000) * 1000 + 1000))[0],
  };
}

/**
 * In the library's words. Every value is written as a range with a step, since the library takes single values for a
 * time that must come once a day, and so moves it when clocks go forward.
 */
function formatField({ values, isOpen }: CronField): string {
  return isOpen ? '*' : values.map((value) => `${value}-${value}/1`).join(',');
}
