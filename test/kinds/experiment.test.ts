import { beforeEach, describe, expect, test } from 'vitest';
import { cachedCluster } from '../../lib/clusters/store/cached.ts';
import { loadKind } from '../../lib/kinds/registry.ts';
import { AssayError, type ErrorCode } from '../../lib/model/errors.ts';
import type { ExperimentSpec } from '../../lib/model/experiment.ts';
import type { Cluster, ListPage } from '../../lib/model/cluster.ts';
import type { KubernetesObject, ObjectMeta, OwnerReference } from '../../lib/model/kubernetes.ts';
import type { ObjectRef } from '../../lib/model/ref.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { aClusterTemplate, aMetric, anExperiment, aRun, aTemplate, aTemplateSpec } from '../builders.ts';
import { listening, openWorld, type World, writesOf } from '../world.ts';

const namespace = 'shop';
const EXPERIMENT = 'guestbook-compare';
const REPLICA_SET = { namespace, name: `${EXPERIMENT}-canary` };
const RUN = { namespace, name: `${EXPERIMENT}-success-rate` };

let world: World;
beforeEach(() => {
  world = openWorld();
});

const created = (spec: Partial<ExperimentSpec> = {}, metadata: ObjectMeta = {}) =>
  world.create(anExperiment({ spec, metadata }));
const experiment = async (ref: ObjectRef) => (await world.memory.get('Experiment', ref))?.status;
const events = (about = EXPERIMENT) =>
  world.memory.objects('Event').filter(({ involvedObject }) => (involvedObject as ObjectMeta).name === about);
const reasons = (about?: string) => events(about).map(({ reason }) => reason);
const pods = (count: number, key = REPLICA_SET) =>
  world.memory.writeStatus('ReplicaSet', key, {
    replicas: count,
    readyReplicas: count,
    availableReplicas: count,
  });

/** An experiment whose pods are available and whose analysis has begun. */
async function running(spec: Partial<ExperimentSpec> = {}, metadata: ObjectMeta = {}): Promise<ObjectRef> {
  if (!world.memory.objects('AnalysisTemplate').length) await world.create(aTemplate());
  const ref = await created(spec, metadata);
  await world.settle(ref);
  pods(1);
  await world.settle(ref);
  return ref;
}

describe('its life', () => {
  test('pods, then the analysis of them, then their end, each as soon as what it waits for is there', async () => {
    await world.create(aTemplate());
    const instance = { 'argo-rollouts.argoproj.io/controller-instance-id': 'assay' };
    const ref = await created({ scaleDownDelaySeconds: 20 }, { labels: instance });
    expect(await world.settle(ref)).toBe(10);
    expect(await world.memory.get('ReplicaSet', REPLICA_SET)).toMatchObject({ spec: { replicas: 1 } });
    expect(await experiment(ref)).toMatchObject({ phase: 'Pending', templateStatuses: [{ status: 'Progressing' }] });

    pods(1);
    expect(await world.settle(ref)).toBe(10);
    expect(await world.memory.get('AnalysisRun', RUN)).toMatchObject({
      metadata: { labels: instance, ownerReferences: [{ kind: 'Experiment', uid: ref.uid, controller: true }] },
      spec: { metrics: aTemplate().spec.metrics },
    });
    expect(await experiment(ref)).toMatchObject({
      phase: 'Running',
      availableAt: '2026-11-05T10:00:00Z',
      analysisRuns: [{ name: 'success-rate', analysisRun: RUN.name }],
    });

    await world.memory.patch('AnalysisRun', RUN, { status: { phase: 'Failed', message: 'too many errors' } });
    expect(await world.settle(ref)).toBe(10);
    expect(await experiment(ref)).toMatchObject({ phase: 'Failed', message: 'too many errors' });
    expect(await world.memory.get('ReplicaSet', REPLICA_SET)).toMatchObject({ spec: { replicas: 1 } });

    world.nowMs += 20_000;
    await world.settle(ref);
    expect(await world.memory.get('ReplicaSet', REPLICA_SET)).toMatchObject({ spec: { replicas: 0 } });
    pods(0);
    expect(await world.settle(ref)).toBeUndefined();
    const ended = await world.memory.get('Experiment', ref);
    expect(ended?.metadata.labels).toMatchObject({ 'assay.dev/finished': 'true' });
    expect(reasons()).toEqual(
      expect.arrayContaining(['ExperimentPending', 'TemplateRunning', 'AnalysisRunFailed', 'ExperimentFailed']),
    );
  });

  test('the next look: at the end of the duration if that is sooner than the poll, strictly after it', async () => {
    const ref = await running({ duration: '7s', analyses: [] });
    expect(world.nextSeconds.get(ref.name)).toBe(7.001);
    world.nowMs += 7001;
    await world.settle(ref);
    expect((await experiment(ref))?.phase).toBe('Successful');
  });

  test('an invalid specification is said once, and left alone', async () => {
    const ref = await created({ duration: 'soon' });
    expect(await world.settle(ref)).toBeUndefined();
    expect((await experiment(ref))?.conditions).toMatchObject([{ type: 'InvalidSpec', status: 'True' }]);
    expect(world.memory.objects('ReplicaSet')).toEqual([]);
  });

  test('one whose status has a time that is none is told so too, and stands in nobody else’s way', async () => {
    const ref = await created();
    await world.memory.patch('Experiment', ref, {
      status: { phase: 'Running', availableAt: '2026-11-05T10:00:00+99:99' },
    });
    await world.step(ref);
    expect(events()).toMatchObject([
      { reason: 'InvalidSpec', message: expect.stringMatching(/^Experiment cannot be read: status\.availableAt/) },
    ]);
    expect(world.nextSeconds.size).toBe(0);
  });

  test('one that cannot be read is told so in an Event, and nothing else', async () => {
    const ref = await created({ templates: 'none' as never });
    const object = await world.memory.get('Experiment', ref);
    expect(object && (await loadKind('Experiment')).dueAt(object, new Date(world.nowMs))).toEqual(
      new Date(world.nowMs),
    );
    await world.step(ref);
    expect(events()).toMatchObject([
      {
        type: 'Warning',
        reason: 'InvalidSpec',
        message: expect.stringMatching(/^Experiment cannot be read: spec\.templates/),
      },
    ]);
    expect(world.memory.objects('ReplicaSet')).toEqual([]);
    expect(world.nextSeconds.size).toBe(0);
  });

  test.each([
    { name: 'of another uid', change: async (ref: ObjectRef) => ({ ...ref, uid: 'other' }) },
    { name: 'that is gone', change: async (ref: ObjectRef) => ({ ...ref, name: 'other' }) },
    {
      name: 'that is being deleted',
      change: async (ref: ObjectRef) => {
        await world.memory.patch('Experiment', ref, { metadata: { finalizers: ['example.com/hold'] } });
        await world.memory.delete('Experiment', ref);
        return ref;
      },
    },
  ])('one $name is left alone', async ({ change }) => {
    const ref = await change(await created());
    await world.step(ref);
    expect(writesOf(world.calls)).toEqual([]);
    expect(world.nextSeconds.size).toBe(0);
  });
});

describe('what a step costs', () => {
  const templates = Array.from({ length: 10 }, (_, index) => aTemplateSpec({ name: `t${index}`, service: {} }));
  const analyses = Array.from({ length: 5 }, (_, index) => ({ name: `a${index}`, templateName: 'success-rate' }));

  test('nothing changes: nothing is written, and each kind is listed once', async () => {
    const ref = await large();
    world.calls.length = 0;
    await world.step(ref);
    expect(writesOf(world.calls)).toEqual([]);
    expect(world.calls.filter((call) => call.startsWith('list'))).toEqual([
      'list ReplicaSet shop/',
      'list Service shop/',
    ]);
    expect(world.nextSeconds.get(ref.name)).toBe(10);
  });

  test('with stores at hand, it reads nothing', async () => {
    const ref = await large();
    const asked: string[] = [];
    const cached = cachedCluster(listening(world.memory, asked), scopesOf({}));
    const abort = new AbortController();
    const following = cached.start(abort.signal);
    await cached.whenSynced();
    asked.length = 0;
    world.cluster = cached;
    await world.step(ref);
    expect(asked).toEqual([]);
    abort.abort();
    await following;
  });

  async function large(): Promise<ObjectRef> {
    await world.create(aTemplate());
    const ref = await created({ templates, analyses });
    await world.settle(ref);
    for (const { name } of templates) pods(1, { namespace, name: `${EXPERIMENT}-${name}` });
    await world.settle(ref);
    return ref;
  }
});

describe('surprises', () => {
  test("a ReplicaSet's name that is taken is tried again until it is free; meanwhile nothing is written", async () => {
    await world.create(aReplicaSet(REPLICA_SET.name));
    const ref = await created({ analyses: [] });
    expect(await world.settle(ref)).toBe(10);
    expect(await experiment(ref)).toMatchObject({
      templateStatuses: [{ message: expect.stringContaining('already exists and is not owned by') }],
    });
    const before = await world.memory.get('Experiment', ref);
    world.nowMs += 10_001;
    expect(await world.settle(ref)).toBe(10);
    expect(await world.memory.get('Experiment', ref)).toEqual(before);

    await world.memory.delete('ReplicaSet', REPLICA_SET);
    world.nowMs += 10_001;
    await world.settle(ref);
    const [replicaSet] = world.memory.objects('ReplicaSet');
    expect(replicaSet).toMatchObject({ metadata: { ownerReferences: [{ uid: ref.uid }] }, spec: { replicas: 1 } });
  });

  test("a run's name that is taken: the next one is used", async () => {
    await world.create(aRun({ metadata: RUN }));
    const ref = await running();
    expect((await experiment(ref))?.analysisRuns).toMatchObject([{ analysisRun: `${RUN.name}.1` }]);
  });

  test('a run that was created by a step whose status was not written is taken over', async () => {
    const ref = await created();
    await world.create(aTemplate());
    await world.settle(ref);
    pods(1);
    const losing: Cluster = {
      ...world.memory,
      async create(kind, object) {
        const made = await world.memory.create(kind, object);
        await world.memory.patch('Experiment', ref, { spec: { duration: '6m' } });
        return made;
      },
    };
    await world.step(ref);
    const usual = world.cluster;
    world.cluster = losing;
    await world.step(ref);
    expect(await experiment(ref)).not.toHaveProperty('analysisRuns.0.analysisRun', RUN.name);
    world.cluster = usual;
    await world.settle(ref);
    expect((await experiment(ref))?.analysisRuns).toMatchObject([{ analysisRun: RUN.name }]);
    expect(world.memory.objects('AnalysisRun')).toHaveLength(1);
  });

  test('two steps at once, all along: everything is made once, and told once', async () => {
    await world.create(aTemplate());
    const ref = await created({ duration: '5s', scaleDownDelaySeconds: 0 });
    const both = async (): Promise<void> => {
      for (let times = 0; times < 6; times += 1) await Promise.all([world.step(ref), world.step(ref)]);
    };
    await both();
    pods(1);
    await both();
    await world.memory.patch('AnalysisRun', RUN, { status: { phase: 'Successful' } });
    world.nowMs += 5001;
    await both();
    pods(0);
    await both();
    expect(await world.memory.get('Experiment', ref)).toMatchObject({
      metadata: { labels: { 'assay.dev/finished': 'true' } },
      status: { phase: 'Successful', analysisRuns: [{ analysisRun: RUN.name, phase: 'Successful' }] },
    });
    expect([world.memory.objects('ReplicaSet').length, world.memory.objects('AnalysisRun').length]).toEqual([1, 1]);
    const told = reasons().filter((reason) => String(reason).startsWith('Experiment'));
    expect(told).toEqual(['ExperimentPending', 'ExperimentRunning', 'ExperimentSuccessful']);
  });

  test('what the API server refuses is told in its own words', async () => {
    world.cluster = failing('create ReplicaSet', 'ASSAY_CLUSTER_DENIED', 'exceeded quota: pods');
    const ref = await created({ analyses: [] });
    await world.settle(ref);
    expect(await experiment(ref)).toMatchObject({
      phase: 'Error',
      templateStatuses: [
        { status: 'Error', message: "Failed to create ReplicaSet for template 'canary': exceeded quota: pods" },
      ],
    });
  });

  test('after a conflict, scaling is tried again in a second', async () => {
    const ref = await created({ analyses: [] });
    await world.step(ref);
    world.cluster = failing('patch ReplicaSet', 'ASSAY_CLUSTER_CONFLICT', 'modified');
    expect(await world.settle(ref)).toBe(1.001);
    expect(await experiment(ref)).toMatchObject({ phase: 'Pending', templateStatuses: [{ status: 'Progressing' }] });
  });

  test('a cluster that does not answer just now is no verdict: the step is tried again, and goes on', async () => {
    const ref = await created({ analyses: [] });
    const usual = world.cluster;
    world.cluster = failing('create ReplicaSet', 'ASSAY_CLUSTER_UNREACHABLE', 'no answer', true);
    await expect(world.step(ref)).rejects.toMatchObject({ code: 'ASSAY_CLUSTER_UNREACHABLE' });
    expect(await experiment(ref)).toBeUndefined();
    world.cluster = usual;
    await world.settle(ref);
    expect((await experiment(ref))?.phase).toBe('Pending');
  });

  test('a name whose holder is never found: the step is tried again', async () => {
    const ref = await created({ analyses: [] });
    world.cluster = failing('create ReplicaSet', 'ASSAY_CLUSTER_EXISTS', 'exists');
    await expect(world.step(ref)).rejects.toMatchObject({ code: 'ASSAY_STEP_FAILED', retry: true });
  });

  test('two ReplicaSets for one template: the step fails, and writes no status', async () => {
    const ref = await created({ analyses: [] });
    await world.settle(ref);
    const before = await experiment(ref);
    const replicaSet = await world.memory.get('ReplicaSet', REPLICA_SET);
    if (!replicaSet) throw new Error('no ReplicaSet');
    const { resourceVersion: _, uid: _uid, ...metadata } = replicaSet.metadata;
    await world.create({ ...replicaSet, metadata: { ...metadata, name: 'another' } });
    await expect(world.step(ref)).rejects.toMatchObject({
      code: 'ASSAY_STEP_FAILED',
      retry: true,
      message: 'multiple ReplicaSets match single experiment template: canary',
    });
    expect(await experiment(ref)).toEqual(before);
    expect(world.nextSeconds.size).toBe(0);
  });

  test('what has come in the place of a ReplicaSet is left alone', async () => {
    const ref = await running({ scaleDownDelaySeconds: 0, analyses: [] });
    await world.memory.patch('Experiment', ref, { spec: { terminate: true } });
    const stale = await world.memory.list('ReplicaSet', { namespace });
    await world.memory.delete('ReplicaSet', REPLICA_SET);
    await world.create(aReplicaSet(REPLICA_SET.name));
    world.cluster = { ...world.memory, list: async () => stale as ListPage<never> };
    await world.step(ref);
    expect(await world.memory.get('ReplicaSet', REPLICA_SET)).toMatchObject({ spec: { replicas: 3 } });
  });
});

describe('analyses', () => {
  test('an analysis that ends is told to the Rollout that the experiment is a step of, if it is there', async () => {
    const owner = await aRollout();
    const ref = await running({}, { ownerReferences: [owner] });
    await world.memory.patch('AnalysisRun', RUN, { status: { phase: 'Running' } });
    await world.settle(ref);
    expect(events('guestbook')).toMatchObject([
      { type: 'Warning', reason: 'AnalysisRunPending', involvedObject: { kind: 'Rollout', uid: owner.uid } },
      { type: 'Warning', reason: 'AnalysisRunRunning' },
    ]);
  });

  test.each(['ASSAY_CLUSTER_NOT_FOUND', 'ASSAY_CLUSTER_DENIED'] as const)(
    'where Rollouts cannot be looked at (%s), none is told',
    async (code) => {
      const ownerReferences = [await aRollout()];
      world.cluster = failing('get Rollout', code, 'no');
      const ref = await running({}, { ownerReferences });
      expect((await experiment(ref))?.phase).toBe('Running');
      expect(events('guestbook')).toEqual([]);
    },
  );

  test('templates that templates refer to are read, each once', async () => {
    const refs = [
      { templateName: 'inner' },
      { templateName: 'shared', clusterScope: true },
      { templateName: 'shared', clusterScope: true },
    ];
    await world.create(aTemplate({ spec: { templates: refs } }));
    const inner = [{ templateName: 'shared', clusterScope: true }];
    await world.create(aTemplate({ metadata: { name: 'inner' }, spec: { metrics: [], templates: inner } }));
    await world.create(
      aClusterTemplate({ metadata: { name: 'shared' }, spec: { metrics: [aMetric({ name: 'other' })] } }),
    );
    const ref = await created();
    await world.settle(ref);
    pods(1);
    await world.step(ref);
    world.calls.length = 0;
    await world.step(ref);
    expect(world.calls.filter((call) => call.startsWith('get') && call.includes('Template'))).toEqual([
      'get AnalysisTemplate shop/success-rate',
      'get AnalysisTemplate shop/inner',
      'get ClusterAnalysisTemplate /shared',
    ]);
    expect((await experiment(ref))?.analysisRuns).toMatchObject([{ analysisRun: RUN.name }]);
  });

  test.each(['missing', '../secrets/cred', '..', ''])(
    'a template %j is not found, in the words of Argo',
    async (name) => {
      const ref = await created({ analyses: [{ name: 'check', templateName: name }] });
      await world.settle(ref);
      expect(await experiment(ref)).toMatchObject({
        phase: 'Error',
        message: `AnalysisTemplate verification failed for analysis 'check': analysistemplate.argoproj.io "${name}" not found`,
      });
    },
  );

  test('templates that may not be read are no verdict', async () => {
    world.cluster = failing('get AnalysisTemplate', 'ASSAY_CLUSTER_DENIED', 'forbidden');
    const ref = await created();
    await expect(world.step(ref)).rejects.toMatchObject({ code: 'ASSAY_CLUSTER_DENIED' });
    expect(await experiment(ref)).toBeUndefined();
  });

  test('a run that is deleted ends the experiment, in the words of Argo', async () => {
    const ref = await running();
    await world.memory.delete('AnalysisRun', RUN);
    await world.settle(ref);
    expect(await experiment(ref)).toMatchObject({
      phase: 'Error',
      message: `analysisruns.argoproj.io "${RUN.name}" not found`,
    });
  });
});

/** The cluster, but `call` (`verb kind`) fails. */
function failing(call: string, code: ErrorCode, message: string, retry = false): Cluster {
  const [verb, kind] = call.split(' ') as ['get' | 'create' | 'patch', string];
  const { memory } = world;
  const refuse = (asked: string) => {
    if (asked === kind) throw new AssayError(code, message, { retry, cluster: 'c1' });
  };
  return {
    ...memory,
    async get(asked, key) {
      if (verb === 'get') refuse(asked);
      return memory.get(asked, key);
    },
    async create(asked, object) {
      if (verb === 'create') refuse(asked);
      return memory.create(asked, object);
    },
    async patch(asked, key, patch) {
      if (verb === 'patch') refuse(asked);
      return memory.patch(asked, key, patch);
    },
  };
}

/** One that owns what names it. */
async function aRollout(): Promise<OwnerReference> {
  const apiVersion = 'argoproj.io/v1alpha1';
  const { uid } = await world.create({ apiVersion, kind: 'Rollout', metadata: { namespace, name: 'guestbook' } });
  return { apiVersion, kind: 'Rollout', name: 'guestbook', uid, controller: true };
}

function aReplicaSet(name: string): KubernetesObject & { readonly spec: object } {
  return { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { namespace, name }, spec: { replicas: 3 } };
}
