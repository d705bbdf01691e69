import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnalysisRunSpec, Metric } from '../../lib/model/analysis-run.ts';
import { type AnalysisCluster, NAMESPACE, pausesOf, resultOf, borrowAnalysisCluster } from './analysis-cluster.ts';
import { openApiLink } from './api-link.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { serversAvailable } from './servers/build.ts';
import { type Kubelet, startKubelet } from './servers/kubelet.ts';
import { type SampleService, startSampleService } from './servers/sample-service.ts';
import { waitFor } from './servers/wait-for.ts';

/** Each test has processes of its own, that serve the runs with its label: so all go on at once. */
describe.skipIf(!(await serversAvailable())).concurrent('a process that ends before its runs', () => {
  let cluster: AnalysisCluster;
  let kubelet: Kubelet;
  let service: SampleService;

  beforeAll(async () => {
    service = await startSampleService();
    cluster = await borrowAnalysisCluster();
    kubelet = await startKubelet(cluster.plane);
    await waitFor('the service account that pods run as', () =>
      cluster.plane.api.call(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`),
    );
  });
  afterAll(async () => {
    await kubelet?.stop();
    await cluster?.stop();
    await service?.stop();
  });

  const serve = (label: string, kubeconfigPath = cluster.kubeconfigPath): Promise<AssayServe> =>
    startAssayServe({ kubeconfigPath, args: [`--selector=case=${label}`] });
  const create = (name: string, spec: AnalysisRunSpec) => cluster.createRun(name, spec, { labels: { case: name } });
  const requestsFor = (path: string) => service.requests.filter(({ url }) => url === path).length;
  const web = (path: string, more: Partial<Metric> = {}): Metric => ({
    name: path.slice(1),
    successCondition: 'result.ok',
    provider: { web: { url: `${service.url}${path}` } },
    ...more,
  });

  test('killed after measuring and before writing: the measurement is taken again, once', async () => {
    const link = await openApiLink(cluster);
    service.page('/unwritten', () => {
      if (requestsFor('/unwritten') === 2) link.hold('requests');
      return { body: { ok: true } };
    });
    const assay = await serve('unwritten', link.kubeconfigPath);
    await create('unwritten', { metrics: [web('/unwritten', { interval: '1s', count: 4 })] });
    await link.heldBack();
    await assay.kill();
    link.cut();
    expect(resultOf(await cluster.run('unwritten'))).toMatchObject({ count: 1 });

    const next = await serve('unwritten', link.kubeconfigPath);
    const result = resultOf(await cluster.ended('unwritten'));
    expect(result).toMatchObject({ phase: 'Successful', count: 4, successful: 4 });
    expect(result.measurements).toHaveLength(4);
    expect(pausesOf(result).every((seconds) => seconds >= 1)).toBe(true);
    expect(requestsFor('/unwritten')).toBe(5);
    await next.stop();
    await link.stop();
  });

  test('killed after writing and before it knew: nothing is taken twice', async () => {
    const link = await openApiLink(cluster);
    service.page('/unanswered', () => {
      if (requestsFor('/unanswered') === 2) link.hold('answers');
      return { body: { ok: true } };
    });
    const assay = await serve('unanswered', link.kubeconfigPath);
    await create('unanswered', { metrics: [web('/unanswered', { interval: '1s', count: 4 })] });
    await cluster.runOnce('unanswered', 'to have two', (run) => run.status?.metricResults?.[0]?.count === 2);
    await assay.kill();
    link.cut();

    const next = await serve('unanswered', link.kubeconfigPath);
    const result = resultOf(await cluster.ended('unanswered'));
    expect(result).toMatchObject({ phase: 'Successful', count: 4 });
    expect(pausesOf(result).every((seconds) => seconds >= 1)).toBe(true);
    expect(requestsFor('/unanswered')).toBe(4);
    await next.stop();
    await link.stop();
  });

  test('killed after it created a Job and before writing so: the Job is taken over', async () => {
    const link = await openApiLink(cluster);
    service.page('/late', { delayMs: 4000, body: { ok: true } });
    const assay = await serve('adopted', link.kubeconfigPath);
    const created = await create('adopted', { metrics: [aJob(['sleep', '1']), web('/late')] });
    await waitFor('the Job', async () => (await cluster.jobs(created)).length === 1);
    link.hold('requests');
    await link.heldBack();
    await assay.kill();
    link.cut();
    const unwritten = await cluster.run('adopted');
    expect(unwritten.status).toBeUndefined();
    const before = await cluster.jobs(unwritten);

    const next = await serve('adopted', link.kubeconfigPath);
    const run = await cluster.ended('adopted');
    expect(run.status).toMatchObject({ phase: 'Successful', runSummary: { count: 2, successful: 2 } });
    const after = await cluster.jobs(run);
    expect(after.map(({ metadata }) => metadata.uid)).toEqual(before.map(({ metadata }) => metadata.uid));
    await next.stop();
    await link.stop();
  });

  test('SIGTERM: what is under way is written, the exit code is 0, and the next one goes on', async () => {
    service.page('/stopped', { delayMs: 1500, body: { ok: true } });
    const assay = await serve('stopped');
    await create('stopped', {
      metrics: [aJob(['sleep', '8']), web('/stopped', { count: 3, interval: '1s', initialDelay: '1s' })],
    });
    await waitFor('a request', () => requestsFor('/stopped') === 1, { everyMs: 20 });
    expect(await assay.stop()).toEqual({ code: 0, signal: null });
    const messages = assay.log().map(({ message }) => message);
    expect(messages.slice(messages.indexOf('stopping'))).toEqual(['stopping', 'step', 'stopped']);
    const left = await cluster.run('stopped');
    expect(resultOf(left, 'stopped')).toMatchObject({ count: 1, phase: 'Running' });
    expect(resultOf(left, 'job').measurements).toMatchObject([{ phase: 'Running' }]);
    // Longer than its interval: nobody is there any more to measure.
    await sleep(2000);
    expect(await cluster.run('stopped')).toEqual(left);

    const next = await serve('stopped');
    const run = await cluster.ended('stopped');
    expect(run.status).toMatchObject({ phase: 'Successful', runSummary: { count: 2, successful: 2 } });
    expect(resultOf(run, 'stopped')).toMatchObject({ count: 3 });
    expect(pausesOf(resultOf(run, 'stopped')).every((seconds) => seconds >= 1)).toBe(true);
    expect((await cluster.jobs(run)).map(({ metadata }) => metadata.name)).toEqual([`${run.metadata.uid}.job.1`]);
    expect((await next.stop()).code).toBe(0);
  });

  test('two processes at once: each measurement is recorded once, at its interval, with one Job each', async () => {
    service.page('/shared', { delayMs: 200, body: { ok: true } });
    const both = await Promise.all([serve('shared'), serve('shared')]);
    const created = await create('shared', {
      metrics: [web('/shared', { interval: '1s', count: 5 }), aJob(['true'], { interval: '1s', count: 3 })],
    });
    const run = await cluster.ended('shared');
    const [measured, worked] = [resultOf(run, 'shared'), resultOf(run, 'job')];
    expect(measured).toMatchObject({ phase: 'Successful', count: 5, successful: 5 });
    expect(measured.measurements).toHaveLength(5);
    expect(worked).toMatchObject({ phase: 'Successful', count: 3, successful: 3 });
    expect(worked.measurements).toHaveLength(3);
    for (const result of [measured, worked]) expect(pausesOf(result).every((seconds) => seconds >= 1)).toBe(true);
    const names = (await cluster.jobs(run)).map(({ metadata }) => metadata.name);
    expect(names).toEqual([1, 2, 3].map((index) => `${created.metadata.uid}.job.${index}`));
    expect((await cluster.events('shared', 3)).map(({ reason }) => reason).toSorted()).toEqual([
      'AnalysisRunSuccessful',
      'MetricSuccessful',
      'MetricSuccessful',
    ]);
    const steps = both.map((assay) => assay.log().filter(({ message }) => message === 'step').length);
    expect(Math.min(...steps)).toBeGreaterThan(0);
    await Promise.all(both.map((assay) => assay.stop()));
  });
});

function aJob(command: readonly string[], more: Partial<Metric> = {}): Metric {
  const containers = [{ name: 'main', image: 'tool:1', command }];
  const template = { spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers } };
  return { name: 'job', provider: { job: { spec: { backoffLimit: 0, template } } }, ...more };
}
