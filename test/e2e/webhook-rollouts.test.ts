import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AnalysisCluster, NAMESPACE } from './analysis-cluster.ts';
import type { RolloutCluster } from './rollout-cluster.ts';
import { type StagedRollouts, stageRollouts } from './served-rollouts.ts';
import { type AssayWebhook, installWebhook, startAssayWebhook } from './servers/assay-webhook.ts';
import { serversAvailable } from './servers/build.ts';
import { type EventSink, startEventSink } from './servers/event-sink.ts';
import { findFreePort } from './servers/free-port.ts';
import { waitFor } from './servers/wait-for.ts';
import { startToldServe, type ToldServe } from './told-serve.ts';

const RIGHTS = ['clusterrolebinding/assay-rollouts', 'clusterrole/assay-rollouts'];
const steps = [{ setWeight: 34 }, { pause: {} }];

describe.skipIf(!(await serversAvailable()))('the webhook where Rollouts are looked after', () => {
  let staged: StagedRollouts;
  let cluster: AnalysisCluster;
  let rollouts: RolloutCluster;
  let port: number;
  const kubectl = async (verb: string, name: string, ...args: readonly string[]) =>
    cluster.plane.kubectl([verb, `rollouts.argoproj.io/${name}`, '-n', NAMESPACE, ...args]);
  const argo = (...args: readonly string[]) => staged.argo(...args);

  beforeAll(async () => {
    staged = await stageRollouts();
    ({ cluster, rollouts } = staged);
    port = await findFreePort();
    await installWebhook(cluster.plane, port, { rollouts: true });
  });
  afterAll(async () => {
    await cluster?.plane.kubectl(['delete', ...RIGHTS]);
    await staged?.stop();
  });

  describe('what is told', () => {
    let sink: EventSink;
    let webhook: AssayWebhook;
    const told = (name: string) =>
      sink.events
        .filter(({ detail }) => (detail as { readonly name?: string }).name === name)
        .map((event) => event['detail-type']);
    const toldOf = async (name: string, act: () => Promise<unknown>): Promise<readonly string[]> => {
      const before = told(name).length;
      await act();
      // Events arrive in their order: what was told of the act has come when another one has.
      const mark = `mark-${performance.now()}`;
      await cluster.createRun(mark, { metrics: [] });
      await waitFor('the mark', () => told(mark).length > 0);
      return told(name).slice(before);
    };

    beforeAll(async () => {
      sink = await startEventSink();
      webhook = await startAssayWebhook({ plane: cluster.plane, port, env: sink.env });
      await waitFor('a first event', async () => {
        const { metadata } = await cluster.createRun(`first-${performance.now()}`, { metrics: [] });
        await cluster.deleteRun(metadata.name ?? '');
        return sink.events.length > 0;
      });
    });
    afterAll(async () => {
      await webhook?.kill();
      await sink?.stop();
    });

    test('a Rollout that comes, changes, is scaled and goes', async () => {
      expect(await toldOf('told', () => rollouts.create('told', { strategy: { canary: { steps } } }))).toEqual([
        'Rollout Created',
      ]);
      expect(await toldOf('told', () => rollouts.setImage('told', 'told:2'))).toEqual(['Rollout Updated']);
      expect(await toldOf('told', () => kubectl('scale', 'told', '--replicas=4'))).toContain('Rollout Changed');
      expect(await toldOf('told', () => kubectl('annotate', 'told', 'note=x'))).toEqual([]);
      expect(await toldOf('told', () => kubectl('delete', 'told'))).toEqual(['Rollout Deleted']);
    });

    test('what somebody asks by the status, and not what a step writes', async () => {
      await toldOf('asked', () => rollouts.create('asked', { strategy: { canary: { steps } } }));
      const at = '2026-11-30T10:00:00Z';
      const times = { lastUpdateTime: at, lastTransitionTime: at };
      const condition = (reason: string) => ({
        type: 'Progressing',
        status: 'True',
        reason,
        message: reason,
        ...times,
      });
      const wrote = (reason: string, status: object) => () =>
        rollouts.patchStatus('asked', { conditions: [condition(reason)], ...status });
      const isPaused = {
        phase: 'Paused',
        currentStepIndex: 1,
        pauseConditions: [{ reason: 'CanaryPauseStep', startTime: at }],
        controllerPause: true,
      };
      expect(await toldOf('asked', wrote('One', isPaused))).toEqual([]);
      expect(await toldOf('asked', () => rollouts.patchStatus('asked', { replicas: 3 }))).toEqual([]);
      expect(await toldOf('asked', () => argo('abort', 'asked'))).toEqual(['Rollout Changed']);
      expect(await toldOf('asked', wrote('Two', { phase: 'Degraded', abortedAt: at }))).toEqual([]);
      expect(await toldOf('asked', () => argo('retry', 'rollout', 'asked'))).toEqual(['Rollout Changed']);
      expect(await toldOf('asked', wrote('Three', isPaused))).toEqual([]);
      expect(await toldOf('asked', () => argo('promote', 'asked'))).toContain('Rollout Changed');
      expect(await toldOf('asked', wrote('Four', { ...isPaused, currentPodHash: 'b', stableRS: 'a' }))).toEqual([]);
      expect(await toldOf('asked', () => argo('promote', 'asked', '--full'))).toEqual(['Rollout Changed']);
    });
  });

  describe('with watches that never tell anything', () => {
    let told: ToldServe;
    beforeAll(async () => {
      told = await startToldServe(cluster, port, ['--rollouts']);
    });
    afterAll(() => told?.stop());

    test('an update goes its way, is promoted, aborted and tried again', async () => {
      const beganMs = Date.now();
      await rollouts.create('heard', { strategy: { canary: { steps } } });
      await rollouts.healthy('heard');
      await rollouts.setImage('heard', 'heard:2');
      await rollouts.paused('heard', 1);
      await argo('abort', 'heard');
      await rollouts.once('heard', 'to be degraded', ({ phase }) => phase === 'Degraded');
      await argo('retry', 'rollout', 'heard');
      await rollouts.paused('heard', 1);
      await argo('promote', 'heard');
      await rollouts.healthy('heard');
      await cluster.plane.kubectl(['scale', 'rollouts.argoproj.io/heard', '-n', NAMESPACE, '--replicas=4']);
      await rollouts.once('heard', 'to be scaled', ({ availableReplicas }) => availableReplicas === 4);
      console.log(`created, updated, aborted, tried again, promoted, scaled in ${Date.now() - beganMs} ms`);
      expect(told.assay.log().filter(({ level }) => level === 'error')).toEqual([]);
    });
  });
});
