import { expect, test } from 'vitest';
import { inSeconds } from '../../lib/analysis/times.ts';

test.each([
  { name: 'a fraction is cut off', time: '2026-11-05T10:00:00.999Z', want: '2026-11-05T10:00:00Z' },
  { name: 'an offset is reckoned in', time: '2026-11-05T12:00:00+02:00', want: '2026-11-05T10:00:00Z' },
  { name: 'whole seconds stay', time: '2026-11-05T10:00:00Z', want: '2026-11-05T10:00:00Z' },
  { name: 'what is no time stays', time: '2026-11-05T10:00:00+99:99', want: '2026-11-05T10:00:00+99:99' },
])('$name', ({ time, want }) => {
  expect(inSeconds(time)).toBe(want);
});
