import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { RolloutStatus } from '../../lib/model/rollout-status.ts';
import type { RolloutSpec } from '../../lib/model/rollout.ts';
import { type AnalysisCluster, borrowAnalysisCluster, NAMESPACE } from './analysis-cluster.ts';
import { aJobTemplate, openExperimentCluster } from './experiment-cluster.ts';
import { openPodCensus, type PodCensus } from './pod-census.ts';
import { openRolloutCluster, type RolloutCluster } from './rollout-cluster.ts';
import { type ArgoEyes, openArgoEyes } from './servers/argo-eyes.ts';
import { startArgoController } from './servers/argo-controller.ts';
import { startAssayServe } from './servers/assay-serve.ts';
import { serversAvailable } from './servers/build.ts';
import { type Kubelet, startKubelet } from './servers/kubelet.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';
import { waitFor } from './servers/wait-for.ts';

const RIGHTS = join(import.meta.dirname, '../../infra/cluster/rbac-rollouts.yaml');
const INSTANCE = 'argo-rollouts.argoproj.io/controller-instance-id';
const PATIENCE = { timeoutMs: 90_000 };

/** Whoever looks after the Rollouts of the namespace. */
interface Keeper {
  /** Resolves with what went wrong for it. */
  stop(): Promise<readonly object[]>;
}

describe.skipIf(!(await serversAvailable()))('Rollouts handed over in the middle of an update', () => {
  let cluster: AnalysisCluster;
  let rollouts: RolloutCluster;
  let kubelet: Kubelet;
  let eyes: ArgoEyes;
  let census: PodCensus;
  let keeper: Keeper | undefined;
  const folder = createScratchFolder('handover');
  const argo = async (...args: readonly string[]) => eyes.rollouts([...args, '-n', NAMESPACE]);

  const keepers: Readonly<Record<string, () => Promise<Keeper>>> = {
    async argo() {
      const controller = await startArgoController(cluster.plane, NAMESPACE);
      return {
        async stop() {
          await controller.stop();
          return [];
        },
      };
    },
    async assay() {
      const assay = await startAssayServe({ kubeconfigPath: cluster.kubeconfigPath, args: ['--rollouts'] });
      return {
        async stop() {
          await assay.stop();
          return assay.log().filter(({ level }) => level === 'error');
        },
      };
    },
  };

  beforeAll(async () => {
    cluster = await borrowAnalysisCluster();
    const { plane } = cluster;
    kubelet = await startKubelet(plane);
    await waitFor('the service account that pods run as', () =>
      plane.api.call(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`),
    );
    rollouts = openRolloutCluster(cluster);
    eyes = await openArgoEyes(plane);
    census = openPodCensus(plane);
    await plane.kubectl(['apply', '-f', RIGHTS]);
    // Ends when the test says so.
    const awaited = ['sh', '-c', `while [ ! -e ${folder}/{{args.name}} ]; do sleep 0.3; done`];
    await openExperimentCluster(cluster).createTemplate('awaits', aJobTemplate(awaited, [{ name: 'name' }]));
  });
  afterEach(async () => {
    await keeper?.stop();
    keeper = undefined;
  });
  afterAll(async () => {
    await census?.stop();
    await cluster?.plane.kubectl(['delete', '-f', RIGHTS]);
    eyes?.close();
    await kubelet?.stop();
    await cluster?.stop();
    removeScratchFolder(folder);
  });

  const situations = (prefix: string): readonly Situation[] => {
    const called = (what: string): string => `${prefix}-${what}`;
    const [pause, analysis, experiment] = [called('pause'), called('analysis'), called('experiment')];
    const [abort, before, after] = [called('abort'), called('before'), called('after')];
    return [
      {
        name: pause,
        spec: { strategy: { canary: { steps: [{ setWeight: 34 }, { pause: {} }, { setWeight: 67 }] } } },
        isThere: ({ phase }) => phase === 'Paused',
        goOn: () => argo('promote', pause),
      },
      {
        name: analysis,
        spec: {
          strategy: {
            canary: {
              steps: [
                { setWeight: 34 },
                { analysis: { templates: [{ templateName: 'awaits' }], args: awaiting(analysis).args } },
              ],
            },
          },
        },
        isThere: ({ canary }) => canary?.currentStepAnalysisRunStatus?.status === 'Running',
        goOn: async () => writeFileSync(join(folder, analysis), ''),
      },
      {
        name: experiment,
        spec: {
          strategy: {
            canary: {
              steps: [
                { setWeight: 34 },
                {
                  experiment: {
                    templates: [{ name: 'new', specRef: 'canary' }],
                    analyses: [{ name: 'awaits', ...awaiting(experiment), requiredForCompletion: true }],
                  },
                },
              ],
            },
          },
        },
        isThere: ({ canary }) => canary?.currentExperiment !== undefined,
        goOn: async () => writeFileSync(join(folder, experiment), ''),
      },
      {
        name: abort,
        spec: { strategy: { canary: { steps: [{ setWeight: 34 }, { pause: {} }, { setWeight: 67 }] } } },
        getThere: async () => {
          await rollouts.paused(abort, 1);
          await argo('abort', abort);
        },
        isThere: ({ phase }) => phase === 'Degraded',
        goOn: async () => {
          await argo('retry', 'rollout', abort);
          await rollouts.paused(abort, 1);
          await argo('promote', abort, '--full');
        },
      },
      {
        name: before,
        spec: { strategy: { blueGreen: { activeService: before, autoPromotionEnabled: false } } },
        isThere: ({ phase }) => phase === 'Paused',
        goOn: () => argo('promote', before),
      },
      {
        name: after,
        spec: { strategy: { blueGreen: { activeService: after, scaleDownDelaySeconds: 60 } } },
        isThere: ({ phase, stableRS, currentPodHash }) => phase === 'Healthy' && stableRS === currentPodHash,
        goOn: async () => {},
      },
    ];
  };

  /** Each where it is to be handed over, with all old pods still there after a switch. */
  const getThere = async (all: readonly Situation[]): Promise<readonly object[]> => {
    await Promise.all(
      all.map(async ({ name, spec, metadata }) => {
        if (spec.strategy?.blueGreen) await rollouts.createService(name, name);
        await rollouts.create(name, spec, metadata);
      }),
    );
    await Promise.all(all.map(({ name }) => rollouts.healthy(name)));
    await Promise.all(
      all.map(async ({ name, isThere, getThere: go }) => {
        await rollouts.setImage(name, `${name}:2`);
        await go?.();
        await rollouts.once(
          name,
          'to be where it is handed over',
          (status, { metadata }) => isThere(status) && status.observedGeneration === String(metadata.generation),
        );
      }),
    );
    const pictures = await Promise.all(all.map(({ name }) => atRest(name)));
    expect(await Promise.all(all.map(({ name }) => rollouts.podCount(name)))).toEqual([3, 3, 4, 3, 6, 6]);
    return pictures;
  };
  /** Nothing changes by the change of hands; then each goes on to its end. */
  const goOn = async (all: readonly Situation[], before: readonly object[]): Promise<void> => {
    // It has read all objects by now, and whatever it finds wrong it mends within its first steps.
    await sleep(4000);
    expect(await Promise.all(all.map(({ name }) => picture(name)))).toEqual(before);
    await Promise.all(all.map((each) => each.goOn()));
    await Promise.all(all.map(({ name }) => rollouts.healthy(name)));
    await Promise.all(all.map(({ name }) => onlyTheNew(name)));
  };

  test.each([
    { from: 'argo', to: 'assay' },
    { from: 'assay', to: 'argo' },
  ])('from $from to $to: no pod more or less, and each goes on from where it is', { timeout: 400_000 }, async (way) => {
    keeper = await keepers[way.from]?.();
    const all = situations(way.from);
    const before = await getThere(all);
    expect(await keeper?.stop()).toEqual([]);
    keeper = await keepers[way.to]?.();
    await goOn(all, before);
    expect(await keeper?.stop()).toEqual([]);
    keeper = undefined;
  });

  /** As docs/migrate.md says: Rollouts first on the way to Assay, last on the way back. */
  test.each([
    { to: 'assay', order: ['rollouts', 'experiments', 'analysisruns'], label: `${INSTANCE}=assay` },
    { to: 'argo', order: ['analysisruns', 'experiments', 'rollouts'], label: `${INSTANCE}-` },
  ])('to $to by a label, with both at work', { timeout: 400_000 }, async ({ to, order, label }) => {
    const argoAtWork = await keepers['argo']?.();
    const assay = await startAssayServe({
      kubeconfigPath: cluster.kubeconfigPath,
      args: ['--rollouts', '--instance-id=assay'],
    });
    keeper = {
      async stop() {
        await Promise.all([argoAtWork?.stop(), assay.stop()]);
        return assay.log().filter(({ level }) => level === 'error');
      },
    };
    const all = situations(`label-${to}`);
    const labels = to === 'argo' ? { labels: { [INSTANCE]: 'assay' } } : {};
    const before = await getThere(all.map((each) => ({ ...each, metadata: labels })));
    for (const resource of order) {
      const names = await namesOf(resource, `label-${to}-`);
      const targets = names.map((name) => `${resource}.argoproj.io/${name}`);
      await cluster.plane.kubectl(['label', '-n', NAMESPACE, '--overwrite', ...targets, label]);
    }
    await goOn(all, before);
    expect(await keeper.stop()).toEqual([]);
    keeper = undefined;
  });

  const namesOf = async (plural: string, prefix: string): Promise<readonly string[]> => {
    const path = `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/${plural}`;
    const { items } = await cluster.plane.api.call<{ items: readonly KubernetesObject[] }>(path);
    return items.flatMap(({ metadata }) => (metadata.name?.startsWith(prefix) ? [metadata.name] : [])).toSorted();
  };
  /** What is there once nothing has changed for two seconds, and all pods that are wanted are there. */
  const atRest = async (name: string): Promise<object> => {
    let before = '';
    return waitFor(
      `${name} to rest`,
      async () => {
        const wanted = Object.values(await rollouts.pods(name)).reduce((sum, count) => sum + count, 0);
        const now = await picture(name);
        const isSame = JSON.stringify(now) === before;
        before = JSON.stringify(now);
        return isSame && (await rollouts.podCount(name)) === wanted && now;
      },
      { ...PATIENCE, everyMs: 2000 },
    );
  };
  const onlyTheNew = (name: string) =>
    waitFor(
      `only new pods of ${name}`,
      async () => {
        const found = await rollouts.pods(name);
        return Object.entries(found).every(([image, count]) => count === (image === `${name}:2` ? 3 : 0));
      },
      PATIENCE,
    );
  /** What is not to change by the change of hands alone. */
  const picture = async (name: string): Promise<object> => {
    const ofApp = (path: string) =>
      cluster.plane.api.call<{ items: readonly KubernetesObject[] }>(`${path}?labelSelector=app%3D${name}`);
    const [pods, replicaSets, { status }] = await Promise.all([
      ofApp(`/api/v1/namespaces/${NAMESPACE}/pods`),
      ofApp(`/apis/apps/v1/namespaces/${NAMESPACE}/replicasets`),
      rollouts.rollout(name),
    ]);
    return {
      pods: pods.items.map(({ metadata }) => metadata.uid ?? '').toSorted(),
      replicaSets: replicaSets.items.map(({ metadata }) => `${metadata.name} ${metadata.generation}`).toSorted(),
      runs: await namesOf('analysisruns', name),
      experiments: await namesOf('experiments', name),
      status,
    };
  };
});

interface Situation {
  readonly name: string;
  readonly spec: Partial<RolloutSpec>;
  readonly metadata?: object;
  /** After the new image is set. */
  readonly getThere?: () => Promise<unknown>;
  readonly isThere: (status: RolloutStatus) => boolean;
  readonly goOn: () => Promise<unknown>;
}

/** An analysis that ends when there is a file of this name. */
function awaiting(name: string) {
  return { templateName: 'awaits', args: [{ name: 'name', value: name }] };
}
