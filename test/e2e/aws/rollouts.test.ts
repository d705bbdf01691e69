import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatMessage } from '../../../lib/model/message.ts';
import { type AnalysisCluster, borrowAnalysisCluster, NAMESPACE } from '../analysis-cluster.ts';
import { aJobTemplate, openExperimentCluster } from '../experiment-cluster.ts';
import { openRolloutCluster, type RolloutCluster } from '../rollout-cluster.ts';
import { emulatorsAvailable } from '../servers/aws/install.ts';
import { serversAvailable } from '../servers/build.ts';
import { type Kubelet, startKubelet } from '../servers/kubelet.ts';
import { waitFor } from '../servers/wait-for.ts';
import { type ApiProxy, openApiProxy, type PassingRequest } from './api-proxy.ts';
import { type Deployment, registerCluster, startDeployment } from './deployment.ts';

const CLUSTER = 'releases';
const RIGHTS = join(import.meta.dirname, '../../../infra/cluster/rbac-rollouts.yaml');
const MOST_CALLS = 8;

/** There is no webhook here: what objects do to each other is told by steps, and seen by polls. */
describe.skipIf(!(await serversAvailable()) || !(await emulatorsAvailable()))('rollouts on AWS', () => {
  let cluster: AnalysisCluster;
  let rollouts: RolloutCluster;
  let kubelet: Kubelet;
  let proxy: ApiProxy;
  let deployment: Deployment;

  beforeAll(async () => {
    // One step at a time: so it can be told which requests are whose.
    [cluster, deployment] = await Promise.all([borrowAnalysisCluster(), startDeployment({ maximumConcurrency: 1 })]);
    const { plane } = cluster;
    kubelet = await startKubelet(plane);
    await waitFor('the service account that pods run as', () =>
      plane.api.call(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`),
    );
    await plane.kubectl(['apply', '-f', RIGHTS]);
    proxy = await openApiProxy(plane);
    await registerCluster(deployment, CLUSTER, plane, { endpoint: proxy.server, ca: proxy.ca, rollouts: true });
    rollouts = openRolloutCluster(cluster);
    await openExperimentCluster(cluster).createTemplate('ro-passes', aJobTemplate(['true']));
  });
  afterAll(async () => {
    await deployment?.stop();
    await proxy?.stop();
    await cluster?.plane.kubectl(['delete', '-f', RIGHTS]);
    await kubelet?.stop();
    await cluster?.stop();
  });

  /** What the webhook would tell. */
  const tell = async (name: string): Promise<void> => {
    const { uid = '' } = (await rollouts.rollout(name)).metadata;
    const ref = { cluster: CLUSTER, kind: 'Rollout', namespace: NAMESPACE, name, uid };
    await deployment.account.send(formatMessage({ ref }));
  };
  const settled = (name: string, pods: Readonly<Record<string, number>>) =>
    waitFor(
      `pods of ${name} to be ${JSON.stringify(pods)}`,
      async () => {
        const found = await rollouts.pods(name);
        return Object.entries(pods).every(([image, count]) => (found[image] ?? 0) === count);
      },
      { timeoutMs: 90_000 },
    );
  const untilQuiet = () =>
    waitFor('the queue to be empty', async () => (await deployment.messages()) === 0, { timeoutMs: 60_000 });

  /**
   * Does something, and waits for what comes of it. @returns how many requests each step of Rollouts took meanwhile; steps
   * that were taken at the same time share theirs
   */
  const callsOf = async (what: string, act: () => Promise<void>): Promise<readonly number[]> => {
    await untilQuiet();
    const [logged, asked] = [deployment.onMessage.log().length, proxy.requests.length];
    await act();
    await untilQuiet();
    const taken = stepsIn(deployment.onMessage.log().slice(logged));
    const calls = atOnce(taken).map((spell) =>
      Math.ceil(callsIn(spell, proxy.requests.slice(asked)).length / spell.steps),
    );
    console.log(`${what}: ${taken.length} steps, calls of each: ${calls.join(' ')}`);
    return calls;
  };

  const steps = [
    { setWeight: 34 },
    { analysis: { templates: [{ templateName: 'ro-passes' }] } },
    { setWeight: 67 },
    { pause: { duration: 1 } },
  ];

  it('brings a canary with an analysis to its end', { timeout: 300_000 }, async () => {
    await rollouts.create('canary', { strategy: { canary: { steps } } });
    await tell('canary');
    await rollouts.healthy('canary');
    const calls = await callsOf('canary', async () => {
      await rollouts.setImage('canary', 'canary:2');
      await tell('canary');
      const { status } = await rollouts.healthy('canary');
      expect(status?.stableRS).toBe(status?.currentPodHash);
      await settled('canary', { 'canary:1': 0, 'canary:2': 3 });
    });
    expect((await cluster.runs()).map((run) => run.status?.phase)).toEqual(['Successful']);
    expect(Math.max(...calls)).toBeLessThanOrEqual(MOST_CALLS);
  });

  it('switches a blue-green one', { timeout: 300_000 }, async () => {
    await rollouts.createService('blue', 'blue');
    const blueGreen = { activeService: 'blue', scaleDownDelaySeconds: 1 };
    await rollouts.create('blue', { strategy: { blueGreen } });
    await tell('blue');
    await rollouts.healthy('blue');
    const calls = await callsOf('blue-green', async () => {
      await rollouts.setImage('blue', 'blue:2');
      await tell('blue');
      const { status } = await rollouts.healthy('blue');
      expect(await rollouts.selectedBy('blue')).toBe(status?.stableRS);
      await settled('blue', { 'blue:1': 0, 'blue:2': 3 });
    });
    expect(Math.max(...calls)).toBeLessThanOrEqual(MOST_CALLS);
  });

  it('goes back after an abort', { timeout: 300_000 }, async () => {
    await rollouts.create('abort', { strategy: { canary: { steps: [{ setWeight: 34 }, { pause: {} }] } } });
    await tell('abort');
    await rollouts.healthy('abort');
    await rollouts.setImage('abort', 'abort:2');
    await tell('abort');
    await rollouts.paused('abort', 1);
    await rollouts.patchStatus('abort', { abort: true });
    await tell('abort');
    const { status } = await rollouts.once('abort', 'to be degraded', ({ phase }) => phase === 'Degraded');
    expect(status?.message).toBe('RolloutAborted: Rollout aborted update to revision 2');
    await settled('abort', { 'abort:1': 3, 'abort:2': 0 });
    // It is at rest then, as a healthy one is.
    await untilQuiet();
  });

  it('leaves one alone that only a change of itself can help', { timeout: 120_000 }, async () => {
    await rollouts.create('wrong', { strategy: { canary: { steps: [{ setWeight: 120 }] } } });
    await tell('wrong');
    await rollouts.once('wrong', 'to be degraded', ({ phase }) => phase === 'Degraded');
    const calls = await callsOf('refused', () => tell('wrong'));
    expect(calls.length).toBeGreaterThan(0);
  });

  it('writes nothing where nothing has changed', { timeout: 300_000 }, async () => {
    await untilQuiet();
    const since = proxy.requests.length;
    await tell('canary');
    await tell('blue');
    await waitFor('the steps', () => proxy.requests.length > since);
    await untilQuiet();
    const asked = proxy.requests.slice(since);
    expect(asked.filter(({ method }) => method !== 'GET')).toEqual([]);
    console.log(`at rest: ${asked.length} calls for two steps`);
  });

  it('has lost nothing on its way', async () => {
    expect(deployment.onMessage.usage()).toMatchObject({ errors: 0, timeouts: 0, crashes: 0 });
    expect(await deployment.account.queueState(deployment.account.deadLetterUrl)).toMatchObject({ visible: 0 });
    const failed = deployment.onMessage.log().filter(({ message }) => message === 'step failed');
    expect(failed).toEqual([]);
  });
});

interface Step {
  readonly beganMs: number;
  readonly endedMs: number;
}

function stepsIn(log: readonly Readonly<Record<string, unknown>>[]): readonly Step[] {
  return log
    .filter(({ message, kind }) => message === 'step' && kind === 'Rollout')
    .map(({ time, tookMs }) => {
      const endedMs = Date.parse(String(time));
      return { beganMs: endedMs - Number(tookMs), endedMs };
    });
}

/** Two messages about one Rollout may come at once: a request is no sign of whose it is. */
function atOnce(steps: readonly Step[]): readonly (Step & { readonly steps: number })[] {
  const spells: (Step & { readonly steps: number })[] = [];
  for (const { beganMs, endedMs } of steps.toSorted((left, right) => left.beganMs - right.beganMs)) {
    const last = spells.at(-1);
    if (last === undefined || beganMs > last.endedMs) spells.push({ beganMs, endedMs, steps: 1 });
    else {
      const merged = { beganMs: last.beganMs, endedMs: Math.max(endedMs, last.endedMs), steps: last.steps + 1 };
      spells.splice(-1, 1, merged);
    }
  }
  return spells;
}

/** Of steps of AnalysisRuns, which are taken at the same time. */
const OF_A_RUN = /\/analysisruns\/|\/jobs\b|\/pods\?/;

/** Events are recorded within the step, too. */
function callsIn({ beganMs, endedMs }: Step, requests: readonly PassingRequest[]): readonly PassingRequest[] {
  return requests.filter(({ atMs, path }) => atMs >= beganMs && atMs <= endedMs && !OF_A_RUN.test(path));
}
