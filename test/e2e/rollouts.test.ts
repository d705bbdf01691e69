import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { type AnalysisCluster, NAMESPACE } from './analysis-cluster.ts';
import { aJobTemplate } from './experiment-cluster.ts';
import { aTemplate, type RolloutCluster } from './rollout-cluster.ts';
import { serveRollouts, type StagedRollouts } from './served-rollouts.ts';
import { serversAvailable } from './servers/build.ts';
import { waitFor } from './servers/wait-for.ts';

describe.skipIf(!(await serversAvailable()))('rollouts', () => {
  let staged: StagedRollouts;
  let cluster: AnalysisCluster;
  let rollouts: RolloutCluster;
  const argo = (...args: readonly string[]) => staged.argo(...args);
  const podsOf = async (name: string) => {
    const path = `/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=app%3D${name}`;
    const { items } = await cluster.plane.api.call<{ items: readonly KubernetesObject[] }>(path);
    return items.map((pod) => pod.metadata.uid);
  };
  const settled = (name: string, pods: Readonly<Record<string, number>>) =>
    waitFor(
      `pods of ${name} to be ${JSON.stringify(pods)}`,
      async () => {
        const found = await rollouts.pods(name);
        return Object.entries(pods).every(([image, count]) => (found[image] ?? 0) === count) && found;
      },
      { timeoutMs: 90_000 },
    );

  beforeAll(async () => {
    staged = await serveRollouts();
    ({ cluster, rollouts } = staged);
    const { experiments } = staged;
    const compare = ['sh', '-c', 'test -n "{{args.canary}}" && test "{{args.canary}}" != "{{args.stable}}"'];
    await Promise.all([
      experiments.createTemplate('ro-passes', aJobTemplate(['true'])),
      experiments.createTemplate('ro-fails', aJobTemplate(['sh', '-c', 'sleep 2; exit 3'])),
      experiments.createTemplate('ro-compares', aJobTemplate(compare, [{ name: 'canary' }, { name: 'stable' }])),
    ]);
  });
  afterAll(() => staged?.stop());

  const steps = [{ setWeight: 34 }, { pause: {} }, { setWeight: 67 }, { pause: { duration: 1 } }];

  /** Each test has a Rollout of its own, so all go on at once. */
  describe.concurrent('canary', () => {
    test('deployed, updated step by step, promoted; the plugin sees all of it', async () => {
      await rollouts.create('steps', { strategy: { canary: { steps } } });
      await rollouts.healthy('steps');
      await argo('set', 'image', 'steps', 'main=steps:2');
      await rollouts.paused('steps', 1);
      expect(await rollouts.pods('steps')).toEqual({ 'steps:1': 2, 'steps:2': 1 });
      const tree = await argo('get', 'rollout', 'steps', '--no-color');
      expect(tree).toMatch(/Status:\s+॥ Paused/);
      expect(tree).toMatch(/Message:\s+CanaryPauseStep/);
      expect(tree).toMatch(/SetWeight:\s+34/);
      expect(tree).toMatch(/revision:2/);
      await argo('promote', 'steps');
      await rollouts.healthy('steps');
      expect(await settled('steps', { 'steps:1': 0, 'steps:2': 3 })).toMatchObject({ 'steps:1': 0, 'steps:2': 3 });
      expect(await argo('status', 'steps', '--timeout', '5s')).toContain('Healthy');
      expect(await rollouts.reasons('steps')).toEqual(
        expect.arrayContaining([
          'RolloutUpdated',
          'NewReplicaSetCreated',
          'ScalingReplicaSet',
          'RolloutStepCompleted',
          'RolloutPaused',
          'RolloutResumed',
          'RolloutCompleted',
        ]),
      );
    });

    test('aborted it goes back; retried and promoted in full it gets there', async () => {
      await rollouts.create('abort', { strategy: { canary: { steps } } });
      await rollouts.healthy('abort');
      await rollouts.setImage('abort', 'abort:2');
      await rollouts.paused('abort', 1);
      await argo('abort', 'abort');
      const { status } = await rollouts.once('abort', 'to be degraded', ({ phase }) => phase === 'Degraded');
      expect(status?.message).toBe('RolloutAborted: Rollout aborted update to revision 2');
      expect(await settled('abort', { 'abort:1': 3, 'abort:2': 0 })).toMatchObject({ 'abort:1': 3, 'abort:2': 0 });
      await argo('retry', 'rollout', 'abort');
      await rollouts.paused('abort', 1);
      await argo('promote', 'abort', '--full');
      await rollouts.healthy('abort');
      expect(await settled('abort', { 'abort:1': 0, 'abort:2': 3 })).toMatchObject({ 'abort:1': 0, 'abort:2': 3 });
    });

    test('back to the stable image in the middle of an update skips all steps', async () => {
      await rollouts.create('back', { strategy: { canary: { steps } } });
      await rollouts.healthy('back');
      await rollouts.setImage('back', 'back:2');
      await rollouts.paused('back', 1);
      await rollouts.setImage('back', 'back:1');
      await rollouts.healthy('back');
      expect(await settled('back', { 'back:1': 3, 'back:2': 0 })).toMatchObject({ 'back:1': 3, 'back:2': 0 });
    });

    test('a third image in the middle of an update begins anew', async () => {
      await rollouts.create('third', { strategy: { canary: { steps } } });
      await rollouts.healthy('third');
      await rollouts.setImage('third', 'third:2');
      await rollouts.paused('third', 1);
      await rollouts.setImage('third', 'third:3');
      await rollouts.paused('third', 1);
      expect(await settled('third', { 'third:1': 2, 'third:2': 0, 'third:3': 1 })).toMatchObject({
        'third:1': 2,
        'third:2': 0,
        'third:3': 1,
      });
      await argo('promote', 'third', '--full');
      await rollouts.healthy('third');
      await argo('undo', 'third', '--to-revision', '1');
      await rollouts.paused('third', 1);
      await argo('promote', 'third', '--full');
      await rollouts.healthy('third');
      expect(await settled('third', { 'third:1': 3, 'third:3': 0 })).toMatchObject({ 'third:1': 3, 'third:3': 0 });
    });

    test('pods that never get ready: degraded at the deadline, aborted where that is wanted', async () => {
      const strategy = { canary: { steps: [{ setWeight: 34 }, { pause: {} }] } };
      await rollouts.create('late', { strategy, progressDeadlineSeconds: 5 });
      await rollouts.create('lost', { strategy, progressDeadlineSeconds: 5, progressDeadlineAbort: true });
      await Promise.all([rollouts.healthy('late'), rollouts.healthy('lost')]);
      await rollouts.setImage('late', 'never-ready/late');
      await rollouts.setImage('lost', 'never-ready/lost');
      const { status } = await rollouts.once('late', 'to be degraded', ({ phase }) => phase === 'Degraded');
      expect(status?.message).toContain('ProgressDeadlineExceeded');
      await rollouts.once('lost', 'to be aborted', ({ abort }) => abort === true);
      expect(await settled('lost', { 'lost:1': 3, 'never-ready/lost': 0 })).toMatchObject({
        'lost:1': 3,
        'never-ready/lost': 0,
      });
      expect(await rollouts.pods('late')).toMatchObject({ 'never-ready/late': 1 });
    });

    test('scaled in the middle of an update', async () => {
      await rollouts.create('scale', {
        strategy: { canary: { steps: [{ setWeight: 50 }, { pause: {} }] } },
        replicas: 2,
      });
      await rollouts.healthy('scale');
      await rollouts.setImage('scale', 'scale:2');
      await rollouts.paused('scale', 1);
      await cluster.plane.kubectl(['scale', 'rollouts.argoproj.io/scale', '-n', NAMESPACE, '--replicas=4']);
      expect(await settled('scale', { 'scale:1': 2, 'scale:2': 2 })).toMatchObject({ 'scale:1': 2, 'scale:2': 2 });
    });

    test('an analysis in the background that fails aborts it', async () => {
      const analysis = { templates: [{ templateName: 'ro-fails' }] };
      await rollouts.create('behind', { strategy: { canary: { analysis, steps } } });
      await rollouts.healthy('behind');
      await rollouts.setImage('behind', 'behind:2');
      const { status } = await rollouts.once('behind', 'to be degraded', ({ phase }) => phase === 'Degraded');
      expect(status?.message).toMatch(
        /^RolloutAborted: Rollout aborted update to revision 2: Background analysis phase error\/failed: Metric "job" assessed Failed/,
      );
      expect(await settled('behind', { 'behind:1': 3, 'behind:2': 0 })).toMatchObject({ 'behind:1': 3, 'behind:2': 0 });
    });

    test('an analysis as a step, and an experiment with an analysis that compares', async () => {
      const compares = {
        name: 'compare',
        templateName: 'ro-compares',
        args: [
          { name: 'canary', value: '{{templates.canary.podTemplateHash}}' },
          { name: 'stable', value: '{{templates.baseline.podTemplateHash}}' },
        ],
      };
      const experiment = {
        templates: [
          { name: 'baseline', specRef: 'stable' as const },
          { name: 'canary', specRef: 'canary' as const },
        ],
        analyses: [{ ...compares, requiredForCompletion: true }],
      };
      const checked = [{ setWeight: 34 }, { analysis: { templates: [{ templateName: 'ro-passes' }] } }, { experiment }];
      await rollouts.create('checked', { strategy: { canary: { steps: checked } } });
      await rollouts.healthy('checked');
      await rollouts.setImage('checked', 'checked:2');
      const { metadata } = await rollouts.healthy('checked');
      const runs = '/apis/argoproj.io/v1alpha1/namespaces/shop';
      const ofRollout = async (plural: string) => {
        const { items } = await cluster.plane.api.call<{
          items: readonly (KubernetesObject & { status: { phase: string } })[];
        }>(`${runs}/${plural}`);
        return items
          .filter((item) => item.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid))
          .map(({ status }) => status.phase);
      };
      expect(await ofRollout('analysisruns')).toEqual(['Successful']);
      expect(await ofRollout('experiments')).toEqual(['Successful']);
    });

    test('all pods are restarted', async () => {
      await rollouts.create('restart', { strategy: { canary: { steps } } });
      await rollouts.healthy('restart');
      const before = await podsOf('restart');
      // Times in the API are whole seconds: pods of the very second would be old again.
      await waitFor('a later second', async () => Date.now() % 1000 < 100);
      await argo('restart', 'restart');
      await rollouts.once(
        'restart',
        'to have restarted',
        ({ restartedAt }, { spec }) => restartedAt === spec.restartAt && restartedAt !== undefined,
      );
      const after = await podsOf('restart');
      expect(after.filter((uid) => before.includes(uid))).toEqual([]);
    });

    test('the pods of a Deployment are taken over without a gap', async () => {
      const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
      const deployment = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'moving' },
        spec: { replicas: 2, selector: { matchLabels: { app: 'moving' } }, template: aTemplate('moving', 'moving:1') },
      };
      await cluster.plane.api.call(path, { method: 'POST', body: deployment });
      const replicas = async () =>
        await cluster.plane.api.call<{ spec: { replicas: number }; status: { availableReplicas?: number } }>(
          `${path}/moving`,
        );
      await waitFor('the deployment', async () => (await replicas()).status.availableReplicas === 2, {
        timeoutMs: 60_000,
      });
      const body = {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Rollout',
        metadata: { name: 'moved' },
        spec: {
          replicas: 2,
          workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'moving', scaleDown: 'onsuccess' },
          strategy: { canary: { steps: [] } },
        },
      };
      await cluster.plane.api.call(`/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/rollouts`, {
        method: 'POST',
        body,
      });
      await rollouts.healthy('moved');
      const scaledDown = async () => (await replicas()).spec.replicas === 0 && replicas();
      const left = await waitFor('the deployment to be scaled down', scaledDown, { timeoutMs: 60_000 });
      expect(left.spec.replicas).toBe(0);
    });
  });

  describe.concurrent('blue-green', () => {
    test('previewed, analysed before and after, switched by itself, scaled down later', async () => {
      await Promise.all([rollouts.createService('active', 'blue'), rollouts.createService('preview', 'blue')]);
      await rollouts.create('blue', {
        strategy: {
          blueGreen: {
            activeService: 'active',
            previewService: 'preview',
            scaleDownDelaySeconds: 5,
            prePromotionAnalysis: { templates: [{ templateName: 'ro-passes' }] },
            postPromotionAnalysis: { templates: [{ templateName: 'ro-passes' }] },
          },
        },
      });
      const { status: first } = await rollouts.healthy('blue');
      expect(await rollouts.selectedBy('active')).toBe(first?.stableRS);
      await rollouts.setImage('blue', 'blue:2');
      const { status: second } = await rollouts.healthy('blue');
      expect(second?.stableRS).not.toBe(first?.stableRS);
      expect(await rollouts.selectedBy('active')).toBe(second?.stableRS);
      expect(await rollouts.selectedBy('preview')).toBe(second?.stableRS);
      expect(await settled('blue', { 'blue:1': 0, 'blue:2': 3 })).toMatchObject({ 'blue:1': 0, 'blue:2': 3 });
    });

    test('waits for a promotion, and does not switch to what fails before it', async () => {
      await Promise.all([
        rollouts.createService('green-active', 'green'),
        rollouts.createService('green-preview', 'green'),
      ]);
      const blueGreen = { activeService: 'green-active', previewService: 'green-preview', autoPromotionEnabled: false };
      await rollouts.create('green', { strategy: { blueGreen } });
      const { status: first } = await rollouts.healthy('green');
      await rollouts.setImage('green', 'green:2');
      await rollouts.paused('green');
      expect(await rollouts.selectedBy('green-active')).toBe(first?.stableRS);
      expect(await rollouts.selectedBy('green-preview')).not.toBe(first?.stableRS);
      await argo('promote', 'green');
      const { status: second } = await rollouts.healthy('green');
      expect(await rollouts.selectedBy('green-active')).toBe(second?.stableRS);

      const prePromotionAnalysis = { templates: [{ templateName: 'ro-fails' }] };
      await rollouts.patch('green', {
        spec: { strategy: { blueGreen: { autoPromotionEnabled: true, prePromotionAnalysis } } },
      });
      await rollouts.setImage('green', 'green:3');
      const { status } = await rollouts.once('green', 'to be degraded', ({ phase }) => phase === 'Degraded');
      expect(status?.message).toContain('Blue/green pre-promotion analysis phase error/failed');
      expect(await rollouts.selectedBy('green-active')).toBe(second?.stableRS);
    });
  });
});
