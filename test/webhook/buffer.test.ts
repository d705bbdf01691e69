import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { BusEvent } from '../../lib/model/bus.ts';
import { type BufferOptions, eventBuffer } from '../../lib/webhook/buffer.ts';

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

const event = (detailType: string): BusEvent => ({ source: 's', detailType, detail: {} });
const told = (before: string): BusEvent => ({ ...event('updated'), detail: { before } });

/** A buffer, and what its bus took as `type@ms`; the bus fails while `isAway`. */
function aBuffer(options: Partial<BufferOptions> = {}) {
  const world = { isAway: false, took: [] as string[], batches: 0, shed: 0, retries: [] as number[] };
  const buffer = eventBuffer({
    bus: {
      async publish(events) {
        if (world.isAway) throw new Error('away');
        world.batches += 1;
        world.took.push(...events.map(({ detailType }) => `${detailType}@${Date.now()}`));
      },
    },
    limit: 100,
    meter: { published() {}, shed: (count) => void (world.shed += count), failed() {} },
    onFailure: (_error, retryInMs) => world.retries.push(retryInMs),
    random: () => 0.5,
    ...options,
  });
  return { buffer, world };
}

test('an event goes within 50 ms, others with it', async () => {
  const { buffer, world } = aBuffer();
  buffer.put('a', event('a'));
  await vi.advanceTimersByTimeAsync(10);
  buffer.put('b', event('b'));
  await vi.advanceTimersByTimeAsync(40);
  expect(world).toMatchObject({ took: ['a@50', 'b@50'], batches: 1 });
});

test('no event goes before the API server had 25 ms to store its object', async () => {
  const { buffer, world } = aBuffer();
  buffer.put('a', event('a'));
  await vi.advanceTimersByTimeAsync(24);
  buffer.put('b', event('b'));
  await vi.advanceTimersByTimeAsync(24);
  buffer.put('c', event('c'));
  await vi.advanceTimersByTimeAsync(100);
  expect(world.took).toEqual(['a@50', 'b@50', 'c@75']);
});

test('of one object the newest event is enough, and an older one waits for none', async () => {
  const { buffer, world } = aBuffer();
  buffer.put('a', event('created'));
  buffer.put('a', event('updated'));
  await vi.advanceTimersByTimeAsync(100);
  expect(world.took).toEqual(['updated@50']);
});

test('an event in place of an older one says what there was before both of their changes', async () => {
  const published: BusEvent[] = [];
  let isAway = false;
  const publish = async (events: readonly BusEvent[]): Promise<void> => {
    if (isAway) throw new Error('away');
    published.push(...events);
  };
  const { buffer } = aBuffer({ bus: { publish } });
  buffer.put('a', told('ro@1'));
  buffer.put('a', told('rs@7'));
  await vi.advanceTimersByTimeAsync(100);
  isAway = true;
  for (const before of ['ro@1', 'rs@8', '', 'rs@9', 'rs@8']) {
    buffer.put('a', told(before));
    await vi.advanceTimersByTimeAsync(100);
  }
  isAway = false;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(published.map(({ detail }) => detail['before'])).toEqual(['ro@1 rs@7', 'ro@1 rs@8 rs@9']);
});

test('with the bus away, events wait, tried again less and less often, and go when it is back', async () => {
  const { buffer, world } = aBuffer();
  world.isAway = true;
  buffer.put('a', event('created'));
  await vi.advanceTimersByTimeAsync(1000);
  buffer.put('a', event('deleted'));
  await vi.advanceTimersByTimeAsync(100_000);
  expect(world.retries.slice(0, 9)).toEqual([75, 150, 300, 600, 1200, 2400, 4800, 9600, 11_250]);
  world.isAway = false;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(world.took.map((line) => line.split('@')[0])).toEqual(['deleted']);
  expect(buffer.size()).toBe(0);
});

test('a newer event that comes while an older one is being published goes after it', async () => {
  const took: string[] = [];
  const { promise: isTaken, resolve: take } = Promise.withResolvers<void>();
  const publish = async (events: readonly BusEvent[]): Promise<void> => {
    took.push(...events.map(({ detailType }) => detailType));
    if (took.length === 1) await isTaken;
  };
  const { buffer } = aBuffer({ bus: { publish } });
  buffer.put('a', event('created'));
  await vi.advanceTimersByTimeAsync(50);
  buffer.put('a', event('deleted'));
  // Long enough for it to wait beside the one under way.
  await vi.advanceTimersByTimeAsync(100);
  expect(took).toEqual(['created']);
  take();
  await vi.advanceTimersByTimeAsync(100);
  expect(took).toEqual(['created', 'deleted']);
  expect(buffer.size()).toBe(0);
});

test('beyond the limit the oldest is shed, and counted', async () => {
  const { buffer, world } = aBuffer({ limit: 3 });
  world.isAway = true;
  for (const key of ['a', 'b', 'c']) buffer.put(key, event(key));
  await vi.advanceTimersByTimeAsync(1000);
  for (const key of ['d', 'e']) buffer.put(key, event(key));
  expect([buffer.size(), world.shed]).toEqual([3, 2]);
  world.isAway = false;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(world.took.map((line) => line.split('@')[0])).toEqual(['c', 'd', 'e']);
});

test('draining sends all that is there, at once', async () => {
  const { buffer, world } = aBuffer();
  world.isAway = true;
  buffer.put('a', event('a'));
  await vi.advanceTimersByTimeAsync(20_000);
  world.isAway = false;
  buffer.put('b', event('b'));
  const drained = buffer.drain(1000);
  await vi.advanceTimersByTimeAsync(0);
  expect(await drained).toBe(0);
  expect(world.took.map((line) => line.split('@')[0])).toEqual(['a', 'b']);
});

test('draining gives up in time, and says what is left', async () => {
  const { buffer, world } = aBuffer();
  world.isAway = true;
  buffer.put('a', event('a'));
  const drained = buffer.drain(1000);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await drained).toBe(1);
});
