import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { cachedCluster } from '../../lib/clusters/store/cached.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { serve, type Serving } from '../../lib/serve/serve.ts';
import { aMetric, aRun } from '../builders.ts';
import { fakeTiming } from '../fake-timing.ts';
import { attacks } from './attacks.ts';
import { besideInnocents, HOSTILE_SERVER } from './beside-innocents.ts';
import { fuzz } from './fuzz.ts';

// Whatever one tenant's object holds ends that object at the worst. The others are measured on time.

const T0 = Date.parse('2026-11-05T10:00:00Z');
const now = () => new Date();
const PAGE = { status: 200, headers: {}, body: 'é'.repeat(500_000) };
const UP = {
  status: 200,
  headers: {},
  body: '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[0,"1"]}]}}',
};

const http = async ({ url }: { url: string }) => (url.includes('/page') ? PAGE : UP);

let clusters: readonly [hostile: MemoryCluster, other: MemoryCluster];
let serving: Serving;
let lines: string[];

beforeEach(async () => {
  vi.useFakeTimers({
    now: T0,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  });
  lines = [];
  clusters = [memoryCluster('hostile', { now, http }), memoryCluster('other', { now, http })];
  const note = (message: string, fields?: object) => void lines.push(`${message} ${JSON.stringify(fields ?? {})}`);
  serving = await serve({
    clusters: clusters.map((cluster) => cachedCluster(cluster, scopesOf({}), { timing: fakeTiming })),
    log: { info() {}, warn: note, error: note },
    now,
  });
});
afterEach(async () => {
  await serving.stop();
  vi.useRealTimers();
});

const INNOCENT = aRun({
  metadata: { name: 'innocent', namespace: 'web' },
  spec: { metrics: [aMetric({ interval: '5s', count: 6 })] },
});

/** The times at which the innocent runs were measured, in seconds since the start. */
async function measuredAt(): Promise<readonly (readonly number[])[]> {
  const runs = await Promise.all(
    clusters.map((each) => each.get('AnalysisRun', { namespace: 'web', name: 'innocent' })),
  );
  return runs.map((run) =>
    (run?.status?.metricResults?.[0]?.measurements ?? []).map(
      ({ startedAt = '' }) => (Date.parse(startedAt) - T0) / 1000,
    ),
  );
}

const begun = { phase: 'Running', startedAt: '2026-11-05T09:59:00Z' } as const;
const webMetric = (url: string, body?: string) =>
  aMetric({
    interval: '1s',
    provider: { web: { url, ...(body !== undefined && { body }) } },
    successCondition: 'true',
  });

const ended: readonly { name: string; run: Partial<Pick<AnalysisRun, 'spec' | 'status'>>; says: string }[] = [
  {
    name: 'an argument of half a megabyte, put in fifty thousand times',
    run: {
      spec: {
        args: [{ name: 'a', value: 'x'.repeat(500_000) }],
        metrics: [webMetric('https://x', '{{args.a}}'.repeat(50_000))],
      },
      status: begun,
    },
    says: 'at most 4000000 are allowed',
  },
  {
    name: 'thousands of rules for thousands of metrics',
    run: {
      spec: {
        metrics: Array.from({ length: 2000 }, (_, index) => aMetric({ name: `m${index}` })),
        dryRun: Array.from({ length: 8000 }, () => ({ metricName: 'x?'.repeat(20) })),
      },
      status: begun,
    },
    says: 'metrics: 2000 entries, at most 200 are allowed',
  },
  {
    name: 'a time with an offset that there is not',
    run: {
      spec: { metrics: [aMetric({ interval: '5s' })] },
      status: {
        ...begun,
        metricResults: [
          {
            name: 'success-rate',
            phase: 'Running',
            measurements: [{ phase: 'Successful', finishedAt: '2026-11-30T12:00:00+99:99' }],
          },
        ],
      },
    },
    says: 'finishedAt',
  },
  {
    name: 'a time to live that hangs on a time that is none',
    run: {
      spec: { metrics: [aMetric()], ttlStrategy: { secondsAfterCompletion: 60 } },
      status: { phase: 'Running', completedAt: '2026-11-30T12:00:00-24:00' },
    },
    says: 'completedAt',
  },
];

test.each(ended)('$name ends its own run, and says why', async ({ run, says }) => {
  const [hostile] = clusters;
  await Promise.all(clusters.map((each) => each.create('AnalysisRun', INNOCENT)));
  await vi.advanceTimersByTimeAsync(100);
  await hostile.create('AnalysisRun', { ...aRun({ metadata: { name: 'bad', namespace: 'shop' } }), ...run });
  await vi.advanceTimersByTimeAsync(30_000);
  const after = await hostile.get('AnalysisRun', { namespace: 'shop', name: 'bad' });
  expect(after?.status).toMatchObject({ phase: 'Error', message: expect.stringContaining(says) });
  expect(await measuredAt()).toEqual([
    [0, 5, 10, 15, 20, 25],
    [0, 5, 10, 15, 20, 25],
  ]);
});

test('pages of half a megabyte make no status of one, and no object that is measured without end', async () => {
  const [hostile] = clusters;
  const metrics = Array.from({ length: 20 }, (_, index) => ({
    ...webMetric('https://x/page'),
    name: `m${index}`,
    count: 20,
  }));
  await hostile.create('AnalysisRun', aRun({ metadata: { name: 'big', namespace: 'shop' }, spec: { metrics } }));
  await vi.advanceTimersByTimeAsync(40_000);
  const after = await hostile.get('AnalysisRun', { namespace: 'shop', name: 'big' });
  expect(after?.status?.phase).toBe('Successful');
  expect(JSON.stringify(after?.status).length).toBeLessThanOrEqual(256_000);
});

test('an interval of next to nothing measures once a second', async () => {
  const [hostile] = clusters;
  for (const [index, interval] of ['1ns', '0s', '-1s'].entries()) {
    const spec = { metrics: [aMetric({ interval })] };
    await hostile.create('AnalysisRun', aRun({ metadata: { name: `hasty-${index}`, namespace: 'shop' }, spec }));
  }
  await vi.advanceTimersByTimeAsync(10_400);
  const counts = hostile.objects('AnalysisRun').map(({ status }) => status?.metricResults?.[0]?.count ?? 0);
  for (const count of counts) expect(count).toBeLessThanOrEqual(11);
  expect(Math.max(...counts)).toBeGreaterThan(5);
});

test.each(attacks(HOSTILE_SERVER))('each attack beside the innocent: $name', async ({ runs }) => {
  vi.useRealTimers();
  const objects = runs.map((run) => ({ ...aRun(), ...run, metadata: {} }));
  const { faults, made } = await besideInnocents(objects);
  expect(faults).toEqual([]);
  expect(made).toBeGreaterThan(0);
});

const OBJECTS = Number(process.env['ASSAY_FUZZ'] ?? 5_000);

test(
  `${OBJECTS} whole objects of any kind beside them: nobody notices`,
  { timeout: 60_000 + OBJECTS * 60 },
  async () => {
    vi.useRealTimers();
    const begunMs = performance.now();
    const { faults, made, largestStatus } = await fuzz(OBJECTS, 7);
    const seconds = ((performance.now() - begunMs) / 1000).toFixed(1);
    process.stdout.write(
      `${made} of ${OBJECTS} objects in ${seconds} s; the largest status: ${largestStatus} characters\n`,
    );
    expect(faults).toEqual([]);
    expect(made).toBeGreaterThan(OBJECTS / 2);
  },
);
