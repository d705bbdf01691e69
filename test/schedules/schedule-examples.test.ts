import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { cachedCluster } from '../../lib/clusters/store/cached.ts';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { resourceKind } from '../../lib/model/resources.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { serve } from '../../lib/serve/serve.ts';

// docs/schedules.md shows these; here they run, each for as long as it takes to see its runs end.

afterEach(() => void vi.useRealTimers());

const now = () => new Date();
const MINUTE = 60_000;
const prometheus = { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [0, '0.3'] }] } };
/** For whatever is asked, each of the pages that the examples ask for. */
const page = { ...prometheus, rows: 12, checks: { orders: { status: 'healthy' } } };

function readExample(file: string): KubernetesObject {
  return parse(readFileSync(join('examples/schedules', file), 'utf8')) as KubernetesObject;
}

test.each([
  {
    name: 'every quarter of an hour of a working day',
    file: 'every-quarter-hour.yaml',
    from: '2026-11-20T17:40:00Z',
    // 18:45 in Berlin is the last of the Friday, 08:00 the first of the Monday.
    to: '2026-11-23T07:20:00Z',
    want: ['2026-11-20T17:45:00Z', '2026-11-23T07:00:00Z', '2026-11-23T07:15:00Z'].map(
      (at) => `shop/checkout-latency ${at}`,
    ),
  },
  {
    name: 'after the nightly batch, also when clocks go forward',
    file: 'after-the-nightly-batch.yaml',
    from: '2026-03-07T08:00:00Z',
    to: '2026-03-08T08:20:00Z',
    want: ['2026-03-07T08:30:00Z', '2026-03-08T07:30:00Z'].flatMap((at) =>
      ['billing', 'invoices'].map((namespace) => `${namespace}/nightly-report ${at}`),
    ),
  },
  {
    name: 'for two days after a release',
    file: 'after-a-release.yaml',
    from: '2026-11-23T10:30:00Z',
    to: '2026-11-23T15:00:00Z',
    want: ['2026-11-23T11:00:00Z', '2026-11-23T12:00:00Z'].map((at) => `shop/release-watch ${at}`),
  },
])(
  '$name',
  async ({ file, from, to, want }) => {
    vi.useFakeTimers({
      now: Date.parse(from) - 5 * MINUTE,
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    });
    const answer = { status: 200, headers: {}, body: JSON.stringify(page) };
    const memory = memoryCluster('one', { now, http: async () => answer });
    for (const [name, stage, team] of [
      ['billing', 'production', 'billing'],
      ['invoices', 'staging', 'billing'],
      ['lab', 'lab', 'billing'],
      ['shop', 'production', 'shop'],
    ] as const) {
      await memory.create('Namespace', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: { stage, team } },
      });
    }
    const example = readExample(file);
    const isOfCluster = example.kind === 'ClusterAnalysisTemplate';
    const metadata = { ...example.metadata, ...(!isOfCluster && { namespace: 'shop' }) };
    await memory.create(resourceKind(example.kind), { ...example, metadata });
    vi.setSystemTime(Date.parse(from));

    const log = { info() {}, warn() {}, error() {} };
    const serving = await serve({ clusters: [cachedCluster(memory, scopesOf({}))], log, now });
    await vi.advanceTimersByTimeAsync(Date.parse(to) - Date.parse(from));
    await serving.stop();
    const runs = memory.objects('AnalysisRun').map(({ metadata: { name = '', namespace = '', labels } }) => {
      const minutes = Number(/-c?(\d+)$/.exec(name)?.[1]);
      return `${namespace}/${labels?.['assay.dev/schedule']} ${new Date(minutes * MINUTE).toISOString().replace('.000', '')}`;
    });
    expect(runs.toSorted()).toEqual(want.toSorted());
    const phases = memory.objects('AnalysisRun').map(({ status }) => status?.phase);
    expect(new Set(phases)).toEqual(new Set(['Successful']));
  },
  30_000,
);
