import { expect, test } from 'vitest';
import { follow } from '../../../lib/clusters/store/follow.ts';
import type { Cluster, WatchEvent } from '../../../lib/model/cluster.ts';
import { AssayError } from '../../../lib/model/errors.ts';
import type { Resources } from '../../../lib/model/resources.ts';
import { memoryCluster } from '../../../lib/clusters/memory/memory-cluster.ts';

const away = (): AssayError => new AssayError('ASSAY_CLUSTER_UNREACHABLE', 'no answer', { retry: true });
const expired = (): AssayError => new AssayError('ASSAY_CLUSTER_EXPIRED', 'too old');
const event: WatchEvent<Resources['Namespace']> = {
  type: 'BOOKMARK',
  object: { apiVersion: 'v1', kind: 'Namespace', metadata: { resourceVersion: '7' } },
};

/** Follows a cluster whose watches do what `watches` says, one after the other; says what was asked, and waited for. */
async function followed(watches: readonly ('away' | 'expired' | 'event, away')[]) {
  const asked: string[] = [];
  const waits: number[] = [];
  const stop = new AbortController();
  const left = [...watches];
  const cluster: Cluster = {
    ...memoryCluster('c1', { now: () => new Date(0) }),
    async list() {
      asked.push('list');
      return { items: [], resourceVersion: '1' };
    },
    async *watch(_kind, { resourceVersion }) {
      const next = left.shift();
      asked.push(`watch ${resourceVersion}`);
      if (next === undefined) {
        stop.abort();
        return;
      }
      if (next === 'event, away') yield event as never;
      throw next === 'expired' ? expired() : away();
    },
  };
  const timing = {
    sleep: async (ms: number) => void waits.push(ms),
    random: () => 0,
    nowMs: () => 0,
    pause: async () => {},
  };
  const follower = { async listed() {}, changed() {}, failed() {} };
  await follow(cluster, { kind: 'Namespace' }, follower, timing, stop.signal);
  return { asked, waits };
}

const times = <const T>(count: number, what: T): T[] => Array.from({ length: count }, () => what);

test.each([
  { name: 'five watches that fail go on from the same version', watches: times(5, 'away'), next: ['watch 1'] },
  { name: 'after the sixth all is listed anew', watches: times(6, 'away'), next: ['list', 'watch 1'] },
] as const)('$name', async ({ watches, next }) => {
  const { asked } = await followed(watches);
  expect(asked).toEqual(['list', ...times(watches.length, 'watch 1'), ...next]);
});

test('an event in between counts as a success, and is gone on from', async () => {
  const { asked } = await followed([...times(4, 'away' as const), 'event, away', ...times(4, 'away' as const)]);
  expect(asked).toEqual(['list', ...times(5, 'watch 1'), ...times(5, 'watch 7')]);
});

test('a version that has expired is listed anew at once, and one that expires again after a while', async () => {
  const { asked, waits } = await followed(['expired', 'expired']);
  expect(asked).toEqual(['list', 'watch 1', 'list', 'watch 1', 'list', 'watch 1']);
  expect(waits).toEqual([1000]);
});
