import { expect, test } from 'vitest';
import { beforeOf, joinBefore, LONGEST_BEFORE } from '../../lib/model/before.ts';

test.each([
  { name: 'an object of a version', metadata: { uid: 'u1', resourceVersion: '7' }, want: 'u1@7' },
  { name: 'one that is not there yet', metadata: { uid: 'u1' }, want: 'u1@' },
])('$name is $want', ({ metadata, want }) => {
  expect(beforeOf(metadata)).toBe(want);
});

test.each([
  { name: 'two', older: 'a@1', newer: 'b@2', want: 'a@1 b@2' },
  { name: 'nothing and one', older: '', newer: 'b@2', want: 'b@2' },
  { name: 'one and nothing', older: 'a@1', newer: '', want: 'a@1' },
  { name: 'the same twice', older: 'a@1 b@2', newer: 'b@2', want: 'a@1 b@2' },
  { name: 'one object of two versions', older: 'a@1', newer: 'a@2', want: 'a@1 a@2' },
])('$name: $want', ({ older, newer, want }) => {
  expect(joinBefore(older, newer)).toBe(want);
});

test('of many the newest sixteen are kept, which a message has room for', () => {
  const all = Array.from({ length: 20 }, (_, index) =>
    beforeOf({ uid: 'u'.repeat(36), resourceVersion: `${1e19 + index * 1e4}` }),
  );
  const joined = all.reduce(joinBefore, '');
  expect(joined.split(' ')).toEqual(all.slice(-16));
  expect(joined.length).toBeLessThanOrEqual(LONGEST_BEFORE);
});
