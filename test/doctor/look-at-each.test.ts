import { expect, test } from 'vitest';
import { LateError, lookAtEach } from '../../lib/doctor/look-at-each.ts';

const failed = (name: string, error: unknown) => `${name}: ${error instanceof Error ? error.message : 'what?'}`;

test('as many at once as there are places, in the order of the names', async () => {
  let [now, most] = [0, 0];
  const found = await lookAtEach(['a', 'b', 'c', 'd', 'e'], {
    places: 2,
    async look(name) {
      now += 1;
      most = Math.max(most, now);
      // Later ones come to their end sooner.
      for (let turns = 'fedcba'.indexOf(name); turns > 0; turns -= 1) await Promise.resolve();
      now -= 1;
      return name.toUpperCase();
    },
    failed,
  });
  expect(most).toBe(2);
  expect(found.map(({ name, found: what }) => name + what)).toEqual(['aA', 'bB', 'cC', 'dD', 'eE']);
});

test('one that throws stops no other, and each is told of as it ends', async () => {
  const done: string[] = [];
  await lookAtEach(['a', 'b'], {
    look: async (name) => (name === 'a' ? Promise.reject(new Error('away')) : 'well'),
    failed,
    onDone: (_name, found) => done.push(found),
  });
  expect(done.toSorted()).toEqual(['a: away', 'well']);
});

test('one that hangs is not waited for, and hears of it', async () => {
  const signals: AbortSignal[] = [];
  const [hangs] = await lookAtEach(['a'], {
    timeoutMs: 1,
    look: (_name, over) => {
      signals.push(over);
      return new Promise<string>(() => {});
    },
    failed: (_name, error) => (error instanceof LateError ? error.message : 'what?'),
  });
  expect(hangs?.found).toBe('did not come to an end within 0.001 s');
  expect(signals[0]?.aborted).toBe(true);
});
