import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Metric } from '../../lib/model/analysis-run.ts';
import { type AnalysisCluster, pausesOf, resultOf, startAnalysisCluster } from './analysis-cluster.ts';
import { type ApiLink, openApiLink } from './api-link.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { serversAvailable } from './servers/build.ts';
import { type PrometheusServer, startPrometheus } from './servers/prometheus.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';
import { waitFor } from './servers/wait-for.ts';

/** One after the other: each test disturbs a server that the runs of the next one need. */
describe.skipIf(!(await serversAvailable()))('servers that go away and come back', () => {
  let cluster: AnalysisCluster;
  let prometheus: PrometheusServer;
  let assay: AssayServe;
  let silent: Server;
  let link: ApiLink;
  const folder = createScratchFolder('outages');

  const metric = (more: Partial<Metric> = {}): Metric => ({
    name: 'up',
    successCondition: 'result[0] == 1',
    provider: { prometheus: { address: prometheus.url, query: 'vector(1)' } },
    ...more,
  });

  /** How often the API server has been asked for all runs. */
  const listsOfRuns = async (): Promise<number> => {
    const page = await cluster.plane.kubectl(['get', '--raw', '/metrics']);
    const lists = page.matchAll(/^apiserver_request_total\{.*resource="analysisruns".*verb="LIST".*\} (\d+)$/gm);
    return [...lists].reduce((sum, [, count]) => sum + Number(count), 0);
  };

  beforeAll(async () => {
    // Without a cache the API server forgets what etcd does: so watches expire when it is compacted.
    [cluster, prometheus] = await Promise.all([
      startAnalysisCluster({ apiServerFlags: ['--watch-cache=false'] }),
      startPrometheus({ targets: [] }),
    ]);
    link = await openApiLink(cluster);
    silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const kubeconfigPath = join(folder, 'kubeconfig');
    writeFileSync(kubeconfigPath, JSON.stringify(threeContexts(cluster, link, (silent.address() as AddressInfo).port)));
    const args = ['silent', 'live', 'refusing'].map((name) => `--context=${name}`);
    assay = await startAssayServe({ kubeconfigPath, args });
  });
  afterAll(async () => {
    await assay?.stop();
    await link?.stop();
    await cluster?.stop();
    await prometheus?.remove();
    silent?.close();
    removeScratchFolder(folder);
  });

  test('clusters that never answer, or refuse to, slow nobody down; the pages and the log say which', async () => {
    await cluster.createRun('beside', { metrics: [metric({ interval: '1s', count: 4 })] });
    const run = await cluster.ended('beside');
    expect(resultOf(run)).toMatchObject({ phase: 'Successful', count: 4 });
    expect(await assay.page('/readyz')).toEqual({ status: 200, body: 'synced: live\nwaiting: silent, refusing\n' });
    expect((await assay.page('/healthz')).status).toBe(200);
    const { body } = await assay.page('/metrics');
    expect(body).toContain('analysis_run_info{cluster="live",namespace="shop",name="beside",phase="Successful"} 1');
    const failures = assay.log().filter(({ message }) => message === 'watch failed');
    expect(failures).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        cluster: 'refusing',
        kind: 'AnalysisRun',
        code: 'ASSAY_CLUSTER_UNREACHABLE',
        error: 'cluster refusing: no answer from 127.0.0.1:9 (ECONNREFUSED)',
        retryInMs: expect.any(Number),
      }),
    );
    expect(failures.filter((line) => line['cluster'] === 'live')).toEqual([]);
  });

  test('Prometheus goes and comes back: its absence is counted as errors, and the run goes on', async () => {
    await cluster.createRun('measured', { metrics: [metric({ interval: '1s', count: 6 })] });
    await cluster.runOnce('measured', 'to begin', ({ status }) => (status?.metricResults?.[0]?.count ?? 0) >= 2);
    await prometheus.stop();
    const away = await cluster.runOnce('measured', 'to err', ({ status }) => status?.metricResults?.[0]?.error === 1);
    expect(resultOf(away)).toMatchObject({ phase: 'Running', consecutiveError: 1 });
    expect(resultOf(away).measurements?.at(-1)).toMatchObject({
      phase: 'Error',
      message: `Post "${prometheus.url}/api/v1/query": dial tcp ${new URL(prometheus.url).host}: connect: connection refused`,
    });
    await prometheus.start();
    const run = await cluster.ended('measured');
    expect(run.status).toMatchObject({ phase: 'Successful', runSummary: { count: 1, successful: 1 } });
    const result = resultOf(run);
    expect(result).toMatchObject({ count: 6, successful: 6, error: 1 });
    expect(result.consecutiveError ?? 0).toBe(0);
    // Argo's pause after an error is 10 s, whatever the interval.
    const afterError = (result.measurements ?? []).findIndex(({ phase }) => phase === 'Error');
    const pauses = pausesOf(result);
    expect(pauses[afterError]).toBeGreaterThanOrEqual(10);
    expect(pauses.every((seconds) => seconds >= 1)).toBe(true);
  });

  test('a watch expires: what happened meanwhile is found by a new list', async () => {
    await cluster.createRun('followed', { metrics: [metric({ interval: '1s', count: 3 })] });
    await cluster.runOnce('followed', 'to begin', ({ status }) => status !== undefined);
    const before = await listsOfRuns();
    link.hold('answers');
    await cluster.createRun('meanwhile', { metrics: [metric()] });
    await cluster.plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'newer' } });
    await cluster.plane.compact();
    link.cut();
    expect((await cluster.ended('meanwhile')).status?.phase).toBe('Successful');
    expect((await cluster.ended('followed')).status?.phase).toBe('Successful');
    expect(await listsOfRuns()).toBeGreaterThan(before);
  });

  test(
    'the API server is away for 20 s: nothing is lost, nothing is recorded twice',
    { timeout: 180_000 },
    async () => {
      const spec = { metrics: [metric({ interval: '2s', count: 8 })] };
      await Promise.all(['one', 'two', 'three'].map(async (name) => cluster.createRun(`outage-${name}`, spec)));
      await cluster.runOnce('outage-one', 'to begin', ({ status }) => (status?.metricResults?.[0]?.count ?? 0) >= 2);
      await cluster.plane.stopApiServer();
      // Nothing tells from outside that it goes on trying: long enough for several tries, ever further apart.
      await sleep(20_000);
      expect((await assay.page('/healthz')).status).toBe(200);
      await cluster.plane.startApiServer();
      for (const name of ['one', 'two', 'three']) {
        const run = await cluster.ended(`outage-${name}`, { timeoutMs: 90_000 });
        const result = resultOf(run);
        expect(result).toMatchObject({ phase: 'Successful', count: 8, successful: 8 });
        expect(result.measurements).toHaveLength(8);
        expect(pausesOf(result).every((seconds) => seconds >= 2)).toBe(true);
        const reasons = async () => (await cluster.events(`outage-${name}`)).map(({ reason }) => reason);
        await waitFor('the events', async () => (await reasons()).length > 1);
        expect(await reasons()).toEqual(['MetricSuccessful', 'AnalysisRunSuccessful']);
      }
      const failed = assay.log().filter(({ message }) => message === 'step failed');
      const codes = new Set(failed.map((line) => line['code']));
      // While it starts and stops it may say so in its own words.
      codes.delete('ASSAY_CLUSTER_FAILED');
      expect(codes).toEqual(new Set(['ASSAY_CLUSTER_UNREACHABLE']));
      expect((await assay.page('/metrics')).body).toMatch(
        /^analysis_run_reconcile_error\{cluster="live",namespace="shop",name="outage-one"\} [1-9]/m,
      );
    },
  );
});

/** Beside the one that lives: a server that takes connections and says nothing, and one that takes none. */
function threeContexts({ plane }: AnalysisCluster, link: ApiLink, silentPort: number): object {
  const servers = { live: link.server, silent: `https://127.0.0.1:${silentPort}`, refusing: 'https://127.0.0.1:9' };
  const authority = Buffer.from(plane.caPem).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'live',
    clusters: Object.entries(servers).map(([name, server]) => ({
      name,
      cluster: { server, 'certificate-authority-data': authority },
    })),
    users: [{ name: 'admin', user: { token: plane.adminToken } }],
    contexts: Object.keys(servers).map((name) => ({ name, context: { cluster: name, user: 'admin' } })),
  };
}
