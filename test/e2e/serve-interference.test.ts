import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Metric } from '../../lib/model/analysis-run.ts';
import { type AnalysisCluster, hasEnded, pausesOf, resultOf, borrowAnalysisCluster } from './analysis-cluster.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { serversAvailable } from './servers/build.ts';
import { type SampleService, startSampleService } from './servers/sample-service.ts';
import { waitFor } from './servers/wait-for.ts';

describe.skipIf(!(await serversAvailable())).concurrent('runs that others lay hands on', () => {
  let cluster: AnalysisCluster;
  let assay: AssayServe;
  let service: SampleService;

  beforeAll(async () => {
    service = await startSampleService();
    service.page('/fast', { body: { ok: true } });
    service.page('/slow', { delayMs: 1500, body: { ok: true } });
    cluster = await borrowAnalysisCluster();
    assay = await startAssayServe({ kubeconfigPath: cluster.kubeconfigPath });
  });
  afterAll(async () => {
    await assay?.stop();
    await cluster?.stop();
    await service?.stop();
  });

  const web = (path: '/fast' | '/slow', more: Partial<Metric> = {}): Metric => ({
    name: 'web',
    successCondition: 'result.ok',
    provider: { web: { url: `${service.url}${path}` } },
    ...more,
  });

  test.each([
    { name: 'fast', path: '/fast', everyMs: 20 },
    { name: 'slower than their changes', path: '/slow', everyMs: 200 },
  ] as const)('labels that change all the time: measurements that are $name get written', async ({ path, everyMs }) => {
    const name = `stormy${path.replace('/', '-')}`;
    await cluster.createRun(name, { metrics: [web(path, { interval: '1s', count: 3 })] });
    const storm = new AbortController();
    const blowing = (async () => {
      for (let round = 0; !storm.signal.aborted; round += 1) {
        await cluster.patchRun(name, { metadata: { labels: { round: String(round) } } });
        await sleep(everyMs);
      }
    })();
    try {
      const result = resultOf(await cluster.ended(name));
      expect(result).toMatchObject({ phase: 'Successful', count: 3, successful: 3 });
      expect(result.measurements).toHaveLength(3);
      expect(pausesOf(result).every((seconds) => seconds >= 1)).toBe(true);
      expect((await cluster.events(name, 2)).map(({ reason }) => reason)).toEqual([
        'MetricSuccessful',
        'AnalysisRunSuccessful',
      ]);
    } finally {
      storm.abort();
      await blowing;
    }
  });

  test('a run that is deleted while it is measured is let go, and its figures with it', async () => {
    await cluster.createRun('vanishing', { metrics: [web('/slow', { interval: '1s', count: 9 })] });
    await cluster.runOnce('vanishing', 'to begin', ({ status }) => status !== undefined);
    expect((await assay.page('/metrics')).body).toContain('name="vanishing"');
    await cluster.deleteRun('vanishing');
    // Longer than the measurement that was under way, whose end must not be told.
    await sleep(2000);
    expect(await cluster.isGone('vanishing')).toBe(true);
    expect((await assay.page('/metrics')).body).not.toContain('name="vanishing"');
    expect(failuresOf(assay, 'vanishing')).toEqual([]);
  });

  test('a run of the same name is another run', async () => {
    await cluster.createRun('again', { metrics: [web('/slow', { interval: '1s', count: 9 })] });
    await cluster.runOnce('again', 'to begin', ({ status }) => status !== undefined);
    await cluster.deleteRun('again');
    await cluster.createRun('again', { metrics: [web('/fast', { interval: '1s', count: 2 })] });
    expect(resultOf(await cluster.ended('again'))).toMatchObject({ phase: 'Successful', count: 2 });
  });

  test('terminate ends a run at once, with what was measured so far', async () => {
    await cluster.createRun('stopped', { metrics: [web('/fast', { interval: '1h', count: 9 })] });
    await cluster.runOnce('stopped', 'to begin', ({ status }) => status !== undefined);
    await cluster.patchRun('stopped', { spec: { terminate: true } });
    const run = await cluster.ended('stopped');
    expect(run.status).toMatchObject({
      phase: 'Successful',
      message: 'Run Terminated',
      metricResults: [{ phase: 'Successful', count: 1 }],
    });
  });

  test('a metric that is added midway is measured too', async () => {
    const first = web('/fast', { interval: '1s', count: 3 });
    await cluster.createRun('growing', { metrics: [first] });
    await cluster.runOnce('growing', 'to begin', ({ status }) => status !== undefined);
    await cluster.patchRun('growing', { spec: { metrics: [first, { ...web('/fast'), name: 'second' }] } });
    const run = await cluster.ended('growing');
    expect(run.status).toMatchObject({ phase: 'Successful', runSummary: { count: 2, successful: 2 } });
  });

  test('a status that somebody wipes is measured anew', async () => {
    await cluster.createRun('wiped', { metrics: [web('/fast')] });
    const before = await cluster.ended('wiped');
    await cluster.patchRun('wiped', { metadata: { labels: { 'assay.dev/finished': null } }, status: null });
    const run = await cluster.runOnce(
      'wiped',
      'to end again',
      (after) => hasEnded(after) && after.metadata.resourceVersion !== before.metadata.resourceVersion,
    );
    expect(resultOf(run)).toMatchObject({ phase: 'Successful', count: 1 });
  });

  test('a namespace that is deleted takes its runs along, and nobody else is disturbed', async () => {
    const { plane } = cluster;
    await plane.kubectl(['create', 'namespace', 'doomed']);
    const metrics = [web('/slow', { interval: '1s', count: 99 }), jobMetric()];
    for (const name of ['one', 'two']) {
      const run = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', spec: { metrics } };
      await plane.apply({ ...run, metadata: { name, namespace: 'doomed' } });
    }
    const isBegun = async () =>
      (await plane.kubectl(['get', 'ar', '-n', 'doomed', '-o', 'jsonpath={.items[*].status.phase}'])) ===
      'Running Running';
    await waitFor('the runs to begin', isBegun);
    await cluster.createRun('bystander', { metrics: [web('/fast', { interval: '1s', count: 5 })] });
    await plane.kubectl(['delete', 'namespace', 'doomed', '--timeout=50s']);
    expect((await plane.api.send('/api/v1/namespaces/doomed')).status).toBe(404);
    expect(resultOf(await cluster.ended('bystander'))).toMatchObject({ phase: 'Successful', count: 5 });
    const others = assay.log().filter((line) => line.level === 'error' && line['namespace'] !== 'doomed');
    expect(others).toEqual([]);
    // What failed while the namespace went away is not tried for ever.
    const before = failuresOf(assay, 'one', 'two').length;
    await sleep(3000);
    expect(failuresOf(assay, 'one', 'two')).toHaveLength(before);
    expect((await assay.page('/metrics')).body).not.toContain('namespace="doomed"');
  });
});

function failuresOf(assay: AssayServe, ...names: readonly string[]): readonly object[] {
  return assay.log().filter((line) => line.level === 'error' && names.includes(String(line['name'])));
}

function jobMetric(): Metric {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'tool:1' }] } };
  return { name: 'job', provider: { job: { spec: { template } } } };
}
