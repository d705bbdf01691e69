import { setImmediate as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openSlices } from '../../lib/model/slices.ts';

test.each([
  { name: 'things of 1 ms are done ten at a time', takesMs: 1, atATime: 10 },
  { name: 'things of 4 ms are done three at a time', takesMs: 4, atATime: 3 },
  { name: 'what takes longer than a slice has one to itself', takesMs: 30, atATime: 1 },
])('$name, and others have a turn between', async ({ takesMs, atATime }) => {
  let nowMs = 0;
  let done = 0;
  const doneAtTurns: number[] = [];
  let isEnded = false;
  const others = (): void => {
    doneAtTurns.push(done);
    if (!isEnded) setImmediate(others);
  };
  setImmediate(others);
  const slices = openSlices({ nowMs: () => nowMs, pause });
  for (; done < 30;) {
    nowMs += takesMs;
    done += 1;
    if (slices.isOver()) await slices.pause();
  }
  isEnded = true;
  const steps = doneAtTurns.map((each, turn) => each - (doneAtTurns[turn - 1] ?? 0));
  expect(Math.max(...steps)).toBe(atATime);
});
