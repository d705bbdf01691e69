import { describe, expect, test } from 'vitest';
import { asShownAt, type ClockSetting, earlier, Moment, pastMs } from '../../lib/model/moment.ts';

const ms = (time: string) => Date.parse(`2026-11-05T${time}Z`);
const set = (from: string, to: string): ClockSetting => ({ fromMs: ms(from), toMs: ms(to) });
const back = set('10:00:00', '09:00:00');
const ahead = set('10:00:00', '11:00:00');

describe('when something was', () => {
  test.each<{ name: string; settings: readonly ClockSetting[]; now: string; time: string; want: string }>([
    { name: 'on a clock that was never set', settings: [], now: '10:00:30', time: '09:59:00', want: '09:59:00' },
    { name: 'before it was set ahead', settings: [ahead], now: '11:00:30', time: '09:59:00', want: '10:59:00' },
    { name: 'after it was set ahead', settings: [ahead], now: '11:00:30', time: '11:00:10', want: '11:00:10' },
    {
      name: 'in the second in which it was set ahead, cut off',
      settings: [set('10:00:00', '11:00:00.7')],
      now: '11:00:30',
      time: '11:00:00',
      want: '11:00:00',
    },
    { name: 'before it was set back', settings: [back], now: '09:00:30', time: '09:59:00', want: '08:59:00' },
    { name: 'after it was set back', settings: [back], now: '09:00:30', time: '09:00:10', want: '09:00:10' },
    {
      name: 'shown twice: it was the later time',
      settings: [back],
      now: '09:30:00',
      time: '09:20:00',
      want: '09:20:00',
    },
    {
      name: 'written by who had asked before it was set ahead',
      settings: [ahead],
      now: '11:00:30',
      time: '10:00:02',
      want: '11:00:02',
    },
    {
      name: 'written by who had asked before it was set back',
      settings: [back],
      now: '09:00:30',
      time: '10:00:02',
      want: '09:00:02',
    },
    {
      name: 'before it was set ahead, and back again',
      settings: [ahead, set('11:05:00', '10:05:00')],
      now: '10:05:30',
      time: '09:59:00',
      want: '09:59:00',
    },
    {
      name: 'between it was set ahead and back again',
      settings: [ahead, set('11:05:00', '10:05:00')],
      now: '10:05:30',
      time: '11:04:00',
      want: '10:04:00',
    },
    { name: 'never shown: as it stands', settings: [back], now: '09:00:30', time: '13:00:00', want: '13:00:00' },
  ])('$name', ({ settings, now, time, want }) => {
    expect(pastMs(`2026-11-05T${time}Z`, new Moment(ms(now), settings))).toBe(ms(want));
  });

  test('as a stranger to the clock reads it', () => {
    expect(pastMs('2026-11-05T13:00:00Z', new Date(ms('10:00:00')))).toBe(ms('13:00:00'));
  });
});

test('an earlier moment is of the same clock, which has shown what came after it', () => {
  const then = earlier(new Moment(ms('09:00:30'), [back]), 30_000);
  expect(then.getTime()).toBe(ms('09:00:00'));
  expect(pastMs('2026-11-05T09:00:20Z', then)).toBe(ms('09:00:20'));
  expect(earlier(new Date(ms('09:00:30')), 30_000)).toStrictEqual(new Date(ms('09:00:00')));
});

test.each([
  { name: 'set in between', before: [], after: [back], want: '09:00:10' },
  { name: 'not set in between', before: [back], after: [back], want: '10:00:10' },
])('a time that was reckoned before: $name', ({ before, after, want }) => {
  const then = new Moment(ms('10:00:00'), before);
  expect(asShownAt(new Moment(ms('09:00:01'), after), new Date(ms('10:00:10')), then)).toStrictEqual(
    new Date(ms(want)),
  );
});
