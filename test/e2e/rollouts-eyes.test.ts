import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergePatch } from '../../lib/model/merge-patch.ts';
import type { Rollout } from '../../lib/model/rollout.ts';
import { type AnalysisCluster, NAMESPACE } from './analysis-cluster.ts';
import { aJobTemplate } from './experiment-cluster.ts';
import type { RolloutCluster } from './rollout-cluster.ts';
import { serveRollouts, type StagedRollouts } from './served-rollouts.ts';
import type { ArgoEyes } from './servers/argo-eyes.ts';
import { serversAvailable } from './servers/build.ts';
import { waitFor } from './servers/wait-for.ts';

const ROOT = join(import.meta.dirname, '../..');
const steps = [{ setWeight: 34 }, { pause: {} }, { setWeight: 67 }, { pause: {} }];

/** What people do to Rollouts with Argo's tools, and what these show of it. Each test has a Rollout of its own. */
describe.skipIf(!(await serversAvailable()))("Rollouts in the hands of Argo's tools", () => {
  let staged: StagedRollouts;
  let cluster: AnalysisCluster;
  let rollouts: RolloutCluster;
  let eyes: ArgoEyes;
  const argo = (...args: readonly string[]) => staged.argo(...args);

  beforeAll(async () => {
    staged = await serveRollouts();
    ({ cluster, rollouts, eyes } = staged);
    await staged.experiments.createTemplate('takes-long', aJobTemplate(['sleep', '600']));
  });
  afterAll(() => staged?.stop());

  /** Healthy, and then paused at its first pause with another image. */
  const anUpdate = async (name: string): Promise<Rollout> => {
    await rollouts.create(name, { strategy: { canary: { steps } } });
    await rollouts.healthy(name);
    await rollouts.setImage(name, `${name}:2`);
    return rollouts.paused(name, 1);
  };

  /** Does to a Rollout what a button does: status and the rest are two writes. */
  const press = async (name: string, action: string): Promise<void> => {
    const before = await rollouts.rollout(name);
    const { [action]: button } = await eyes.actions(before);
    expect(button).toBeDefined();
    expect(button?.disabled ?? false).toBe(false);
    const after = await eyes.afterAction(before, action);
    const { status, ...rest } = (mergePatch({ ...before }, { ...after }) ?? {}) as Partial<Record<string, object>>;
    if (status) await rollouts.patchStatus(name, status);
    if (Object.keys(rest).length > 0) await rollouts.patch(name, rest);
  };
  const health = async (name: string) => (await eyes.health([await rollouts.rollout(name)]))[0];
  const enabled = async (name: string) => {
    const actions = await eyes.actions(await rollouts.rollout(name));
    return Object.keys(actions)
      .filter((each) => actions[each]?.disabled !== true)
      .toSorted();
  };

  describe.concurrent('kubectl argo rollouts', () => {
    test('list shows where each one is', async () => {
      await anUpdate('listed');
      const line = (await argo('list', 'rollouts')).split('\n').find((each) => each.startsWith('listed '));
      expect(line?.trim().split(/\s+/)).toEqual(['listed', 'Canary', 'Paused', '1/4', '34', '3/3', '3', '1', '3']);
    });

    test('status ends with 0 once it is healthy, and with 1 where it is degraded', async () => {
      await anUpdate('status');
      expect((await argo('status', 'status', '--watch=false')).trim()).toBe('Paused - CanaryPauseStep');
      await argo('abort', 'status');
      await rollouts.once('status', 'to be degraded', ({ phase }) => phase === 'Degraded');
      await expect(argo('status', 'status', '--timeout', '10s')).rejects.toThrow(
        /failed \(1\): Error: The rollout is in a degraded state with message: RolloutAborted: Rollout aborted update to revision 2/,
      );
      await argo('retry', 'rollout', 'status');
      await rollouts.paused('status', 1);
      await argo('promote', 'status', '--full');
      expect((await argo('status', 'status', '--timeout', '60s')).trim()).toMatch(/Healthy$/);
    });

    test('pause holds an update between steps; promote lets it go on', async () => {
      await rollouts.create('paused', { strategy: { canary: { steps: [{ setWeight: 34 }, { setWeight: 67 }] } } });
      await rollouts.healthy('paused');
      await argo('pause', 'paused');
      await rollouts.once('paused', 'to be held', ({ phase }) => phase === 'Paused');
      await argo('set', 'image', 'paused', 'main=paused:2');
      await rollouts.paused('paused');
      expect((await argo('status', 'paused', '--watch=false')).trim()).toBe('Paused - manually paused');
      await argo('promote', 'paused');
      await rollouts.healthy('paused');
      expect(await rollouts.pods('paused')).toMatchObject({ 'paused:2': 3 });
    });

    test('promote --skip-current-step and --skip-all-steps', async () => {
      await anUpdate('skips');
      await argo('promote', 'skips', '--skip-current-step');
      await rollouts.paused('skips', 3);
      await argo('promote', 'skips', '--skip-all-steps');
      const { status } = await rollouts.healthy('skips');
      expect(status?.currentStepIndex).toBe(4);
    });

    test('terminate ends an analysis, and its update with it', async () => {
      const analysis = { templates: [{ templateName: 'takes-long' }] };
      await rollouts.create('ended', { strategy: { canary: { steps: [{ setWeight: 34 }, { analysis }] } } });
      await rollouts.healthy('ended');
      await rollouts.setImage('ended', 'ended:2');
      const { status } = await rollouts.once(
        'ended',
        'to be analysed',
        ({ canary }) => canary?.currentStepAnalysisRunStatus?.status === 'Running',
      );
      const run = status?.canary?.currentStepAnalysisRunStatus?.name ?? '';
      expect(await argo('terminate', 'analysisrun', run)).toContain(`analysisRun '${run}' terminated`);
      const ended = await cluster.ended(run);
      const after = await rollouts.once(
        'ended',
        'to say what became of it',
        ({ canary }) => canary?.currentStepAnalysisRunStatus?.status === ended.status?.phase,
      );
      expect(after.status?.phase).not.toBe('Healthy');
    });

    test('what is scaled from outside, as autoscalers do', async () => {
      await rollouts.create('scaled', { replicas: 2, strategy: { canary: { steps } } });
      await rollouts.healthy('scaled');
      const path = `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/rollouts/scaled/scale`;
      const scale = await cluster.plane.api.call<{ spec: object; status: { selector: string; replicas: number } }>(
        path,
      );
      expect(scale.status).toEqual({ replicas: 2, selector: 'app=scaled' });
      for (const replicas of [5, 1]) {
        await cluster.plane.api.call(path, {
          method: 'PUT',
          body: { ...(await cluster.plane.api.call<object>(path)), spec: { replicas } },
        });
        await rollouts.once(
          'scaled',
          `to have ${replicas}`,
          (status) => status.availableReplicas === replicas && status.replicas === replicas,
        );
        await rollouts.healthy('scaled');
      }
    });

    test.each(['blue-green', 'canary', 'canary-experiment', 'from-a-deployment'])(
      'lint lets examples/rollouts/%s.yaml pass',
      async (name) => {
        expect(await argo('lint', '-f', join(ROOT, `examples/rollouts/${name}.yaml`))).toBe('');
      },
    );
  });

  test.concurrent.each([
    { file: 'blue-green', name: 'storefront' },
    { file: 'canary', name: 'checkout' },
    { file: 'canary-experiment', name: 'pricing' },
    { file: 'from-a-deployment', name: 'inventory' },
  ])('examples/rollouts, $file: applied, it gets healthy', async ({ file, name }) => {
    const applied = await cluster.plane.kubectl([
      'apply',
      '-n',
      NAMESPACE,
      '-f',
      join(ROOT, `examples/rollouts/${file}.yaml`),
    ]);
    expect(applied).toContain(`rollout.argoproj.io/${name} created`);
    const { spec, status } = await rollouts.healthy(name);
    expect(status?.availableReplicas).toBe(spec.replicas);
  });

  describe.concurrent('Argo CD', () => {
    test('sees an update paused, resumes it, skips a step, and sees it healthy', async () => {
      await anUpdate('cd-resume');
      expect(await health('cd-resume')).toEqual({ status: 'Suspended', message: 'CanaryPauseStep' });
      expect(await enabled('cd-resume')).toEqual([
        'abort',
        'pause',
        'promote-full',
        'restart',
        'resume',
        'skip-current-step',
      ]);
      await press('cd-resume', 'resume');
      await rollouts.paused('cd-resume', 3);
      await press('cd-resume', 'skip-current-step');
      await rollouts.healthy('cd-resume');
      expect(await health('cd-resume')).toMatchObject({ status: 'Healthy' });
      expect(await enabled('cd-resume')).toEqual(['restart']);
    });

    test('aborts, sees that it is degraded, retries, and promotes it in full', async () => {
      await anUpdate('cd-abort');
      await press('cd-abort', 'abort');
      await rollouts.once('cd-abort', 'to be degraded', ({ phase }) => phase === 'Degraded');
      expect(await health('cd-abort')).toEqual({
        status: 'Degraded',
        message: 'RolloutAborted: Rollout aborted update to revision 2',
      });
      expect(await enabled('cd-abort')).toContain('retry');
      await press('cd-abort', 'retry');
      await rollouts.paused('cd-abort', 1);
      await press('cd-abort', 'promote-full');
      await rollouts.healthy('cd-abort');
      expect(await rollouts.pods('cd-abort')).toMatchObject({ 'cd-abort:2': 3 });
    });

    test('pauses an update and resumes it', async () => {
      await anUpdate('cd-pause');
      await press('cd-pause', 'pause');
      await rollouts.once(
        'cd-pause',
        'to be held',
        ({ observedGeneration }, { metadata }) => observedGeneration === String(metadata.generation),
      );
      expect(await health('cd-pause')).toMatchObject({ status: 'Suspended' });
      // Argo CD writes status and spec apart. Who looks between the two, as Argo's controller may too, pauses it again.
      const goOn = async (): Promise<boolean> => {
        const { status } = await rollouts.rollout('cd-pause');
        if (status?.currentStepIndex === 1 && status.phase === 'Paused') await press('cd-pause', 'resume');
        return status?.currentStepIndex === 3;
      };
      await waitFor('the update to go on', goOn, { timeoutMs: 60_000, everyMs: 3000 });
      await rollouts.paused('cd-pause', 3);
    });

    test('restarts all pods', async () => {
      await rollouts.create('cd-restart', { strategy: { canary: { steps } } });
      await rollouts.healthy('cd-restart');
      // Times in the API are whole seconds: pods of the very second would be old again.
      await waitFor('a later second', async () => Date.now() % 1000 < 100);
      await press('cd-restart', 'restart');
      const { status } = await rollouts.once(
        'cd-restart',
        'to have restarted',
        ({ restartedAt }, { spec }) => restartedAt !== undefined && restartedAt === spec.restartAt,
      );
      expect(status?.phase).toBe('Healthy');
    });
  });
});
