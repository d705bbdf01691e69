import { expect, test } from 'vitest';
import { steadyClock } from '../../lib/runtime/steady-clock.ts';

const HOUR = 3_600_000;

function aClock() {
  const machine = { wallMs: 1_000_000_000_000, nowMs: 50 };
  const jumps: number[] = [];
  const clock = steadyClock(
    () => new Date(machine.wallMs),
    () => machine.nowMs,
    (byMs) => jumps.push(byMs),
  );
  return {
    jumps,
    /** Since the clock was made. */
    told: () => clock().getTime() - 1_000_000_000_000,
    set: (byMs: number) => void (machine.wallMs += byMs),
    pass(ms: number) {
      machine.wallMs += ms;
      machine.nowMs += ms;
    },
  };
}

test.each([HOUR, -HOUR, -600_000])('a clock that is set by %d ms for two seconds is not believed', (byMs) => {
  const { told, set, pass, jumps } = aClock();
  pass(10_000);
  set(byMs);
  expect(told()).toBe(10_000);
  pass(2000);
  expect(told()).toBe(12_000);
  set(-byMs);
  pass(100_000);
  expect(told()).toBe(112_000);
  expect(jumps).toEqual([]);
});

test.each([HOUR, -HOUR])('a clock that is set by %d ms for good is followed after a minute', (byMs) => {
  const { told, set, pass, jumps } = aClock();
  set(byMs);
  expect(told()).toBe(0);
  pass(59_000);
  expect(told()).toBe(59_000);
  pass(2000);
  expect(told()).toBe(61_000 + byMs);
  expect(jumps).toEqual([byMs]);
});

test('what NTP mends is followed at once', () => {
  const { told, set, pass } = aClock();
  set(-300);
  expect(told()).toBe(-300);
  pass(1000);
  expect(told()).toBe(700);
});
