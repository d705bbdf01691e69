import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTicks } from '../../lib/schedule/read-ticks.ts';
import type { Ticks } from '../../lib/schedule/ticks.ts';

interface Row {
  readonly schedule: string;
  readonly timeZone?: string;
  readonly from?: string;
  readonly ticks?: readonly string[];
  readonly refused?: true;
}

// What github.com/robfig/cron/v3 v3.0.1, which CronJobs ask, said of the same schedules with `TZ=<zone>` before them.
const rows = readFileSync(join(import.meta.dirname, 'cron.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

const iso = (at: Date | undefined) => at && `${at.toISOString().slice(0, 19)}Z`;

function ticksAfter(ticks: Ticks, from: string, count: number): (string | undefined)[] {
  const found: (string | undefined)[] = [];
  let at: Date | undefined = new Date(from);
  for (let index = 0; index < count && at; index++) {
    at = ticks.next(at);
    found.push(iso(at));
  }
  return found;
}

describe('as a CronJob has it', () => {
  const read = rows.filter(({ refused }) => !refused);
  test.each(read)('"$schedule" in $timeZone from $from', ({ schedule, timeZone = '', from = '', ticks = [] }) => {
    expect(ticksAfter(readTicks(schedule, timeZone), from, ticks.length)).toEqual(ticks);
  });

  test.each(read.filter(({ ticks }) => ticks?.length))(
    '"$schedule" in $timeZone, backwards',
    ({ schedule, timeZone = '', ticks = [] }) => {
      const found = ticks.map((tick) => {
        const compiled = readTicks(`${schedule} `, timeZone);
        return [iso(compiled.latest(new Date(tick))), iso(compiled.latest(new Date(Date.parse(tick) + 59_999)))];
      });
      expect(found).toEqual(ticks.map((tick) => [tick, tick]));
    },
  );

  test.each(rows.filter(({ refused }) => refused))('"$schedule" is refused', ({ schedule }) => {
    expect(() => readTicks(schedule, 'UTC')).toThrow(Error);
  });
});

describe('where robfig/cron goes wrong', () => {
  test('a day that begins at 01:00, since clocks go forward at midnight, is a day', () => {
    const ticks = readTicks('46 22 * * SUN', 'Asia/Beirut');
    expect(ticksAfter(ticks, '2021-03-22T00:00:00Z', 2)).toEqual(['2021-03-28T19:46:00Z', '2021-04-04T19:46:00Z']);
  });

  test('so is one on which clocks move by half an hour', () => {
    const ticks = readTicks('15 16 3 * *', 'Australia/Lord_Howe');
    expect(ticksAfter(ticks, '2021-09-04T00:00:00Z', 1)).toEqual(['2021-10-03T05:15:00Z']);
  });
});

describe('rate', () => {
  test.each([
    { text: 'rate(15 minutes)', latest: '2026-11-21T15:00:00Z', next: '2026-11-21T15:15:00Z' },
    { text: 'rate(1 minute)', latest: '2026-11-21T15:07:00Z', next: '2026-11-21T15:08:00Z' },
    { text: ' rate( 2 hours ) ', latest: '2026-11-21T14:00:00Z', next: '2026-11-21T16:00:00Z' },
    { text: 'rate(1 day)', latest: '2026-11-21T00:00:00Z', next: '2026-11-22T00:00:00Z' },
    { text: 'rate(7 minutes)', latest: '2026-11-21T15:07:00Z', next: '2026-11-21T15:14:00Z' },
  ])('$text', ({ text, latest, next }) => {
    const ticks = readTicks(text, 'Europe/Berlin');
    const at = new Date('2026-11-21T15:07:30Z');
    expect([iso(ticks.latest(at)), iso(ticks.next(at))]).toEqual([latest, next]);
  });

  test.each([
    'rate(0 minutes)',
    'rate(5 seconds)',
    'rate(minutes)',
    'rate(1.5 hours)',
    'rate 5 minutes',
    'rate(-1 day)',
  ])('%s is refused', (text) => expect(() => readTicks(text, 'UTC')).toThrow('no rate'));
});

test('a tick is the latest from its first moment on, and the next until then', () => {
  const ticks = readTicks('0 * * * *', 'UTC');
  const tick = new Date('2026-11-21T15:00:00Z');
  const before = new Date(tick.getTime() - 1);
  expect([iso(ticks.latest(before)), iso(ticks.next(before))]).toEqual([
    '2026-11-21T14:00:00Z',
    '2026-11-21T15:00:00Z',
  ]);
  expect([iso(ticks.latest(tick)), iso(ticks.next(tick))]).toEqual(['2026-11-21T15:00:00Z', '2026-11-21T16:00:00Z']);
});

/** Any field of cron. */
const field = (first: number, last: number) => {
  const value = fc.integer({ min: first, max: last });
  return fc.oneof(
    fc.constant('*'),
    value.map(String),
    fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.integer({ min: 1, max: last }).map((step) => `*/${step}`),
    fc.array(value, { minLength: 2, maxLength: 4 }).map((values) => values.join(',')),
  );
};

test('whatever the schedule: ticks are whole minutes, and between two of them there is none', () => {
  const schedule = fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6));
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Beirut', 'Australia/Lord_Howe');
  const moment = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) }).map((ms) => new Date(ms));
  fc.assert(
    fc.property(schedule, zone, moment, (fields, timeZone, at) => {
      const ticks = readTicks(fields.join(' '), timeZone);
      const [latest, next] = [ticks.latest(at), ticks.next(at)];
      fc.pre(latest !== undefined && next !== undefined);
      expect([latest.getTime() % 60_000, next.getTime() % 60_000]).toEqual([0, 0]);
      expect(latest.getTime()).toBeLessThanOrEqual(at.getTime());
      expect(next.getTime()).toBeGreaterThan(at.getTime());
      const compiled = readTicks(`${fields.join(' ')} `, timeZone);
      expect([compiled.next(latest), compiled.latest(next)]).toEqual([next, next]);
    }),
  );
});
