import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AnalysisRun } from '../../../lib/model/analysis-run.ts';
import { formatMessage } from '../../../lib/model/message.ts';
import { type AnalysisCluster, pausesOf, resultOf, borrowAnalysisCluster } from '../analysis-cluster.ts';
import { type ApiLink, openApiLink } from '../api-link.ts';
import { emulatorsAvailable } from '../servers/aws/install.ts';
import { serversAvailable } from '../servers/build.ts';
import { type SampleService, startSampleService } from '../servers/sample-service.ts';
import { waitFor } from '../servers/wait-for.ts';
import { type ApiProxy, openApiProxy } from './api-proxy.ts';
import { type Deployment, registerCluster, startDeployment } from './deployment.ts';

const CLUSTER = 'shop';
/** A registry entry of the same API server behind something that answers in its place. */
const BEHIND_PROXY = 'throttled';
/** Another, on a line that the test can hold. */
const BEHIND_LINK = 'held';
/** Another, whose token dies. */
const SHORT_LIVED = 'short-lived';

const VISIBILITY_SECONDS = 5;

describe.skipIf(!(await serversAvailable()) || !(await emulatorsAvailable()))('what goes wrong on AWS', () => {
  let cluster: AnalysisCluster;
  let deployment: Deployment;
  let service: SampleService;
  let proxy: ApiProxy;
  let link: ApiLink;

  beforeAll(async () => {
    [cluster, service, deployment] = await Promise.all([
      borrowAnalysisCluster(),
      startSampleService(),
      startDeployment({
        visibilityTimeoutSeconds: VISIBILITY_SECONDS,
        environment: { ASSAY_REGISTRY_MAX_AGE_MS: '1000' },
      }),
    ]);
    const { plane } = cluster;
    [proxy, link] = await Promise.all([openApiProxy(plane), openApiLink(cluster)]);
    await registerCluster(deployment, CLUSTER, plane);
    await registerCluster(deployment, BEHIND_PROXY, plane, { endpoint: proxy.server, ca: proxy.ca });
    await registerCluster(deployment, SHORT_LIVED, plane);
    await registerCluster(deployment, BEHIND_LINK, plane, { endpoint: link.server });
  });
  afterAll(async () => {
    await deployment?.stop();
    await link?.stop();
    await proxy?.stop();
    await cluster?.stop();
    await service?.stop();
  });
  beforeEach(async () => {
    deployment.resume();
    await deployment.account.purge();
    await deployment.account.purge(deployment.account.deadLetterUrl);
  });

  /** A run that asks a page of its own, so that `service` tells how often and when it measured. */
  const createRun = async (name: string, interval: string, count: number, delayMs = 0): Promise<AnalysisRun> => {
    service.page(`/${name}`, { body: 'fine', delayMs });
    const provider = { web: { url: `${service.url}/${name}` } };
    return cluster.createRun(name, { metrics: [{ name: 'page', interval, count, provider }] });
  };
  const asked = (name: string) => service.requests.filter(({ url }) => url === `/${name}`);
  const start = (run: AnalysisRun, registered = CLUSTER) => deployment.account.send(bodyFor(run, registered));
  const deadLetters = async () => (await deployment.account.queueState(deployment.account.deadLetterUrl)).visible;
  const isQuiet = async () => (await deployment.messages()) === 0;

  it('records one measurement, and keeps one chain, of a message that came three times at once', async () => {
    await deployment.pause();
    const run = await createRun('thrice', '2s', 4, 1500);
    const record = () => ({ messageId: crypto.randomUUID(), body: bodyFor(run) });
    // Two to one process, in one batch, and one to another.
    const deliveries = [
      deployment.onMessage.invoke({ Records: [record(), record()] }),
      deployment.onMessage.invoke({ Records: [record()] }),
    ];
    expect(await Promise.all(deliveries)).toMatchObject(
      deliveries.map(() => ({ went: 'well', result: { batchItemFailures: [] } })),
    );
    expect(asked('thrice')).toHaveLength(3);
    expect(resultOf(await cluster.run('thrice')).measurements).toHaveLength(1);
    expect(await deployment.messages()).toBe(1);

    deployment.resume();
    const ended = await cluster.ended('thrice');
    expect(resultOf(ended)).toMatchObject({ count: 4, successful: 4 });
    expect(asked('thrice')).toHaveLength(6);
    await waitFor('the queue to be empty', isQuiet);
  });

  it('keeps one chain where one message of a run under way comes again and again', async () => {
    const run = await createRun('echoed', '2s', 5);
    await start(run);
    await cluster.runOnce('echoed', 'to measure', ({ status }) => (status?.metricResults?.[0]?.count ?? 0) > 0);
    const { metadata } = await cluster.run('echoed');
    const old = bodyFor(run, CLUSTER, '1');
    const current = bodyFor(run, CLUSTER, metadata.resourceVersion);
    for (const body of [old, old, bodyFor(run)]) await deployment.account.send(body);
    // The worst: the very message that is on its way already, once more.
    await deployment.account.send(current, { delaySeconds: 1 });
    await cluster.ended('echoed');
    expect(asked('echoed').length).toBeLessThanOrEqual(6);
    expect(resultOf(await cluster.run('echoed'))).toMatchObject({ count: 5 });
    await waitFor('the queue to be empty', isQuiet);
  });

  it('takes up again what was under way when every message was lost', async () => {
    const [begun, fresh] = [await createRun('lost', '2s', 4), await createRun('never-begun', '1s', 1)];
    await start(begun);
    await cluster.runOnce('lost', 'to measure', ({ status }) => (status?.metricResults?.[0]?.count ?? 0) > 0);
    await deployment.account.purge();
    await waitFor('the function to be idle', () => deployment.poller().inFlight() === 0);
    await deployment.account.purge();
    expect(await deployment.messages()).toBe(0);
    const before = asked('lost').length;

    await deployment.tick();
    await cluster.ended('never-begun');
    expect(asked('lost')).toHaveLength(before);
    expect(fresh.metadata.name).toBe('never-begun');
    // What is late by no more than 30 s may be on its way: all that it has done is made to have been longer ago.
    const { status } = await cluster.run('lost');
    await cluster.patchRun('lost', { status: earlier(status, 33) });
    await deployment.tick();
    expect(resultOf(await cluster.ended('lost'))).toMatchObject({ count: 4, successful: 4 });
    await waitFor('the queue to be empty', isQuiet);
  });

  it('measures again where a process died between measuring and writing', async () => {
    const run = await createRun('killed', '1s', 3);
    let isKilled = false;
    service.page('/killed', () => {
      if (asked('killed').length === 2 && !isKilled) link.hold('requests');
      return { body: 'fine' };
    });
    await start(run, BEHIND_LINK);
    await link.heldBack();
    isKilled = true;
    await deployment.onMessage.killAll();
    link.cut();
    const ended = await cluster.ended('killed');
    expect(resultOf(ended)).toMatchObject({ count: 3, successful: 3 });
    expect(asked('killed')).toHaveLength(4);
    // The message was the dead process's to delete: it came again when its visibility timeout was over.
    expect(pausesOf(resultOf(ended))[0]).toBeGreaterThanOrEqual(VISIBILITY_SECONDS - 1);
    expect(deployment.onMessage.usage().crashes).toBeGreaterThanOrEqual(1);
    await waitFor('the queue to be empty', isQuiet);
  });

  it('gets itself another token where the one it has is not good any more', async () => {
    const { plane } = cluster;
    const tokenOf = async (name: string): Promise<string> => {
      await plane.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'assay-system' } });
      const bound = ['--bound-object-kind=Secret', `--bound-object-name=${name}`];
      return (await plane.kubectl(['create', 'token', 'assay', '--namespace=assay-system', ...bound])).trim();
    };
    const secret = 'assay/e2e/clusters/short-lived';
    await deployment.account.putSecret(secret, await tokenOf('first-holder'));
    const run = await createRun('renewed', '3s', 8);
    await start(run, SHORT_LIVED);
    await cluster.runOnce('renewed', 'to measure', ({ status }) => (status?.metricResults?.[0]?.count ?? 0) > 0);
    const readBefore = deployment.account.otherRequests().get('GetSecretValue') ?? 0;

    // Somebody rotates it. The API server takes the old one for as long as it remembers its answer: ten seconds.
    await deployment.account.putSecret(secret, await tokenOf('second-holder'));
    await plane.kubectl(['delete', 'secret', 'first-holder', '--namespace=assay-system']);
    const ended = await cluster.ended('renewed', { timeoutMs: 90_000 });
    expect(resultOf(ended)).toMatchObject({ count: 8, successful: 8 });
    const containers = deployment.onMessage.usage().starts;
    const read = (deployment.account.otherRequests().get('GetSecretValue') ?? 0) - readBefore;
    expect(read).toBeGreaterThanOrEqual(1);
    expect(read).toBeLessThanOrEqual(2 * containers);
  });

  it('waits for as long as an API server that throttles asks for', async () => {
    const run = await createRun('throttled', '1s', 3);
    const untilMs = Date.now() + 8000;
    proxy.answer(() => (Date.now() < untilMs ? { status: 429, headers: { 'retry-after': '3' } } : undefined));
    await start(run, BEHIND_PROXY);
    const ended = await cluster.ended('throttled');
    expect(resultOf(ended)).toMatchObject({ count: 3, successful: 3 });
    const refused = proxy.requests.filter(({ atMs, path }) => atMs < untilMs && path.includes('throttled'));
    expect(refused.length).toBeGreaterThanOrEqual(2);
    // Asked again at once it would have been hundreds of requests.
    expect(refused.length).toBeLessThanOrEqual(12);
    expect(await deadLetters()).toBe(0);
    await waitFor('the queue to be empty', isQuiet);
  });

  it('goes on with what it knows while nothing of AWS answers but the queue', async () => {
    const { account, onMessage } = deployment;
    const run = await createRun('alone', '1s', 5);
    await start(run);
    await cluster.runOnce('alone', 'to measure', ({ status }) => (status?.metricResults?.[0]?.count ?? 0) > 0);
    account.reachable(false);
    try {
      expect(resultOf(await cluster.ended('alone'))).toMatchObject({ count: 5, successful: 5 });
      await waitFor('the queue to be empty', isQuiet);
    } finally {
      account.reachable(true);
    }
    // The outcome could not be told to the bus, which is no reason to fail a step.
    const untold = onMessage.log().filter(({ message }) => message === 'outcomes not published');
    expect(untold.map(({ object }) => object)).toEqual([expect.stringContaining('/shop/alone/')]);
    expect(await deadLetters()).toBe(0);
  });

  it('puts what is no message aside after five tries', async () => {
    await deployment.account.send('{"cluster": "shop", "kind":');
    await waitFor('a dead letter', async () => (await deadLetters()) === 1, { timeoutMs: 60_000, everyMs: 500 });
    expect(await isQuiet()).toBe(true);
  });

  it('does nothing with a dead letter that is sent back after its run has ended', async () => {
    const { account } = deployment;
    const run = await createRun('ended', '1s', 2);
    await start(run);
    const ended = await cluster.ended('ended');
    await waitFor('the queue to be empty', isQuiet);
    await deployment.pause();
    await account.send(bodyFor(run));
    const take = new ReceiveMessageCommand({ QueueUrl: account.queueUrl, VisibilityTimeout: 0 });
    await waitFor('a dead letter', async () => {
      await account.sqs.send(take);
      return (await deadLetters()) === 1;
    });

    deployment.resume();
    const { messages } = deployment.poller().counts;
    expect(await account.redrive()).toBe(1);
    await waitFor('the message to be handled', () => deployment.poller().counts.messages > messages);
    await waitFor('the queue to be empty', isQuiet);
    expect((await cluster.run('ended')).metadata.resourceVersion).toBe(ended.metadata.resourceVersion);
    expect(asked('ended')).toHaveLength(2);
    expect(await deadLetters()).toBe(0);
  });
});

/** The same, with all its times so many seconds earlier. */
function earlier<Status>(status: Status, seconds: number): Status {
  const shift = (_: string, value: unknown): unknown =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:]+Z$/.test(value)
      ? `${new Date(Date.parse(value) - seconds * 1000).toISOString().slice(0, 19)}Z`
      : value;
  return JSON.parse(JSON.stringify(status), shift) as Status;
}

/** A message about a run in the namespace `shop`. */
function bodyFor({ metadata }: AnalysisRun, registered = CLUSTER, version?: string): string {
  const { name = '', uid = '' } = metadata;
  const ref = { cluster: registered, kind: 'AnalysisRun', namespace: 'shop', name, uid };
  return formatMessage({ ref, ...(version !== undefined && { version }) });
}
