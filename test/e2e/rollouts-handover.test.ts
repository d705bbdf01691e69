import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { RolloutStatus } from '../../lib/model/rollout-status.ts';
import type { RolloutSpec } from '../../lib/model/rollout.ts';
import { type AnalysisCluster, borrowAnalysisCluster } from './analysis-cluster.ts';
import { aJobTemplate, openExperimentCluster } from './experiment-cluster.ts';
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

describe.skipIf(!(await serversAvailable()))('Rollouts handed over in the middle of an update', () => {
  let cluster: AnalysisCluster;
  let kubelet: Kubelet;
  let eyes: ArgoEyes;
  const folder = createScratchFolder('handover');

  beforeAll(async () => {
    cluster = await borrowAnalysisCluster();
    kubelet = await startKubelet(cluster.plane);
    eyes = await openArgoEyes(cluster.plane);
    await cluster.plane.kubectl(['apply', '-f', RIGHTS]);
  });
  afterAll(async () => {
    await cluster?.plane.kubectl(['delete', '-f', RIGHTS]);
    eyes?.close();
    await kubelet?.stop();
    await cluster?.stop();
    removeScratchFolder(folder);
  });

  // Nearly all of it is waiting for old pods to go: all at once, each in a namespace of its own.
  test.concurrent.for([
    { from: 'argo', to: 'assay' },
    { from: 'assay', to: 'argo' },
  ] as const)(
    'from $from to $to: no pod more or less, and each goes on from where it is',
    { timeout: 400_000 },
    async ({ from, to }, { onTestFinished }) => {
      const stage = await openStage({ cluster, eyes, folder, namespace: `from-${from}` });
      onTestFinished(stage.close);
      const first = await stage.keepers[from]();
      const all = situations(from, stage);
      const before = await getThere(all, stage);
      expect(await first.stop()).toEqual([]);
      const second = await stage.keepers[to]();
      await goOn(all, before, stage);
      expect(await second.stop()).toEqual([]);
    },
  );

  /** As docs/migrate.md says: Rollouts first on the way to Assay, last on the way back. */
  test.concurrent.for([
    { to: 'assay', order: ['rollouts', 'experiments', 'analysisruns'], label: `${INSTANCE}=assay` },
    { to: 'argo', order: ['analysisruns', 'experiments', 'rollouts'], label: `${INSTANCE}-` },
  ])('to $to by a label, with both at work', { timeout: 400_000 }, async ({ to, order, label }, { onTestFinished }) => {
    const stage = await openStage({ cluster, eyes, folder, namespace: `label-${to}` });
    onTestFinished(stage.close);
    const both = [await stage.keepers.argo(), await stage.keepers.assay('--instance-id=assay')];
    const all = situations(`label-${to}`, stage);
    const labels = to === 'argo' ? { labels: { [INSTANCE]: 'assay' } } : {};
    const before = await getThere(
      all.map((each) => ({ ...each, metadata: labels })),
      stage,
    );
    for (const resource of order) {
      const names = await stage.namesOf(resource, `label-${to}-`);
      const targets = names.map((name) => `${resource}.argoproj.io/${name}`);
      await cluster.plane.kubectl(['label', '-n', stage.namespace, '--overwrite', ...targets, label]);
    }
    await goOn(all, before, stage);
    for (const keeper of both) expect(await keeper.stop()).toEqual([]);
  });
});

/** Whoever looks after the Rollouts of a namespace. */
interface Keeper {
  /** Resolves with what went wrong for it; a second call does nothing more. */
  stop(): Promise<readonly object[]>;
}

/** A namespace for one test, and who may look after it. */
interface Stage {
  readonly namespace: string;
  readonly rollouts: RolloutCluster;
  readonly keepers: {
    argo(): Promise<Keeper>;
    assay(...args: readonly string[]): Promise<Keeper>;
  };
  /** Runs a command of Argo's plugin. */
  readonly argo: (...args: readonly string[]) => Promise<unknown>;
  /** Lets the analysis of this name end. */
  readonly release: (name: string) => void;
  /** The names of one plural that begin so. */
  readonly namesOf: (plural: string, prefix: string) => Promise<readonly string[]>;
  /** What is not to change by the change of hands alone. */
  readonly picture: (name: string) => Promise<object>;
  /** Ends whoever still looks after it. */
  readonly close: () => Promise<void>;
}

interface StageParts {
  readonly cluster: AnalysisCluster;
  readonly eyes: ArgoEyes;
  /** Where analyses look for the file that ends them. */
  readonly folder: string;
  readonly namespace: string;
}

async function openStage({ cluster, eyes, folder, namespace }: StageParts): Promise<Stage> {
  const { plane, kubeconfigPath } = cluster;
  const { api } = plane;
  const rollouts = openRolloutCluster(cluster, namespace);
  const started: Keeper[] = [];
  const keep = (keeper: Keeper): Keeper => {
    let stopping: Promise<readonly object[]> | undefined;
    const once = { stop: () => (stopping ??= keeper.stop()) };
    started.push(once);
    return once;
  };
  await plane.kubectl(['create', 'namespace', namespace]);
  await waitFor('the service account that pods run as', () =>
    api.call(`/api/v1/namespaces/${namespace}/serviceaccounts/default`),
  );
  const awaited = ['sh', '-c', `while [ ! -e ${folder}/{{args.name}} ]; do sleep 0.3; done`];
  const template = aJobTemplate(awaited, [{ name: 'name' }]);
  await openExperimentCluster(cluster, namespace).createTemplate('awaits', template);

  const namesOf: Stage['namesOf'] = async (plural, prefix) => {
    const path = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/${plural}`;
    const { items } = await api.call<{ items: readonly KubernetesObject[] }>(path);
    return items.flatMap(({ metadata }) => (metadata.name?.startsWith(prefix) ? [metadata.name] : [])).toSorted();
  };
  return {
    namespace,
    rollouts,
    namesOf,
    keepers: {
      async argo() {
        const controller = await startArgoController(plane, namespace);
        return keep({
          async stop() {
            await controller.stop();
            return [];
          },
        });
      },
      async assay(...args) {
        const whole = ['--rollouts', `--namespace=${namespace}`, ...args];
        const assay = await startAssayServe({ kubeconfigPath, args: whole });
        return keep({
          async stop() {
            await assay.stop();
            return assay.log().filter(({ level }) => level === 'error');
          },
        });
      },
    },
    argo: (...args) => eyes.rollouts([...args, '-n', namespace]),
    release: (name) => writeFileSync(join(folder, name), ''),
    async picture(name) {
      const ofApp = (path: string) =>
        api.call<{ items: readonly KubernetesObject[] }>(`${path}?labelSelector=app%3D${name}`);
      const [pods, replicaSets, { status }] = await Promise.all([
        ofApp(`/api/v1/namespaces/${namespace}/pods`),
        ofApp(`/apis/apps/v1/namespaces/${namespace}/replicasets`),
        rollouts.rollout(name),
      ]);
      return {
        pods: pods.items.map(({ metadata }) => metadata.uid ?? '').toSorted(),
        replicaSets: replicaSets.items.map(({ metadata }) => `${metadata.name} ${metadata.generation}`).toSorted(),
        runs: await namesOf('analysisruns', name),
        experiments: await namesOf('experiments', name),
        status,
      };
    },
    async close() {
      await Promise.all(started.map((keeper) => keeper.stop()));
    },
  };
}

interface Situation {
  readonly name: string;
  readonly spec: Partial<RolloutSpec>;
  readonly metadata?: object;
  /** After the new image is set. */
  readonly getThere?: () => Promise<unknown>;
  readonly isThere: (status: RolloutStatus) => boolean;
  readonly goOn: () => Promise<unknown>;
}

function situations(prefix: string, { rollouts, argo, release }: Stage): readonly Situation[] {
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
      goOn: async () => release(analysis),
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
      goOn: async () => release(experiment),
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
}

/** Each where it is to be handed over, with all old pods still there after a switch. */
async function getThere(all: readonly Situation[], stage: Stage): Promise<readonly object[]> {
  const { rollouts } = stage;
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
  const pictures = await Promise.all(all.map(({ name }) => atRest(name, stage)));
  expect(await Promise.all(all.map(({ name }) => rollouts.podCount(name)))).toEqual([3, 3, 4, 3, 6, 6]);
  return pictures;
}

/** Nothing changes by the change of hands; then each goes on to its end. */
async function goOn(all: readonly Situation[], before: readonly object[], stage: Stage): Promise<void> {
  // It has read all objects by now, and whatever it finds wrong it mends within its first steps.
  await sleep(4000);
  expect(await Promise.all(all.map(({ name }) => stage.picture(name)))).toEqual(before);
  await Promise.all(all.map((each) => each.goOn()));
  await Promise.all(all.map(({ name }) => stage.rollouts.healthy(name)));
  await Promise.all(all.map(({ name }) => onlyTheNew(name, stage)));
}

/** What is there once nothing has changed for two seconds, and all pods that are wanted are there. */
async function atRest(name: string, { rollouts, picture }: Stage): Promise<object> {
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
}

function onlyTheNew(name: string, { rollouts }: Stage): Promise<boolean> {
  return waitFor(
    `only new pods of ${name}`,
    async () => {
      const found = await rollouts.pods(name);
      return Object.entries(found).every(([image, count]) => count === (image === `${name}:2` ? 3 : 0));
    },
    PATIENCE,
  );
}

/** An analysis that ends when there is a file of this name. */
function awaiting(name: string) {
  return { templateName: 'awaits', args: [{ name: 'name', value: name }] };
}
