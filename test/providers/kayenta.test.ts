import { expect, test } from 'vitest';
import type { HttpRequest } from '../../lib/model/http.ts';
import type { KayentaMetric } from '../../lib/model/providers/kayenta.ts';
import { kayenta } from '../../lib/providers/kayenta.ts';
import { AssayError } from '../../lib/model/errors.ts';
import { aMeasurement, aMetric, aRun } from '../builders.ts';
import { openWorld } from '../world.ts';
import { aContext, NOW } from './context.ts';

const scope = { scope: 'app=shop', region: 'default', step: 60 };
const SPEC: KayentaMetric = {
  address: 'http://kayenta.example.com',
  application: 'shop',
  canaryConfigName: 'cfg',
  metricsAccountName: 'prom',
  configurationAccountName: 'conf',
  storageAccountName: 'store',
  threshold: { pass: 90, marginal: 75 },
  scopes: [{ name: 'default', controlScope: scope, experimentScope: scope }],
};

/** A Kayenta that remembers what was begun, and by whom. */
function aKayenta() {
  const executions: { pipelineId: string; parentPipelineExecutionId: string | null }[] = [];
  const answer = ({ url, method = 'GET' }: HttpRequest): unknown => {
    const { pathname, searchParams } = new URL(url);
    if (pathname === '/canaryConfig') return [{ id: 'cfg-1', name: 'cfg' }];
    if (pathname === '/canary/executions') return executions;
    if (method === 'GET') return { complete: false };
    const pipelineId = `execution-${executions.length + 1}`;
    executions.push({ pipelineId, parentPipelineExecutionId: searchParams.get('parentPipelineExecutionId') });
    return { canaryExecutionId: pipelineId };
  };
  const fetch = async (request: HttpRequest) => ({ status: 200, headers: {}, body: JSON.stringify(answer(request)) });
  return { executions, fetch, context: aContext({ interval: '5m', fetch }) };
}

test('a step that is taken again, its status lost, begins no second canary', async () => {
  const { executions, context } = aKayenta();
  const first = await kayenta.read(SPEC, context);
  expect(await kayenta.read(SPEC, context)).toEqual(first);
  expect(first).toMatchObject({ is: 'pending', metadata: { canaryExecutionId: 'execution-1' } });
  expect(executions).toHaveLength(1);
});

test('a status whose write is lost begins no second canary: the next step of the loop finds the first', async () => {
  const { executions, fetch } = aKayenta();
  const world = openWorld({ http: fetch });
  const metric = aMetric({ interval: '5m', count: 2, provider: { kayenta: SPEC } });
  const ref = await world.create(aRun({ spec: { metrics: [metric] } }));
  const { cluster } = world;
  const lost = new AssayError('ASSAY_CLUSTER_UNREACHABLE', 'connection reset', { retry: true });
  world.cluster = { ...cluster, patch: () => Promise.reject(lost) };
  await expect(world.step(ref)).rejects.toBe(lost);
  expect(world.memory.objects('AnalysisRun')[0]?.status).toBeUndefined();

  world.cluster = cluster;
  await world.step(ref);
  const [run] = world.memory.objects('AnalysisRun');
  expect(run?.status?.metricResults?.[0]?.measurements).toMatchObject([
    { phase: 'Running', metadata: { canaryExecutionId: 'execution-1' } },
  ]);
  expect(executions).toHaveLength(1);
});

test('another measurement begins another canary', async () => {
  const { executions, context } = aKayenta();
  await kayenta.read(SPEC, context);
  const next = await kayenta.read(SPEC, { ...context, key: { ...context.key, number: 2 } });
  expect(next).toMatchObject({ metadata: { canaryExecutionId: 'execution-2' } });
  expect(executions.map(({ parentPipelineExecutionId }) => parentPipelineExecutionId)).toEqual([
    '5a1c.success-rate.1',
    '5a1c.success-rate.2',
  ]);
});

test('one that does not list what was begun is begun at', async () => {
  const { context } = aKayenta();
  const fetch: typeof context.fetch = async (request) =>
    request.url.includes('/executions') ? { status: 404, headers: {}, body: 'no' } : context.fetch(request);
  expect(await kayenta.read(SPEC, { ...context, fetch })).toMatchObject({
    metadata: { canaryExecutionId: 'execution-1' },
  });
});

test('where it cannot be asked what was begun, nothing is begun', async () => {
  const { executions, context } = aKayenta();
  const fetch: typeof context.fetch = async (request) =>
    request.url.includes('/executions') ? { status: 200, headers: {}, body: '<html>' } : context.fetch(request);
  expect(await kayenta.read(SPEC, { ...context, fetch })).toMatchObject({ is: 'verdict', phase: 'Error' });
  expect(executions).toEqual([]);
});

test('lookback before the run has a start is an Error that says so', async () => {
  const { context } = aKayenta();
  const spec = { ...SPEC, lookback: true };
  expect(await kayenta.read(spec, context)).toMatchObject({
    phase: 'Error',
    message: expect.stringContaining('no start'),
  });
  const later = { ...context, startedAt: '2026-11-05T09:00:00Z' };
  expect(await kayenta.read(spec, later)).toMatchObject({ is: 'pending' });
});

test('one under way is looked at again after 15 seconds, and terminated without waiting for it', async () => {
  const { context } = aKayenta();
  const measurement = aMeasurement({ phase: 'Running', metadata: { canaryExecutionId: 'execution-1' } });
  expect(await kayenta.resume?.(SPEC, measurement, context)).toEqual({
    is: 'pending',
    resumeAt: new Date(NOW.getTime() + 15_000),
  });
  expect(await kayenta.terminate?.(SPEC, measurement, context)).toMatchObject({ phase: 'Inconclusive' });
});

test('a measurement whose metadata somebody took away asks for nothing', async () => {
  const { context } = aKayenta();
  const measurement = aMeasurement({ phase: 'Running' });
  expect(await kayenta.resume?.(SPEC, measurement, context)).toMatchObject({
    phase: 'Error',
    message: 'Invalid canaryExecutionId',
  });
});
