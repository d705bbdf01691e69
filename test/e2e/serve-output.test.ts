import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Metric } from '../../lib/model/analysis-run.ts';
import { type AnalysisCluster, NAMESPACE, resultOf, borrowAnalysisCluster } from './analysis-cluster.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { serversAvailable } from './servers/build.ts';
import { type SampleService, startSampleService } from './servers/sample-service.ts';
import { waitFor } from './servers/wait-for.ts';

const INSTANCE_ID = 'argo-rollouts.argoproj.io/controller-instance-id';
const SECRET = 'hunter2-4f1d9c';

describe.skipIf(!(await serversAvailable()))('what people and machines read', () => {
  let cluster: AnalysisCluster;
  let service: SampleService;
  let assay: AssayServe;

  const web = (name: string, path: string, more: Partial<Metric> = {}): Metric => ({
    name,
    successCondition: 'result.ok',
    provider: { web: { url: `${service.url}${path}` } },
    ...more,
  });

  beforeAll(async () => {
    service = await startSampleService();
    service.page('/good', { body: { ok: true } });
    service.page('/bad', { body: { ok: false } });
    service.page(`/echo`, { status: 500 });
    cluster = await borrowAnalysisCluster();
    const { plane } = cluster;
    await plane.kubectl(['create', 'secret', 'generic', 'vault', '-n', NAMESPACE, `--from-literal=token=${SECRET}`]);
    await plane.apply(template('AnalysisTemplate', service.url));
    await plane.apply(template('ClusterAnalysisTemplate', service.url));
    assay = await startAssayServe({ kubeconfigPath: cluster.kubeconfigPath });
    await cluster.createRun('guestbook', {
      metrics: [
        web('latency', '/good'),
        web('errors', '/bad', { interval: '1s', count: 2, failureLimit: 1 }),
        web('canary', '/bad'),
      ],
      dryRun: [{ metricName: 'canary' }],
    });
    await cluster.createRun('broken', { metrics: [web('page', '/nowhere', { consecutiveErrorLimit: 0 })] });
    await cluster.createRun('secretive', {
      args: [{ name: 'token', valueFrom: { secretKeyRef: { name: 'vault', key: 'token' } } }],
      metrics: [
        secretive('header', `${service.url}/good`, [{ key: 'Authorization', value: 'Bearer {{args.token}}' }]),
        secretive('url', `${service.url}/nowhere?key={{args.token}}`),
        secretive('host', 'http://{{args.token}}.invalid/'),
        secretive('path', `${service.url}/good`, [], '{$.{{args.token}}}'),
        {
          ...secretive('condition', `${service.url}/good`),
          successCondition: 'result == "{{args.token}}" && nonsense(',
        },
        {
          name: 'query',
          consecutiveErrorLimit: 0,
          provider: {
            prometheus: {
              address: 'http://127.0.0.1:9',
              query: 'up',
              headers: [{ key: 'X-Key', value: '{{args.token}}' }],
            },
          },
        },
        {
          name: 'login',
          consecutiveErrorLimit: 0,
          provider: {
            prometheus: {
              address: `${service.url}/nowhere`,
              query: 'up',
              authentication: {
                oauth2: { tokenUrl: `${service.url}/echo`, clientId: 'a', clientSecret: '{{args.token}}' },
              },
            },
          },
        },
      ],
    });
    await cluster.createRun('short-lived', {
      metrics: [web('page', '/good')],
      ttlStrategy: { secondsAfterCompletion: 2 },
    });
    await cluster.createRun('never-kept', { metrics: [web('page', '/good')], ttlStrategy: { secondsAfterFailure: 1 } });
  });
  afterAll(async () => {
    await assay?.stop();
    await cluster?.stop();
    await service?.stop();
  });

  test('kubectl get ar', async () => {
    await cluster.ended('guestbook');
    const printed = await cluster.plane.kubectl(['get', 'ar', 'guestbook', '-n', NAMESPACE]);
    expect(printed.replace(/\d+s/, 'AGE')).toBe('NAME        STATUS   AGE\nguestbook   Failed   AGE\n');
  });

  test('kubectl describe ar: status and events, as with Argo', async () => {
    await cluster.ended('guestbook');
    await waitFor('the events', async () => (await cluster.events('guestbook')).length === 4);
    const printed = await cluster.plane.kubectl(['describe', 'ar', 'guestbook', '-n', NAMESPACE]);
    const [, status = ''] = printed.split(/^Status:\n/m);
    expect(mask(status)).toMatchSnapshot();
  });

  test('the status has the fields that Argo writes, and no others', async () => {
    const run = await cluster.ended('guestbook');
    expect(JSON.parse(mask(JSON.stringify(run.status)))).toMatchSnapshot();
    expect(run.metadata.labels).toEqual({ 'assay.dev/finished': 'true' });
  });

  test('an error is a Warning, and says why', async () => {
    const run = await cluster.ended('broken');
    expect(run.status?.message).toBe(
      'Metric "page" assessed Error due to consecutiveErrors (1) > consecutiveErrorLimit (0): "Error Message: received non 2xx response code: 404"',
    );
    await waitFor('the events', async () => (await cluster.events('broken')).length === 2);
    expect(await cluster.events('broken')).toEqual([
      { type: 'Warning', reason: 'MetricError', message: "Metric 'page' Completed. Result: Error" },
      { type: 'Warning', reason: 'AnalysisRunError', message: 'Analysis Completed. Result: Error' },
    ]);
  });

  test('a time to live deletes the run, if it is for how the run ended', async () => {
    await waitFor('its end', async () => cluster.isGone('short-lived'));
    expect((await cluster.ended('never-kept')).metadata.labels).toEqual({ 'assay.dev/finished': 'true' });
  });

  test('secrets are in no status, event, figure or line of the log', async () => {
    const run = await cluster.ended('secretive');
    expect(service.requests.some(({ headers }) => headers['authorization'] === `Bearer ${SECRET}`)).toBe(true);
    expect(run.status?.metricResults).toHaveLength(7);
    expect(resultOf(run, 'host').measurements?.[0]?.message).toContain('*****.invalid');
    const events = await cluster.plane.kubectl(['get', 'events', '-A', '-o', 'json']);
    const places = {
      runs: JSON.stringify(await cluster.runs()),
      events,
      log: JSON.stringify(assay.log()),
      figures: (await assay.page('/metrics')).body,
    };
    const forms = [SECRET, Buffer.from(SECRET).toString('base64')];
    const found = Object.entries(places).filter(([, text]) => forms.some((form) => text.includes(form)));
    expect(found.map(([place]) => place)).toEqual([]);
  });

  test('every figure that Argo has, with the cluster beside it', async () => {
    await Promise.all([cluster.ended('guestbook'), cluster.ended('broken')]);
    const { body } = await assay.page('/metrics');
    const object = 'cluster="test",namespace="shop",name="guestbook"';
    for (const line of [
      `analysis_run_info{${object},phase="Failed"} 1`,
      `analysis_run_phase{${object},phase="Failed"} 1`,
      `analysis_run_phase{${object},phase="Running"} 0`,
      `analysis_run_metric_type{${object},metric="latency",type="Web"} 1`,
      `analysis_run_metric_phase{${object},metric="errors",type="Web",dry_run="false",phase="Failed"} 1`,
      `analysis_run_metric_phase{${object},metric="canary",type="Web",dry_run="true",phase="Failed"} 1`,
      'analysis_template_info{cluster="test",namespace="shop",name="pages"} 1',
      'analysis_template_info{cluster="test",namespace="",name="pages"} 1',
      'analysis_template_metric_info{cluster="test",namespace="shop",name="pages",type="Web",metric="page"} 1',
    ]) {
      expect(body.split('\n')).toContain(line);
    }
    for (const name of ['analysis_run_reconcile', 'assay_measurement_lateness_seconds']) {
      expect(body).toMatch(new RegExp(`^# TYPE ${name} histogram$`, 'm'));
    }
    expect(body).toContain(`analysis_run_reconcile_count{${object}}`);
    expect(body).toMatch(/^# TYPE analysis_run_reconcile_error counter$/m);
    expect(body).toMatch(/^assay_measurement_lateness_seconds_count\{cluster="test"\} [1-9]/m);
  });

  test('health and readiness', async () => {
    expect(await assay.page('/healthz')).toEqual({ status: 200, body: 'ok\n' });
    expect(await assay.page('/readyz')).toEqual({ status: 200, body: 'synced: test\nwaiting: none\n' });
  });

  test('the log has one line a step, of one shape', async () => {
    await cluster.ended('guestbook');
    const steps = assay.log().filter((line) => line.message === 'step' && line['name'] === 'guestbook');
    const shapes = new Set(
      steps.map((line) =>
        Object.keys(line)
          .filter((key) => key !== 'nextAt')
          .join(),
      ),
    );
    expect([...shapes]).toEqual(['time,level,message,cluster,kind,namespace,name,uid,phase,wrote,tookMs']);
    const writes = steps.filter((line) => line['wrote'] === 'status');
    expect(writes.map((line) => line['phase'])).toEqual(['Running', 'Failed']);
  });

  test('--instance-id and --selector say whose runs are served', async () => {
    const serve = (...args: readonly string[]) => startAssayServe({ kubeconfigPath: cluster.kubeconfigPath, args });
    const [ours, narrow] = await Promise.all([
      serve('--instance-id=assay'),
      serve('--instance-id=assay', '--selector=team=web', '--namespace=elsewhere'),
    ]);
    const spec = { metrics: [web('page', '/good')] };
    await cluster.createRun('labelled', spec, { labels: { [INSTANCE_ID]: 'assay', team: 'web' } });
    await cluster.createRun('foreign', spec, { labels: { [INSTANCE_ID]: 'theirs' } });
    await cluster.createRun('plain', spec);
    expect((await cluster.ended('labelled')).status?.phase).toBe('Successful');
    expect((await cluster.ended('plain')).status?.phase).toBe('Successful');
    // A label that is taken off hands the run over.
    expect((await cluster.run('foreign')).status).toBeUndefined();
    await cluster.patchRun('foreign', { metadata: { labels: { [INSTANCE_ID]: null } } });
    expect((await cluster.ended('foreign')).status?.phase).toBe('Successful');
    expect(servedBy(ours)).toEqual(['labelled']);
    expect(servedBy(narrow)).toEqual([]);
    expect(servedBy(assay)).not.toContain('labelled');
    expect(servedBy(assay)).toContain('plain');
    await Promise.all([ours.stop(), narrow.stop()]);
  });
});

/** The names of the runs that a process took steps of. */
function servedBy(assay: AssayServe): readonly unknown[] {
  return [...new Set(assay.log().flatMap((line) => (line.message === 'step' ? [line['name']] : [])))];
}

/** Times, and what else no two runs have in common. */
function mask(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
    .replaceAll(/(Normal|Warning)(\s+)(\S+)(\s+)(<invalid>|\d+s)(\s+)/g, '$1$2$3  AGE  ');
}

function secretive(
  name: string,
  url: string,
  headers: { key: string; value: string }[] = [],
  jsonPath = '{$}',
): Metric {
  return { name, consecutiveErrorLimit: 0, successCondition: 'true', provider: { web: { url, headers, jsonPath } } };
}

function template(kind: string, url: string): object {
  const namespace = kind === 'AnalysisTemplate' ? { namespace: NAMESPACE } : {};
  const metrics = [{ name: 'page', provider: { web: { url } } }];
  return { apiVersion: 'argoproj.io/v1alpha1', kind, metadata: { name: 'pages', ...namespace }, spec: { metrics } };
}
