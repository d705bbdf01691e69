import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cachedCluster } from '../../lib/clusters/store/cached.ts';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { openAccounts } from '../../lib/connections/accounts.ts';
import { openConnections } from '../../lib/connections/open-connections.ts';
import { secretOfCluster } from '../../lib/connections/secret-of-cluster.ts';
import type { ConnectionSettings } from '../../lib/model/connection.ts';
import type { HttpRequest } from '../../lib/model/http.ts';
import { systemTimers } from '../../lib/queues/system-timers.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { serve, type Serving } from '../../lib/serve/serve.ts';
import { aMetric, aRun } from '../builders.ts';
import { fakeTiming } from '../fake-timing.ts';
import { textOf } from '../scrape.ts';

const now = () => new Date();
const T0 = Date.parse('2026-11-05T10:00:00Z');
const LIMITED = 'https://prometheus.corp';

let cluster: MemoryCluster;
let serving: Serving | undefined;
let asked: { readonly request: HttpRequest; readonly atMs: number }[];

beforeEach(() => {
  vi.useFakeTimers({
    now: T0,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  });
  asked = [];
  cluster = memoryCluster('one', {
    now,
    async http(request) {
      asked.push({ request, atMs: Date.now() - T0 });
      const value = request.headers?.find(([name]) => name === 'Authorization')?.[1] ?? '1';
      if (request.url.endsWith('/echo')) return { status: 200, headers: {}, body: value };
      const result = [{ metric: {}, value: [0, '1'] }];
      return {
        status: 200,
        headers: {},
        body: JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }),
      };
    },
  });
});
afterEach(async () => {
  await serving?.stop();
  serving = undefined;
  vi.useRealTimers();
});

async function start(settings: ConnectionSettings): Promise<void> {
  const accounts = openAccounts(systemTimers);
  serving = await serve({
    clusters: [cachedCluster(cluster, scopesOf({}), { timing: fakeTiming })],
    log: { info() {}, warn() {}, error() {} },
    now,
    concurrencyPerCluster: 2,
    openConnections: (each, onUse) =>
      openConnections({
        cluster: each.name,
        settings,
        accounts,
        places: { secret: async () => 't0ps3cret', secretKeyRef: secretOfCluster(each) },
        openHttp: () => async () => Promise.reject(new Error('no TLS of its own')),
        credentialsOf: async () => Promise.reject(new Error('nobody signs')),
        timers: systemTimers,
        onUse,
      }),
  });
}

const asking = (name: string, address: string) =>
  aRun({ metadata: { name }, spec: { metrics: [aMetric({ provider: { prometheus: { address, query: 'up' } } })] } });
const statusOf = async (name: string) => (await cluster.get('AnalysisRun', { namespace: 'shop', name }))?.status;

test('those who wait for their turn on a connection hold up nobody else, in their own namespace either', async () => {
  await start({
    connections: [
      { name: 'limited', provider: 'prometheus', hosts: ['prometheus.corp'], limits: { requestsPerSecond: 1 } },
    ],
  });
  for (let nth = 0; nth < 30; nth += 1) await cluster.create('AnalysisRun', asking(`slow-${nth}`, `${LIMITED}/${nth}`));
  await vi.advanceTimersByTimeAsync(2000);
  await cluster.create('AnalysisRun', asking('free', 'https://elsewhere.corp'));
  await vi.advanceTimersByTimeAsync(500);
  expect((await statusOf('free'))?.phase).toBe('Successful');
  await vi.advanceTimersByTimeAsync(31_000);
  const phases = await Promise.all(
    Array.from({ length: 30 }, async (_, nth) => (await statusOf(`slow-${nth}`))?.phase),
  );
  expect(phases).toEqual(Array.from({ length: 30 }, () => 'Successful'));
  const turns = asked.filter(({ request }) => request.url.startsWith(LIMITED)).map(({ atMs }) => atMs);
  expect(turns).toHaveLength(30);
  for (const [at, ms] of turns.slice(1).entries()) expect(ms - (turns[at] ?? 0)).toBeGreaterThanOrEqual(1000);
  const page = serving ? await textOf(serving.metrics()) : '';
  expect(page).toContain('assay_connection_requests_total{cluster="one",connection="limited",code="200"} 30');
  expect(page).toContain('assay_connection_wait_seconds_count{cluster="one",connection="limited"} 30');
});

test('what a connection logs in with is nowhere in a status, though the source tells it', async () => {
  await start({
    connections: [
      { name: 'web', provider: 'web', hosts: ['web.corp'], bearer: { secretKeyRef: { name: 'web', key: 'token' } } },
    ],
  });
  await cluster.create('Secret', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'assay-system', name: 'web' },
    data: { token: Buffer.from('fr0mTheCluster').toString('base64') },
  });
  const web = aMetric({ successCondition: 'true', provider: { web: { url: 'https://web.corp/echo' } } });
  await cluster.create('AnalysisRun', aRun({ metadata: { name: 'echo' }, spec: { metrics: [web] } }));
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked[0]?.request.headers).toEqual([['Authorization', 'Bearer fr0mTheCluster']]);
  const status = await statusOf('echo');
  expect(status?.phase).toBe('Successful');
  expect(JSON.stringify(status)).toContain('*****');
  expect(JSON.stringify(status)).not.toContain('fr0mTheCluster');
});

test('where only connections are permitted, another address is an Error that names it', async () => {
  await start({ connections: [], onlyConnections: true });
  await cluster.create('AnalysisRun', asking('outside', 'http://169.254.169.254'));
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toEqual([]);
  const [measurement] = (await statusOf('outside'))?.metricResults?.[0]?.measurements ?? [];
  expect(measurement).toMatchObject({ phase: 'Error' });
  expect(measurement?.message).toContain('http://169.254.169.254');
  expect(measurement?.message).toContain('onlyConnections');
});

test('a metric that names no address has that of the connection', async () => {
  await start({ connections: [{ name: 'own', provider: 'prometheus', address: 'http://prometheus.own:9090' }] });
  const metric = aMetric({ provider: { prometheus: { query: 'up' } } });
  await cluster.create('AnalysisRun', aRun({ metadata: { name: 'default' }, spec: { metrics: [metric] } }));
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked.map(({ request }) => request.url)).toEqual(['http://prometheus.own:9090/api/v1/query']);
});
