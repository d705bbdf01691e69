import { beforeEach, describe, expect, test } from 'vitest';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import type { OpenCluster } from '../../lib/clusters/registered.ts';
import { AssayError } from '../../lib/model/errors.ts';
import { guard } from '../../lib/clusters/guard.ts';

const T0 = Date.parse('2026-11-05T10:00:00Z');
let nowMs: number;
let asked: number;
let opened: number;
let slept: number[];
let answer: () => Promise<undefined>;

beforeEach(() => {
  nowMs = T0;
  asked = 0;
  opened = 0;
  slept = [];
  answer = async () => undefined;
});

const now = () => new Date(nowMs);
const away = () => Promise.reject(new AssayError('ASSAY_CLUSTER_UNREACHABLE', 'no answer', { retry: true }));

function open(requestsPerSecond = 50): OpenCluster {
  const cluster: OpenCluster = {
    ...memoryCluster('c1', { now }),
    close: async () => {},
    get: () => {
      asked += 1;
      return answer();
    },
  };
  return guard(cluster, {
    requestsPerSecond,
    now,
    onOpen: () => void (opened += 1),
    sleep: async (ms) => void slept.push(ms),
  });
}

const ask = (cluster: OpenCluster) => cluster.get('AnalysisRun', { namespace: 'shop', name: 'run' });
/** Asks so often, one after the other, and says with which codes. */
async function askTimes(cluster: OpenCluster, times: number): Promise<readonly (string | undefined)[]> {
  const codes: (string | undefined)[] = [];
  for (let time = 0; time < times; time += 1) {
    codes.push(
      await ask(cluster).then(
        () => undefined,
        (error: AssayError) => error.code,
      ),
    );
  }
  return codes;
}

describe('the breaker', () => {
  test('opens after three requests without an answer; from then on none is made', async () => {
    answer = away;
    const cluster = open();
    const codes = await askTimes(cluster, 9);
    expect(new Set(codes)).toEqual(new Set(['ASSAY_CLUSTER_UNREACHABLE']));
    expect([asked, opened]).toEqual([3, 1]);
    await expect(ask(cluster)).rejects.toMatchObject({ retry: true, retryAfterMs: 5000 });
  });

  test('opens after one that was waited for for long', async () => {
    answer = async () => {
      nowMs += 3000;
      return away();
    };
    const cluster = open();
    await askTimes(cluster, 4);
    expect([asked, opened]).toEqual([1, 1]);
  });

  test('stays closed as long as there are answers between, refusals among them', async () => {
    const cluster = open();
    const codes = ['DENIED', 'THROTTLED', 'CONFLICT', 'FAILED', 'TOO_LARGE'] as const;
    for (const code of codes.map((each) => `ASSAY_CLUSTER_${each}` as const)) {
      answer = away;
      await askTimes(cluster, 2);
      answer = () => Promise.reject(new AssayError(code, 'no'));
      await askTimes(cluster, 1);
    }
    expect([asked, opened]).toEqual([15, 0]);
  });

  test('stays closed where what one object is answered takes for ever', async () => {
    const cluster = open();
    answer = async () => {
      nowMs += 3000;
      throw new AssayError('ASSAY_CLUSTER_TOO_LARGE', 'etcdserver: request is too large');
    };
    await askTimes(cluster, 4);
    expect([asked, opened]).toEqual([4, 0]);
  });

  test('what says nothing of the server changes nothing', async () => {
    answer = away;
    const cluster = open();
    await askTimes(cluster, 2);
    answer = () => Promise.reject(new AssayError('ASSAY_SECRET_UNREADABLE', 'no secret'));
    await askTimes(cluster, 1);
    answer = away;
    await askTimes(cluster, 1);
    expect(opened).toBe(1);
  });

  test('after the pause one request probes; its answer closes the breaker', async () => {
    answer = away;
    const cluster = open();
    await askTimes(cluster, 3);
    nowMs += 5000;
    answer = async () => undefined;
    expect(await askTimes(cluster, 3)).toEqual([undefined, undefined, undefined]);
    expect(asked).toBe(6);
  });

  test('of many at once only one probes', async () => {
    answer = away;
    const cluster = open();
    await askTimes(cluster, 3);
    nowMs += 5000;
    await Promise.allSettled([1, 2, 3, 4].map(() => ask(cluster)));
    expect(asked).toBe(4);
  });

  test('pauses double, up to a minute', async () => {
    answer = away;
    const cluster = open();
    await askTimes(cluster, 3);
    for (const pauseMs of [5000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
      const before = asked;
      nowMs += pauseMs - 1;
      await askTimes(cluster, 1);
      expect(asked).toBe(before);
      nowMs += 1;
      await askTimes(cluster, 1);
      expect(asked).toBe(before + 1);
    }
    expect(opened).toBe(7);
  });

  test('requests that were under way when it opened do not make the pause longer', async () => {
    answer = away;
    const cluster = open();
    await Promise.allSettled(Array.from({ length: 10 }, () => ask(cluster)));
    expect([asked, opened]).toEqual([10, 1]);
    nowMs += 5000;
    answer = async () => undefined;
    expect(await askTimes(cluster, 1)).toEqual([undefined]);
  });
});

describe('the rate', () => {
  test('a second’s worth goes at once, what is more waits its turn', async () => {
    const cluster = open(10);
    await askTimes(cluster, 12);
    expect(slept).toEqual([100, 200]);
    nowMs += 1000;
    await askTimes(cluster, 8);
    expect(slept).toHaveLength(2);
  });

  test('who would wait for long is sent away', async () => {
    const cluster = open(1);
    const codes = await askTimes(cluster, 5);
    expect(codes).toEqual([undefined, undefined, undefined, 'ASSAY_CLUSTER_THROTTLED', 'ASSAY_CLUSTER_THROTTLED']);
    await expect(ask(cluster)).rejects.toMatchObject({ retry: true, retryAfterMs: 3000 });
  });
});
