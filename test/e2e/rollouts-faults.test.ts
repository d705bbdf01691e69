import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { RolloutSpec } from '../../lib/model/rollout.ts';
import { type AnalysisCluster, NAMESPACE, startAnalysisCluster } from './analysis-cluster.ts';
import { aJobTemplate, openExperimentCluster } from './experiment-cluster.ts';
import { openPodCensus, type PodCensus, type PodLimits } from './pod-census.ts';
import { aTemplate, openRolloutCluster, type RolloutCluster } from './rollout-cluster.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { serversAvailable } from './servers/build.ts';
import { type Kubelet, startKubelet } from './servers/kubelet.ts';
import { waitFor } from './servers/wait-for.ts';

const RIGHTS = join(import.meta.dirname, '../../infra/cluster/rbac-rollouts.yaml');
/** Seconds for which processes are killed; more finds more. */
const KILL_SECONDS = Number(process.env['ASSAY_KILL_SECONDS'] ?? 40);
const SEED = Number(process.env['ASSAY_SEED'] ?? 20_261_130);
const PATIENCE = { timeoutMs: 120_000 };

describe.skipIf(!(await serversAvailable()))('rollouts when things go wrong', () => {
  let cluster: AnalysisCluster;
  let rollouts: RolloutCluster;
  let kubelet: Kubelet;
  let census: PodCensus;
  let serving: AssayServe[] = [];

  const serve = async (): Promise<AssayServe> => {
    const assay = await startAssayServe({ kubeconfigPath: cluster.kubeconfigPath, args: ['--rollouts'] });
    serving.push(assay);
    return assay;
  };
  const settled = (name: string, pods: Readonly<Record<string, number>>) =>
    waitFor(
      `pods of ${name} to be ${JSON.stringify(pods)}`,
      async () => {
        const found = await rollouts.pods(name);
        const others = Object.entries(found).filter(([image]) => pods[image] === undefined);
        const areThere = Object.entries(pods).every(([image, count]) => (found[image] ?? 0) === count);
        return areThere && others.every(([, count]) => count === 0);
      },
      PATIENCE,
    );

  beforeAll(async () => {
    cluster = await startAnalysisCluster({ controllers: true });
    const { plane } = cluster;
    kubelet = await startKubelet(plane);
    await waitFor('the service account that pods run as', () =>
      plane.api.call(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`),
    );
    rollouts = openRolloutCluster(cluster);
    await openExperimentCluster(cluster).createTemplate('takes-long', aJobTemplate(['sleep', '300']));
    await plane.kubectl(['apply', '-f', RIGHTS]);
  });
  beforeEach(() => {
    census = openPodCensus(cluster.plane);
    serving = [];
  });
  afterEach(async () => {
    await census.stop();
    for (const assay of serving) await assay.kill();
    await cluster.plane.kubectl(['delete', 'rollouts.argoproj.io', '--all', '-n', NAMESPACE, '--timeout=60s']);
  });
  afterAll(async () => {
    await kubelet?.stop();
    await cluster?.stop();
  });

  /** So many Rollouts of all sorts, healthy, and held to what they may have. */
  const aFleet = async (prefix: string, count: number): Promise<readonly string[]> => {
    const names = Array.from({ length: count }, (_each, index) => `${prefix}-${index}`);
    await Promise.all(
      names.map(async (name, index) => {
        const sort = SORTS[index % SORTS.length] ?? SORTS[0];
        if (sort.hasService) await rollouts.createService(name, name);
        await rollouts.create(name, sort.spec(name));
      }),
    );
    await Promise.all(names.map((name) => rollouts.healthy(name)));
    names.forEach((name, index) => census.hold(name, (SORTS[index % SORTS.length] ?? SORTS[0]).limits));
    return names;
  };
  /** Everybody gets to the image, and to nothing else. */
  const allGetTo = async (names: readonly string[], tag: string): Promise<void> => {
    await Promise.all(names.map((name) => rollouts.setImage(name, imageOf(name, tag))));
    await Promise.all(names.map((name) => rollouts.healthy(name)));
    await Promise.all(names.map((name) => settled(name, { [imageOf(name, tag)]: 4 })));
  };

  test('two processes at once: each update is made once, and within its limits', { timeout: 400_000 }, async () => {
    const both = await Promise.all([serve(), serve()]);
    const names = await aFleet('twice', 10);
    await allGetTo(names, '2');
    await allGetTo(names, '3');
    expect(census.breaches()).toEqual([]);
    for (const name of names) {
      const versions = await versionsOf(cluster, name);
      if (versions.join() !== '1,2,3') console.log(await storyOf(cluster, both, name));
      expect(versions).toEqual(['1', '2', '3']);
    }
    const steps = both.map((assay) => assay.log().filter(({ message }) => message === 'step').length);
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(both.flatMap((assay) => failuresOf(assay))).toEqual([]);
  });

  test(
    `killed over and over for ${KILL_SECONDS} s in the middle of updates: all get there, and within their limits`,
    { timeout: 400_000 + KILL_SECONDS * 1000 },
    async () => {
      const random = aRandom(SEED);
      let assay = await serve();
      const names = await aFleet('killed', 20);
      const untilMs = Date.now() + KILL_SECONDS * 1000;
      let kills = 0;
      const versions = new Map<string, number>();
      for (; Date.now() < untilMs; kills += 1) {
        for (const name of names) {
          if (random() > 0.3) continue;
          versions.set(name, (versions.get(name) ?? 1) + 1);
          await rollouts.setImage(name, imageOf(name, String(versions.get(name))));
        }
        await sleep(200 + random() * 2500);
        await assay.kill();
        assay = await serve();
      }
      expect(kills).toBeGreaterThan(2);
      await allGetTo(names, 'last');
      const updates = [...versions.values()].reduce((sum, each) => sum + each - 1, 0);
      const breaches = census.breaches();
      console.log(`${kills} kills, ${updates} updates, ${breaches.length} times outside of the limits`);
      expect(breaches).toEqual([]);
    },
  );

  test(
    'the API server is away for 20 s in the middle of updates: they go on, within their limits',
    { timeout: 400_000 },
    async () => {
      const assay = await serve();
      const names = await aFleet('away', 5);
      await Promise.all(names.map((name) => rollouts.setImage(name, imageOf(name, '2'))));
      await sleep(1500);
      await cluster.plane.stopApiServer();
      await sleep(20_000);
      expect((await assay.page('/healthz')).status).toBe(200);
      await cluster.plane.startApiServer();
      await Promise.all(names.map((name) => rollouts.healthy(name)));
      await Promise.all(names.map((name) => settled(name, { [imageOf(name, '2')]: 4 })));
      expect(census.breaches()).toEqual([]);
      for (const name of names) expect(await versionsOf(cluster, name)).toEqual(['1', '2']);
    },
  );

  test('a namespace that is deleted in the middle of an update goes, with all in it', async () => {
    const { plane } = cluster;
    const assay = await serve();
    await plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'leaving' } });
    const path = '/apis/argoproj.io/v1alpha1/namespaces/leaving/rollouts';
    const spec = {
      replicas: 2,
      selector: { matchLabels: { app: 'leaving' } },
      template: aTemplate('leaving', 'leaving:1'),
      strategy: { canary: { steps: [{ setWeight: 50 }, { pause: { duration: 1 } }, { setWeight: 75 }] } },
    };
    const body = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'leaving' }, spec };
    await waitFor('the service account', () => plane.api.call('/api/v1/namespaces/leaving/serviceaccounts/default'));
    await plane.api.call(path, { method: 'POST', body });
    const phase = async () => (await plane.api.call<{ status?: { phase?: string } }>(`${path}/leaving`)).status?.phase;
    await waitFor('the rollout', async () => (await phase()) === 'Healthy', PATIENCE);
    await plane.kubectl([
      'patch',
      'rollouts.argoproj.io/leaving',
      '-n',
      'leaving',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { template: aTemplate('leaving', 'leaving:2') } }),
    ]);
    await waitFor('the update', async () => (await phase()) !== 'Healthy', PATIENCE);
    await plane.kubectl(['delete', 'namespace', 'leaving', '--wait=false']);
    await waitFor(
      'the namespace to be gone',
      async () => (await plane.api.send('/api/v1/namespaces/leaving')).status === 404,
      PATIENCE,
    );
    const before = assay.log().filter(({ namespace }) => namespace === 'leaving').length;
    // Nothing tells from outside that nobody comes back to it: longer than the longest wait before another try.
    await sleep(3000);
    expect(assay.log().filter(({ namespace }) => namespace === 'leaving')).toHaveLength(before);
  });

  test('a Rollout that is deleted in the middle of an update takes its pods and analyses with it', async () => {
    const assay = await serve();
    const steps = [{ setWeight: 50 }, { analysis: { templates: [{ templateName: 'takes-long' }] } }];
    await rollouts.create('deleted', { replicas: 2, strategy: { canary: { steps } } });
    await rollouts.healthy('deleted');
    await rollouts.setImage('deleted', 'deleted:2');
    const { metadata } = await rollouts.once(
      'deleted',
      'to be analysed',
      ({ canary: step }) => step?.currentStepAnalysisRunStatus !== undefined,
    );
    await cluster.plane.kubectl(['delete', 'rollouts.argoproj.io/deleted', '-n', NAMESPACE]);
    const isOwned = ({ metadata: { ownerReferences = [] } }: KubernetesObject) =>
      ownerReferences.some(({ uid }) => uid === metadata.uid);
    await waitFor(
      'what it had to be gone',
      async () => {
        const paths = [
          `/apis/apps/v1/namespaces/${NAMESPACE}/replicasets`,
          `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/analysisruns`,
        ];
        const lists = await Promise.all(
          paths.map((path) => cluster.plane.api.call<{ items: KubernetesObject[] }>(path)),
        );
        return lists.every(({ items }) => !items.some(isOwned)) && (await rollouts.podCount('deleted')) === 0;
      },
      PATIENCE,
    );
    expect(failuresOf(assay)).toEqual([]);
  });

  test('a verb that is not allowed: those that need it wait and say why, others go on', async () => {
    await cluster.plane.apply(rightsWithout('services', 'patch'));
    try {
      const assay = await serve();
      await rollouts.createService('held', 'held');
      await rollouts.create('held', { strategy: { blueGreen: { activeService: 'held' } } });
      await rollouts.create('free', { strategy: { canary: { steps: [{ setWeight: 34 }] } } });
      await rollouts.healthy('free');
      const failure = await waitFor(
        'the log to say so',
        () => failuresOf(assay).find(({ name }) => name === 'held'),
        PATIENCE,
      );
      expect(failure).toMatchObject({
        code: 'ASSAY_STEP_FAILED',
        error: expect.stringContaining(
          'services "held" is forbidden: User "system:serviceaccount:assay-system:assay" cannot patch resource "services"',
        ),
      });
      await rollouts.setImage('free', 'free:2');
      await rollouts.healthy('free');
      expect(failuresOf(assay).filter(({ name }) => name === 'free')).toEqual([]);
      await cluster.plane.kubectl(['apply', '-f', RIGHTS]);
      await rollouts.healthy('held');
    } finally {
      await cluster.plane.kubectl(['apply', '-f', RIGHTS]);
    }
  });

  test('a version that crashes over and over is never given the pods of the one that runs', async () => {
    await serve();
    const steps = [{ setWeight: 50 }, { setWeight: 75 }];
    await rollouts.create('crash', {
      replicas: 4,
      // Without probes a container is ready as soon as it runs, for as long as it does.
      minReadySeconds: 2,
      progressDeadlineSeconds: 8,
      strategy: { canary: { steps, maxSurge: 1, maxUnavailable: 0 } },
    });
    await rollouts.healthy('crash');
    census.hold('crash', { leastReady: 4, mostWanted: 5 });
    const [container] = aTemplate('crash', 'crash:2').spec?.containers ?? [];
    const template = aTemplate('crash', 'crash:2');
    await rollouts.patch('crash', {
      spec: {
        template: { ...template, spec: { ...template.spec, containers: [{ ...container, command: ['false'] }] } },
      },
    });
    const { status } = await rollouts.once('crash', 'to be degraded', ({ phase }) => phase === 'Degraded');
    expect(status?.message).toContain('ProgressDeadlineExceeded');
    await rollouts.setImage('crash', 'crash:1');
    await rollouts.healthy('crash');
    await settled('crash', { 'crash:1': 4 });
    expect(census.breaches()).toEqual([]);
  });

  test('pods that are slow to be ready: no pod goes before another is there', async () => {
    await serve();
    const canary = { steps: [{ setWeight: 25 }, { setWeight: 50 }], maxSurge: 1, maxUnavailable: 0 };
    await rollouts.create('slow', { replicas: 4, minReadySeconds: 1, strategy: { canary } });
    await rollouts.healthy('slow');
    census.hold('slow', { leastReady: 4, mostWanted: 5 });
    await rollouts.setImage('slow', 'ready-after-2s/slow');
    await rollouts.healthy('slow');
    await settled('slow', { 'ready-after-2s/slow': 4 });
    expect(census.breaches()).toEqual([]);
    expect(census.extremes('slow')).toEqual({ leastReady: 4, mostWanted: 5 });
  });
});

interface Sort {
  readonly spec: (name: string) => Partial<RolloutSpec>;
  readonly limits: PodLimits;
  readonly hasService?: boolean;
}

const steps = [{ setWeight: 25 }, { pause: { duration: 1 } }, { setWeight: 50 }, { setWeight: 75 }];
const canary =
  (maxSurge: number | string, maxUnavailable: number | string, its = steps) =>
  () => ({
    replicas: 4,
    strategy: { canary: { steps: its, maxSurge, maxUnavailable } },
  });
const SORTS: readonly [Sort, ...Sort[]] = [
  { spec: canary(1, 0), limits: { leastReady: 4, mostWanted: 5 } },
  { spec: canary(0, 1), limits: { leastReady: 3, mostWanted: 4 } },
  { spec: canary('50%', '25%'), limits: { leastReady: 3, mostWanted: 6 } },
  { spec: canary(1, 1, []), limits: { leastReady: 3, mostWanted: 5 } },
  {
    spec: (name) => ({ replicas: 4, strategy: { blueGreen: { activeService: name, scaleDownDelaySeconds: 1 } } }),
    // Versions that were overtaken go one after the other.
    limits: { leastReady: 4, mostWanted: Infinity },
    hasService: true,
  },
];

function imageOf(name: string, tag: string): string {
  return tag === '1' ? `${name}:1` : `ready-after-1s/${name}:${tag}`;
}

function failuresOf(assay: AssayServe) {
  return assay.log().filter(({ message }) => message === 'step failed');
}

/** Revisions of the ReplicaSets of a Rollout. */
async function versionsOf({ plane }: AnalysisCluster, name: string): Promise<readonly string[]> {
  const path = `/apis/apps/v1/namespaces/${NAMESPACE}/replicasets?labelSelector=app%3D${name}`;
  const { items } = await plane.api.call<{ items: readonly KubernetesObject[] }>(path);
  return items.map(({ metadata }) => metadata.annotations?.['rollout.argoproj.io/revision'] ?? '').toSorted();
}

/** Who did what with a Rollout, in order, and what its ReplicaSets have become: for a test that has failed. */
async function storyOf({ plane }: AnalysisCluster, serving: readonly AssayServe[], name: string): Promise<string> {
  const lines = serving.flatMap((assay, index) =>
    assay
      .log()
      .filter((line) => line['kind'] === 'Rollout' && line['name'] === name)
      .map(({ time, message, ...line }) => {
        const told = ['error', 'why', 'phase', 'wrote', 'changes', 'nextAt'].map((field) => [field, line[field]]);
        return `${time} process ${index}: ${message} ${JSON.stringify(Object.fromEntries(told))}`;
      }),
  );
  const path = `/apis/apps/v1/namespaces/${NAMESPACE}/replicasets?labelSelector=app%3D${name}`;
  const { items } = await plane.api.call<{ items: readonly KubernetesObject[] }>(path);
  const { metadata } = await plane.api.call<KubernetesObject>(
    `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/rollouts/${name}`,
  );
  return [
    ...lines.toSorted(),
    ...[metadata, ...items.map((set) => set.metadata)].map((each) => JSON.stringify(each)),
  ].join('\n');
}

/** Numbers from 0 to 1, the same for each seed. */
function aRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Role {
  readonly kind: string;
  readonly rules?: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
}

function rightsWithout(resource: string, verb: string): object {
  const [role] = parseAllDocuments(readFileSync(RIGHTS, 'utf8')).map((document) => document.toJS() as Role);
  const rules = role?.rules?.map((rule) =>
    rule.resources.includes(resource) ? { ...rule, verbs: rule.verbs.filter((each) => each !== verb) } : rule,
  );
  return { ...role, rules: rules?.filter(({ verbs }) => verbs.length > 0) };
}
