import { expect, test } from 'vitest';
import type { ClockSetting } from '../../lib/model/moment.ts';
import { steadyClock } from '../../lib/runtime/steady-clock.ts';
import { virtualClock } from '../virtual-clock.ts';

const START = Date.parse('2026-11-05T10:00:00Z');
const HOUR = 3_600_000;

function aClock() {
  const clock = virtualClock(START);
  const settings: ClockSetting[] = [];
  const now = steadyClock({ now: clock.now, nowMs: clock.timers.nowMs, onSet: (set) => settings.push(set) });
  /** What it shows beyond what has passed, looked at each second. */
  const wrongBy = async (seconds: number): Promise<number[]> => {
    const shown: number[] = [];
    for (let second = 0; second < seconds; second += 1) {
      await clock.run(1000);
      shown.push(now().getTime() - START - clock.timers.nowMs());
    }
    return [...new Set(shown)];
  };
  return { clock, settings, wrongBy };
}

test.each([HOUR, -HOUR, 600_000, 5000])('a time of day that is wrong by %i ms for seconds is not shown', async (ms) => {
  const { clock, settings, wrongBy } = aClock();
  await wrongBy(3);
  clock.setWrongBy(ms);
  expect(await wrongBy(29)).toEqual([0]);
  clock.setWrongBy(0);
  expect(await wrongBy(60)).toEqual([0]);
  expect(settings).toEqual([]);
});

test.each([HOUR, -HOUR])('one that stays set by %i ms is believed after half a minute, and once', async (ms) => {
  const { clock, settings, wrongBy } = aClock();
  clock.setWrongBy(ms);
  expect(await wrongBy(30)).toEqual([0]);
  expect(await wrongBy(60)).toEqual([ms]);
  expect(settings).toEqual([{ fromMs: START + 31_000, toMs: START + 31_000 + ms }]);
});

test('another error begins another half minute', async () => {
  const { clock, wrongBy } = aClock();
  clock.setWrongBy(HOUR);
  await wrongBy(20);
  clock.setWrongBy(-HOUR);
  expect(await wrongBy(20)).toEqual([0]);
});

test('what is corrected bit by bit is followed', async () => {
  const { clock, settings, wrongBy } = aClock();
  for (let byMs = 0; byMs < 5000; byMs += 500) {
    clock.setWrongBy(byMs);
    expect(await wrongBy(1)).toEqual([byMs]);
  }
  expect(settings).toEqual([]);
});
