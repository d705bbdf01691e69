import { vi } from 'vitest';
import { memoryQueue } from '../../lib/queues/memory.ts';
import { type Delivered, describeQueue } from '../contract/queue.ts';

describeQueue('memory', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  const startMs = Date.now();
  const delivered: Delivered[] = [];
  const queue = memoryQueue({
    now: () => new Date(),
    work: async (ref) => void delivered.push({ ref, afterMs: Date.now() - startMs }),
  });
  return {
    queue,
    startMs,
    async delivered() {
      await vi.advanceTimersByTimeAsync(60_000);
      return delivered;
    },
    async close() {
      await queue.stop();
      vi.useRealTimers();
    },
  };
});
