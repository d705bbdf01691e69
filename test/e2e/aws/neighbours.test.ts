import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnalysisRun } from '../../../lib/model/analysis-run.ts';
import { formatMessage } from '../../../lib/model/message.ts';
import { emulatorsAvailable } from '../servers/aws/install.ts';
import { serversAvailable } from '../servers/build.ts';
import type { ControlPlane } from '../servers/control-plane.ts';
import { findFreePort } from '../servers/free-port.ts';
import { type SampleService, startSampleService } from '../servers/sample-service.ts';
import { borrowControlPlane } from '../servers/shared-control-plane.ts';
import { waitFor } from '../servers/wait-for.ts';
import { type ApiProxy, openApiProxy } from './api-proxy.ts';
import { type Deployment, registerCluster, startDeployment } from './deployment.ts';
import { type SilentServer, startSilentServer } from './silent-server.ts';

const MANIFESTS = join(import.meta.dirname, '../../../infra/cluster');
/** Registry entries, each a namespace of one API server. */
const WELL = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7'];
const FLOODING = 'flood';
const SILENT = 'silent';
const GONE = 'gone';
const RUNS_A_CLUSTER = 3;
const INTERVAL_SECONDS = 3;
const MEASUREMENTS = 8;
/** Enough for environments to start, and connections to be made. */
const WARMING = 2;
/** Messages of the flooding cluster: at the beginning, and each second. Its API server takes its time. */
const BACKLOG = 300;
const FLOOD_A_SECOND = 30;
const SLOW_MS = 300;
/** Messages of each cluster that does not answer. Waiting for it each time would keep all processes waiting. */
const LOST_A_SECOND = 5;
/** Half of what the template allows: each is a process. */
const CONCURRENCY = 10;

describe.skipIf(!(await serversAvailable()) || !(await emulatorsAvailable()))('ten clusters on AWS', () => {
  let plane: ControlPlane;
  let proxy: ApiProxy;
  let silent: SilentServer;
  let deployment: Deployment;
  let service: SampleService;

  beforeAll(async () => {
    [plane, silent, deployment, service] = await Promise.all([
      borrowControlPlane(),
      startSilentServer(),
      startDeployment({ maximumConcurrency: CONCURRENCY }),
      startSampleService(),
    ]);
    for (const file of ['namespace.yaml', 'rbac.yaml']) await plane.kubectl(['apply', '-f', join(MANIFESTS, file)]);
    proxy = await openApiProxy(plane);
    proxy.delay(SLOW_MS);
    await registerCluster(deployment, FLOODING, plane, { endpoint: proxy.server, ca: proxy.ca });
    for (const name of WELL) {
      await plane.kubectl(['create', 'namespace', name]);
      await registerCluster(deployment, name, plane, { namespace: name });
    }
    await registerCluster(deployment, SILENT, plane, { endpoint: silent.server });
    await registerCluster(deployment, GONE, plane, { endpoint: `https://127.0.0.1:${await findFreePort()}` });
  });
  afterAll(async () => {
    await deployment?.stop();
    await plane?.stop();
    await Promise.all([silent?.stop(), service?.stop(), proxy?.stop()]);
  });

  const messageTo = (cluster: string, name: string, uid: string): Promise<void> => {
    const ref = { cluster, kind: 'AnalysisRun', namespace: cluster, name, uid };
    return deployment.account.send(formatMessage({ ref }), { group: cluster });
  };
  const timesOf = (page: string): readonly number[] =>
    service.requests.filter(({ url }) => url === page).map(({ at }) => at.getTime());

  /** Plays runs in the clusters that are well, and promises how late their measurements were, in seconds, ascending. */
  const play = async (round: string, count = MEASUREMENTS): Promise<readonly number[]> => {
    const runs = WELL.flatMap((cluster) =>
      Array.from({ length: RUNS_A_CLUSTER }, (_, index) => ({ cluster, name: `${round}-${index}` })),
    );
    const pages = runs.map(({ cluster, name }) => `/${cluster}/${name}`);
    for (const [index, { cluster, name }] of runs.entries()) {
      const page = pages[index] ?? '';
      service.page(page, { body: 'fine' });
      const run = await createRun(plane, { cluster, name, url: `${service.url}${page}`, count });
      await messageTo(cluster, name, run.metadata.uid ?? '');
    }
    const areDone = () => pages.every((page) => timesOf(page).length === count);
    const usualMs = INTERVAL_SECONDS * (count - 1) * 1000;
    await waitFor('every measurement', areDone, { timeoutMs: usualMs + 60_000, everyMs: 500 });
    return pages
      .flatMap((page) => pauses(timesOf(page)))
      .map((ms) => ms / 1000 - INTERVAL_SECONDS)
      .toSorted((a, b) => a - b);
  };

  const flood = async (count: number): Promise<void> => {
    await Promise.all(Array.from({ length: count }, () => messageTo(FLOODING, 'none', 'none')));
  };

  /** Sends messages to the clusters that are not well, until it is told to stop; promises how many. */
  const trouble = async (signal: AbortSignal): Promise<number> => {
    await flood(BACKLOG);
    let seconds = 0;
    for (; !signal.aborted; seconds += 1) {
      const lost = [SILENT, GONE].flatMap((name) => Array.from({ length: LOST_A_SECOND }, () => name));
      await Promise.all([flood(FLOOD_A_SECOND), ...lost.map((name) => messageTo(name, 'a', 'a'))]);
      await sleep(1000);
    }
    return BACKLOG + seconds * FLOOD_A_SECOND;
  };

  it('keep their pace while one has a backlog, one says nothing, and one is gone', async () => {
    await Promise.all(Array.from({ length: CONCURRENCY }, () => deployment.onMessage.invoke({ Records: [] })));
    await play('warm', WARMING);
    const alone = p99(await play('alone'));

    const ending = new AbortController();
    const troubling = trouble(ending.signal);
    // Each process waits once for the cluster that says nothing before it knows better.
    await sleep(8000);
    const among = p99(await play('among').finally(() => ending.abort()));
    const sent = await troubling;

    console.log(
      `p99 of lateness: ${alone.toFixed(2)} s alone, ${among.toFixed(2)} s among ${sent} messages of a neighbour`,
    );
    expect(among).toBeLessThan(alone + 1);
    // What failed is tried again by other messages, and none has become a dead letter.
    expect(await deployment.account.queueState(deployment.account.deadLetterUrl)).toMatchObject({ visible: 0 });
    expect(deployment.onMessage.log().filter(({ level }) => level === 'error')).toEqual([]);
    expect(deployment.onMessage.usage()).toMatchObject({ errors: 0, timeouts: 0, crashes: 0 });
    // Who does not answer is hardly asked any more.
    expect(silent.connections()).toBeLessThan(failedSteps(deployment, SILENT) / 3);
    expect(failing(deployment)).toEqual(new Set([SILENT, GONE]));
  }, 240_000);
});

interface Wanted {
  readonly cluster: string;
  readonly name: string;
  readonly url: string;
  readonly count: number;
}

async function createRun(plane: ControlPlane, { cluster, name, url, count }: Wanted): Promise<AnalysisRun> {
  const metric = { name: 'page', interval: `${INTERVAL_SECONDS}s`, count, provider: { web: { url } } };
  const kind = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun' };
  const body = { ...kind, metadata: { name }, spec: { metrics: [metric] } };
  return plane.api.call(`/apis/argoproj.io/v1alpha1/namespaces/${cluster}/analysisruns`, { method: 'POST', body });
}

/** The clusters that steps failed of, as the figures of the function tell. */
function failing({ onMessage }: Deployment): ReadonlySet<unknown> {
  const told = onMessage.log().filter((line) => line['StepFailed'] !== undefined);
  return new Set(told.map((line) => line['Cluster']));
}

function failedSteps({ onMessage }: Deployment, of: string): number {
  return onMessage.log().filter(({ message, cluster }) => message === 'step failed' && cluster === of).length;
}

function pauses(times: readonly number[]): readonly number[] {
  return times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
}

function p99(ascending: readonly number[]): number {
  return ascending[Math.ceil(ascending.length * 0.99) - 1] ?? Infinity;
}
