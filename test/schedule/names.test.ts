import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTick, manualRunName, parseTick, runName, scheduleLabel } from '../../lib/schedule/names.ts';

const TICK = new Date('2026-11-21T15:00:00Z');
const named = (name: string, kind = 'AnalysisTemplate') => ({ kind, metadata: { name } });

test('runs are named as the Jobs of CronJobs', () => {
  expect(runName(named('nightly'), TICK)).toBe('nightly-29921220');
  expect(runName(named('nightly', 'ClusterAnalysisTemplate'), TICK)).toBe('nightly-c29921220');
  expect(manualRunName(named('nightly'), TICK)).toBe('nightly-m1795273200');
});

test('a label has the name, and a short form of a long one', () => {
  expect(scheduleLabel(named('a'.repeat(63)))).toBe('a'.repeat(63));
  expect(scheduleLabel(named(`${'a'.repeat(54)}-${'b'.repeat(20)}`))).toMatch(/^a{54}-[0-9a-f]{8}$/);
});

test('whatever a template is called, the name and the label are legal, and two stay two', () => {
  const word = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,60}[a-z0-9])?$/);
  const name = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) =>
    words
      .join('.')
      .slice(0, 253)
      .replace(/[-.]+$/, ''),
  );
  fc.assert(
    fc.property(name, name, (left, right) => {
      const [one, other] = [runName(named(left), TICK), runName(named(right), TICK)];
      expect(one.length).toBeLessThanOrEqual(253);
      expect(one).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
      expect(scheduleLabel(named(left))).toMatch(/^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/);
      expect(one === other).toBe(left === right);
      expect(one).not.toBe(runName(named(right, 'ClusterAnalysisTemplate'), TICK));
    }),
  );
});

test('a tick goes into a label and comes back', () => {
  expect(formatTick(TICK)).toBe('20261121T150000Z');
  expect(parseTick('20261121T150000Z')).toEqual(TICK);
  for (const text of [undefined, '', 'now', '20261341T990000Z', '2026-11-21T15:00:00Z']) {
    expect(parseTick(text)).toBeUndefined();
  }
});
