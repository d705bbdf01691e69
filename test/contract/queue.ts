import { describe, expect, test } from 'vitest';
import type { Queue } from '../../lib/model/queue.ts';
import type { ObjectRef } from '../../lib/model/ref.ts';

/** What came out of a queue, and how long after the test began. */
export interface Delivered {
  readonly ref: ObjectRef;
  readonly afterMs: number;
}

/** A queue to test, at a clock that says `startMs` when the test begins, with all that comes out of it in the end. */
export interface OpenQueue {
  readonly queue: Queue;
  readonly startMs: number;
  readonly delivered: () => Promise<readonly Delivered[]>;
  close(): Promise<void>;
}

/** All that Assay relies on in a queue. Whoever implements `Queue` calls this with a way to open one. */
export function describeQueue(name: string, openQueue: () => Promise<OpenQueue>): void {
  describe(`contract: ${name}`, () => {
    test.each([
      { name: 'what is due is delivered at once', delayMs: 0 },
      { name: 'what was due is too', delayMs: -60_000 },
      { name: 'a wait is kept, and is a second longer at most', delayMs: 4960 },
      { name: 'a wait of whole seconds too', delayMs: 5000 },
      { name: 'and one of a fraction of a second', delayMs: 20 },
    ])('$name: $delayMs ms', async ({ delayMs }) =>
      withQueue(openQueue, async ({ queue, startMs, delivered }) => {
        await queue.send(aRef('run'), new Date(startMs + delayMs), '7');
        const [first] = await delivered();
        expect(first?.ref).toEqual(aRef('run'));
        expect(first?.afterMs).toBeGreaterThanOrEqual(delayMs);
        expect(first?.afterMs).toBeLessThan(Math.max(delayMs, 0) + 1000);
      }),
    );

    test('a time that is none is refused, and keeps nothing else from its time', async () =>
      withQueue(openQueue, async ({ queue, startMs, delivered }) => {
        const asking = queue.send(aRef('never'), new Date(Number.NaN));
        await expect(asking).rejects.toMatchObject({ code: 'ASSAY_TIME_INVALID', retry: false });
        await queue.send(aRef('run'), new Date(startMs + 3000));
        expect(namesOf(await delivered())).toEqual(new Set(['run']));
      }));

    test.each([1, 10, 11, 35])('of %i objects each is delivered', async (count) =>
      withQueue(openQueue, async ({ queue, startMs, delivered }) => {
        const refs = Array.from({ length: count }, (_, index) => aRef(`run-${index}`));
        await Promise.all(refs.map((ref) => queue.send(ref, new Date(startMs))));
        expect(namesOf(await delivered())).toEqual(new Set(refs.map(({ name: each }) => each)));
      }),
    );

    test('of two times for one object, the sooner is kept', async () =>
      withQueue(openQueue, async ({ queue, startMs, delivered }) => {
        await queue.send(aRef('run'), new Date(startMs + 30_000));
        await queue.send(aRef('run'), new Date(startMs + 3000));
        const soonest = Math.min(...(await delivered()).map(({ afterMs }) => afterMs));
        expect(soonest).toBeGreaterThanOrEqual(3000);
        expect(soonest).toBeLessThan(4000);
      }));

    test('clusters, namespaces and uids tell objects apart', async () =>
      withQueue(openQueue, async ({ queue, startMs, delivered }) => {
        const refs = [{}, { cluster: 'c2' }, { namespace: 'other' }, { uid: 'other' }, { kind: 'Experiment' }];
        const all = refs.map((other) => ({ ...aRef('run'), ...other }));
        await Promise.all(all.map((ref) => queue.send(ref, new Date(startMs))));
        const got = (await delivered()).map(({ ref }) => ref);
        expect(got).toHaveLength(all.length);
        expect(got).toEqual(expect.arrayContaining(all));
      }));
  });
}

export function aRef(name: string): ObjectRef {
  return { cluster: 'c1', kind: 'AnalysisRun', namespace: 'shop', name, uid: `uid-of-${name}` };
}

function namesOf(all: readonly Delivered[]): ReadonlySet<string> {
  return new Set(all.map(({ ref }) => ref.name));
}

async function withQueue(openQueue: () => Promise<OpenQueue>, what: (open: OpenQueue) => Promise<void>): Promise<void> {
  const open = await openQueue();
  try {
    await what(open);
  } finally {
    await open.close();
  }
}
