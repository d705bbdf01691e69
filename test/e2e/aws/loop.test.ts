import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeEvent } from '../../../lib/model/change-event.ts';
import type { ObjectRef } from '../../../lib/model/ref.ts';
import { type AnalysisCluster, pausesOf, resultOf, borrowAnalysisCluster } from '../analysis-cluster.ts';
import { type AssayWebhook, installWebhook, startAssayWebhook } from '../servers/assay-webhook.ts';
import { emulatorsAvailable } from '../servers/aws/install.ts';
import { serversAvailable } from '../servers/build.ts';
import { findFreePort } from '../servers/free-port.ts';
import { type PrometheusServer, startPrometheus } from '../servers/prometheus.ts';
import { type SampleService, startSampleService } from '../servers/sample-service.ts';
import { waitFor } from '../servers/wait-for.ts';
import { type ApiProxy, openApiProxy } from './api-proxy.ts';
import { type Deployment, registerCluster, startDeployment } from './deployment.ts';

const CLUSTER = 'e2e';
const LONG_MEASUREMENTS = 40;

describe.skipIf(!(await serversAvailable()) || !(await emulatorsAvailable()))('the loop on AWS', () => {
  let cluster: AnalysisCluster;
  let deployment: Deployment;
  let token: string;
  let proxy: ApiProxy;
  let webhook: AssayWebhook;
  let service: SampleService;
  let prometheus: PrometheusServer;

  const metric = (name: string, interval: string, count: number, query = 'success_ratio') => ({
    name,
    interval,
    count,
    successCondition: 'result[0] >= 0.95',
    provider: { prometheus: { address: prometheus.url, query } },
  });
  const stepsOf = (name: string) => stepLines(deployment).filter((line) => line['name'] === name);
  const untilQuiet = () =>
    waitFor('the queue to be empty', async () => (await deployment.messages()) === 0, { timeoutMs: 20_000 });

  beforeAll(async () => {
    service = await startSampleService();
    service.set('success_ratio', {}, 0.99);
    // Longer waits than three seconds hop, as those above fifteen minutes do where they are deployed.
    const environment = { ASSAY_MAX_DELAY_SECONDS: '3' };
    [cluster, prometheus, deployment] = await Promise.all([
      borrowAnalysisCluster(),
      startPrometheus({ targets: [service.target] }),
      startDeployment({ environment }),
    ]);
    await waitFor('samples', async () => (await prometheus.query('success_ratio')).length === 1);
    const port = await findFreePort();
    await installWebhook(cluster.plane, port);
    token = await registerCluster(deployment, CLUSTER, cluster.plane);
    proxy = await openApiProxy(cluster.plane);
    await registerCluster(deployment, 'watched', cluster.plane, { endpoint: proxy.server, ca: proxy.ca });
    const { account } = deployment;
    webhook = await startAssayWebhook({
      plane: cluster.plane,
      port,
      env: { ...account.env, ASSAY_CLUSTER: CLUSTER, ASSAY_BUS_ARN: account.busArn },
    });
    // API servers hear of a webhook through a watch.
    await waitFor('a first event', async () => {
      await cluster.createRun('first', { metrics: [] });
      await cluster.deleteRun('first');
      return deployment.onMessage.usage().invocations > 0;
    });
    await cluster.createRun('long', { metrics: [metric('success', '2s', LONG_MEASUREMENTS)] });
  });
  afterAll(async () => {
    await webhook?.kill();
    await deployment?.stop();
    await proxy?.stop();
    await cluster?.stop();
    await prometheus?.remove();
    await service?.stop();
  });

  it('brings a run from its creation to its verdict, told by nobody but the webhook', async () => {
    await cluster.createRun('short', { metrics: [metric('success', '1s', 3)] });
    const run = await cluster.ended('short');
    expect(run.status).toMatchObject({ phase: 'Successful', runSummary: { count: 1, successful: 1 } });
    expect(resultOf(run).measurements).toHaveLength(3);
    expect(run.metadata.labels).toMatchObject({ 'assay.dev/finished': 'true' });
    expect((await cluster.events('short', 2)).map(({ reason }) => reason)).toContain('AnalysisRunSuccessful');
  });

  it('judges by a pattern, whose engine is loaded when it is first needed', async () => {
    const matching = { ...metric('ratio', '1s', 1), successCondition: 'string(result[0]) matches "^0[.]9+$"' };
    await cluster.createRun('matching', { metrics: [matching] });
    expect(resultOf(await cluster.ended('matching')).measurements).toEqual([
      expect.objectContaining({ phase: 'Successful' }),
    ]);
    expect(deployment.onMessage.log().filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('ends a run whose spec says so, at once', async () => {
    await cluster.createRun('ended', { metrics: [metric('success', '60s', 10)] });
    await cluster.runOnce('ended', 'to begin', ({ status }) => status?.phase === 'Running');
    await cluster.patchRun('ended', { spec: { terminate: true } });
    const run = await cluster.ended('ended', { timeoutMs: 10_000 });
    expect(run.status).toMatchObject({ phase: 'Successful', message: 'Run Terminated' });
  });

  it('tells others on the bus how runs and measurements end', async () => {
    await deployment.account.takeOutcomes();
    const failing = { ...metric('ratio', '1s', 1), successCondition: 'result[0] > 1' };
    const run = await cluster.createRun('failing', { metrics: [failing] });
    await cluster.ended('failing');
    const { uid } = run.metadata;
    const key = { cluster: CLUSTER, kind: 'AnalysisRun', namespace: 'shop', name: 'failing', uid };
    await expect
      .poll(async () => (await deployment.account.takeOutcomes()).filter(({ detail }) => detail['name'] === 'failing'))
      .toMatchObject([
        { source: 'assay', 'detail-type': 'Measurement Failed', detail: { ...key, metric: 'ratio', value: '[0.99]' } },
        { source: 'assay', 'detail-type': 'AnalysisRun Failed', detail: { ...key, phase: 'Failed' } },
      ]);
  });

  it('comes back after a wait that is longer than a message can wait', async () => {
    await cluster.createRun('patient', { metrics: [metric('success', '8s', 2)] });
    const run = await cluster.ended('patient');
    expect(pausesOf(resultOf(run))[0]).toBeGreaterThanOrEqual(7);
    // Three hops of three seconds at most, between two steps that measure; the second of them ends the run.
    const hops = stepsOf('patient').filter(({ wrote }) => wrote === 'nothing');
    expect(hops.length).toBeGreaterThanOrEqual(2);
    expect(hops.length).toBeLessThanOrEqual(3);
  });

  it('asks once about an object that a forged event makes up, and forgets it', async () => {
    const ref = { cluster: 'watched', kind: 'AnalysisRun', namespace: 'shop', name: 'forged', uid: 'forged' };
    await forge(ref, deployment);
    await waitFor('a request', () => proxy.requests.length > 0);
    expect(await cluster.isGone('forged')).toBe(true);
    expect(proxy.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      expect.stringMatching(/^GET .*\/namespaces\/shop\/analysisruns\/forged$/),
    ]);
    expect(stepsOf('forged')).toEqual([]);
  });

  it('makes the run of a schedule once, when its minute has come', async () => {
    const template = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisTemplate',
      metadata: { name: 'each-minute', namespace: 'shop', annotations: { 'assay.dev/schedule': '* * * * *' } },
      spec: { metrics: [metric('success', '1s', 2)] },
    };
    await cluster.plane.apply(template);
    const scheduled = async () =>
      (await cluster.runs()).filter(({ metadata }) => metadata.labels?.['assay.dev/schedule'] === 'each-minute');
    const isThere = async () => {
      await deployment.tick();
      return (await scheduled()).length > 0;
    };
    await waitFor('a run of the schedule', isThere, { timeoutMs: 70_000, everyMs: 2000 });
    const [run] = await scheduled();
    expect((await cluster.ended(run?.metadata.name ?? '')).status?.phase).toBe('Successful');
    await cluster.plane.kubectl(['delete', 'analysistemplate', 'each-minute', '--namespace=shop']);
    const ticks = (await scheduled()).map(({ metadata }) => metadata.labels?.['assay.dev/tick']);
    expect(new Set(ticks).size).toBe(ticks.length);
  });

  it('goes on for longer than the sixteen hops after which Lambda would stop it', async () => {
    const run = await cluster.ended('long', { timeoutMs: 180_000 });
    expect(resultOf(run)).toMatchObject({ count: LONG_MEASUREMENTS, successful: LONG_MEASUREMENTS });
    expect(Math.min(...pausesOf(resultOf(run)))).toBeGreaterThanOrEqual(1);
  }, 200_000);

  it('keeps the credentials of clusters out of its log', () => {
    const text = deployment.onMessage.text() + deployment.onSchedule.text();
    expect(text).toContain('patient');
    expect(text).not.toContain(token);
  });

  it('leaves no message behind, and none has failed', async () => {
    await untilQuiet();
    expect(deployment.poller().counts.failures).toBe(0);
    expect(deployment.onMessage.usage()).toMatchObject({ errors: 0, timeouts: 0, crashes: 0 });
    expect(await deployment.account.queueState(deployment.account.deadLetterUrl)).toMatchObject({ visible: 0 });
  });
});

/** The lines that the function logs of its steps. */
function stepLines({ onMessage }: Deployment): readonly Readonly<Record<string, unknown>>[] {
  return onMessage.log().filter(({ message }) => message === 'step');
}

async function forge(ref: ObjectRef, { account }: Deployment): Promise<void> {
  const { source, detailType, detail } = changeEvent({ ref, verb: 'Created' });
  const entry = {
    EventBusName: account.busArn,
    Source: source,
    DetailType: detailType,
    Detail: JSON.stringify(detail),
  };
  await account.events.send(new PutEventsCommand({ Entries: [entry] }));
}
