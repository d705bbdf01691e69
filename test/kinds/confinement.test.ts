import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KubernetesObject, OwnerReference } from '../../lib/model/kubernetes.ts';
import type { ObjectRef } from '../../lib/model/ref.ts';
import { aClusterTemplate, aMetric, anExperiment, aRun, aTemplate, aTemplateSpec } from '../builders.ts';
import { openWorld, type World } from '../world.ts';

/**
 * Who may write into one namespace of a cluster must not reach another through Assay, whose rights span all of them.
 * Names and references are drawn from both namespaces, and from texts that would be another path if they were taken
 * for one.
 */
const OWN = 'shop';
const OTHER = 'bank';
const CLUSTER_SCOPED = new Set(['ClusterAnalysisTemplate']);

const name = fc.constantFrom<string>(
  'success-rate',
  'cred',
  `${OTHER}/cred`,
  `../${OTHER}/cred`,
  `..%2F..%2F${OTHER}%2Fsecrets%2Fcred`,
  `../../${OTHER}/secrets/cred`,
  '..',
  'a b',
  '',
);
const namespace = fc.constantFrom<string>(OWN, OTHER, '');
const JOB = { job: { metadata: { name: 'cred', namespace: OTHER }, spec: { template: { spec: { containers: [] } } } } };
const ofJob = fc.record({
  metadata: fc.record({ name, namespace }),
  spec: fc.constant(JOB.job.spec),
});
const provider: fc.Arbitrary<unknown> = fc.oneof(
  fc.constant(aMetric().provider),
  ofJob.map((job) => ({ job })),
  fc.record({ name, key: name }).map((secretKeyRef) => ({
    web: {
      url: 'http://x.example.com/{{args.token}}',
      headers: [{ key: 'Authorization', valueFrom: { secretKeyRef } }],
    },
  })),
);
const argument = fc.record({ name, key: name }).map((secretKeyRef) => ({ name: 'token', valueFrom: { secretKeyRef } }));
/** Mostly one that is there: an experiment ends with the first that is not. */
const templateName = fc.oneof(
  { weight: 5, arbitrary: fc.constant<string>('success-rate') },
  { weight: 1, arbitrary: name },
);
const analysis = fc.record({ templateName, clusterScope: fc.boolean() });
const templateRefs = fc.array(analysis, { maxLength: 2 });
const owner = fc.record({ kind: fc.constantFrom<string>('Rollout', 'Experiment', 'Namespace'), name, uid: name });
const status = fc.record({
  phase: fc.constantFrom<string>('', 'Running', 'Successful', 'Failed'),
  availableAt: fc.constantFrom<string | undefined>(undefined, '2026-11-05T09:59:59Z'),
  analysisRuns: fc.array(
    fc.record({ name, analysisRun: name, phase: fc.constantFrom<string>('', 'Running', 'Failed') }),
    {
      maxLength: 3,
    },
  ),
});

/** What does all that there is to confine, so that nothing passes for want of trying. */
const SECRET_ARGUMENT = { name: 'token', valueFrom: { secretKeyRef: { name: 'cred', key: 'success-rate' } } };
const PLAIN_EXPERIMENT = {
  analyses: [{ templateName: 'success-rate', clusterScope: false }],
  service: 'cred',
  refs: [],
  provider: aMetric().provider,
  args: [SECRET_ARGUMENT],
  isBegun: false,
  labels: {},
  owner: { kind: 'Rollout', name: 'cred', uid: 'cred' },
  status: { phase: '', availableAt: undefined, analysisRuns: [] },
  terminate: false,
};
const PLAIN_RUN = { args: [], measurements: [], owner: PLAIN_EXPERIMENT.owner, terminate: false };
const UNDER_WAY = {
  phase: 'Running',
  startedAt: '2026-11-05T09:59:58Z',
  metadata: { 'job-name': 'cred', 'job-namespace': OTHER },
};
const PLAIN_RUNS = [
  { ...PLAIN_RUN, provider: JOB },
  { ...PLAIN_RUN, provider: JOB, measurements: [UNDER_WAY], terminate: true },
  { ...PLAIN_RUN, provider: aMetric().provider, args: [SECRET_ARGUMENT] },
];

test('an Experiment reads no secret and writes nothing outside of its namespace', async () => {
  const sample = fc.record({
    analyses: fc.array(analysis, { minLength: 1, maxLength: 3 }),
    service: name,
    refs: templateRefs,
    provider,
    args: fc.array(argument, { maxLength: 1 }),
    isBegun: fc.boolean(),
    labels: fc.dictionary(fc.constantFrom('app', 'namespace'), namespace),
    owner,
    status,
    terminate: fc.boolean(),
  });
  const containers = [{ name: 'main', image: 'app:1', ports: [{ containerPort: 8080 }] }];
  const pods = { metadata: { labels: { app: 'guestbook', track: 'canary' } }, spec: { containers } };
  const done = new Set<string>();
  const check = async (given: typeof sample extends fc.Arbitrary<infer T> ? T : never) => {
    const world = await aWorldOfTwo();
    const { args, refs } = given;
    const metrics = [aMetric({ name: 'drawn', provider: given.provider as never })];
    await world.create(aTemplate({ spec: { args, metrics, templates: refs } }));
    const owners: OwnerReference[] = [{ apiVersion: 'argoproj.io/v1alpha1', ...given.owner }];
    const ref = await world.create(
      anExperiment({
        metadata: { labels: given.labels, ownerReferences: [...owners, await anOwner(world)] },
        spec: {
          duration: '1s',
          scaleDownDelaySeconds: 0,
          terminate: given.terminate,
          templates: [aTemplateSpec({ service: { name: given.service }, template: pods })],
          analyses: given.analyses.map((each, index) => ({ ...each, name: `a${index}` })),
        },
        ...(given.isBegun && { status: JSON.parse(JSON.stringify(given.status)) }),
      }),
    );
    expect(await callsOutside(world, ref)).toEqual([]);
    for (const call of world.calls) done.add(call.split(' ').slice(0, 2).join(' '));
  };
  await fc.assert(fc.asyncProperty(sample, check), { numRuns: 200, examples: [[PLAIN_EXPERIMENT]] });
  const verbs = ['create ReplicaSet', 'create Service', 'create AnalysisRun', 'patch AnalysisRun', 'get Secret'];
  expect([...done]).toEqual(expect.arrayContaining(verbs));
});

test('an AnalysisRun reads no secret and writes nothing outside of its namespace', async () => {
  const measurement = fc.record({
    phase: fc.constantFrom<string>('Running', 'Successful'),
    startedAt: fc.constant<string>('2026-11-05T09:59:58Z'),
    metadata: fc.record({ 'job-name': name, 'job-namespace': namespace }),
  });
  const sample = fc.record({
    provider,
    args: fc.array(argument, { maxLength: 1 }),
    measurements: fc.array(measurement, { maxLength: 2 }),
    owner,
    terminate: fc.boolean(),
  });
  const done = new Set<string>();
  const check = async (given: typeof sample extends fc.Arbitrary<infer T> ? T : never) => {
    const world = await aWorldOfTwo();
    const metric = aMetric({ interval: '1s', count: 5, provider: given.provider as never });
    const result = { name: metric.name, phase: 'Running' as const, measurements: given.measurements as never };
    const owners: OwnerReference[] = [{ apiVersion: 'argoproj.io/v1alpha1', ...given.owner }];
    const ref = await world.create(
      aRun({
        metadata: { ownerReferences: [...owners, await anOwner(world)] },
        spec: {
          metrics: [metric],
          args: given.args,
          terminate: given.terminate,
          measurementRetention: [{ metricName: metric.name, limit: 1 }],
        },
        status: { phase: 'Running', ...(given.measurements.length > 0 && { metricResults: [result] }) },
      }),
    );
    expect(await callsOutside(world, ref)).toEqual([]);
    // What it has begun is ended.
    await world.memory.patch('AnalysisRun', ref, { spec: { terminate: true } });
    expect(await callsOutside(world, ref)).toEqual([]);
    for (const call of world.calls) done.add(call.split(' ').slice(0, 2).join(' '));
  };
  await fc.assert(fc.asyncProperty(sample, check), {
    numRuns: 200,
    examples: PLAIN_RUNS.map((run): [typeof run] => [run]),
  });
  expect([...done]).toEqual(expect.arrayContaining(['create Job', 'get Job', 'delete Job', 'get Secret']));
});

/** Steps an object, and the runs that come of it, for a while. @returns what was asked of the cluster beyond its namespace */
async function callsOutside(world: World, ref: ObjectRef): Promise<readonly string[]> {
  for (let round = 0; round < 4; round += 1) {
    const runs = world.memory.objects('AnalysisRun').map(refOf);
    for (const each of [ref, ...runs.filter((run) => run.namespace === OWN)]) {
      for (let again = 0; again < 3; again += 1) await world.step(each).catch(() => undefined);
    }
    for (const { metadata } of world.memory.objects('ReplicaSet')) {
      const counts = { replicas: 1, readyReplicas: 1, availableReplicas: 1 };
      world.memory.writeStatus('ReplicaSet', { namespace: OWN, name: metadata.name ?? '' }, counts);
    }
    world.nowMs += 2_000;
  }
  return world.calls.filter((call) => {
    const [, kind = '', path = ''] = call.split(' ');
    return !path.startsWith(`${OWN}/`) && !CLUSTER_SCOPED.has(kind);
  });
}

/** Two namespaces that hold things of the same names. */
async function aWorldOfTwo(): Promise<World> {
  const world = openWorld({ http: async () => ({ status: 404, headers: {}, body: '' }) });
  for (const at of [OWN, OTHER]) {
    await world.create({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: at, name: 'cred' } });
    await world.create(aRun({ metadata: { namespace: at, name: 'cred' } }));
  }
  await world.create(aTemplate({ metadata: { namespace: OTHER, name: 'cred' } }));
  await world.create(aClusterTemplate());
  return world;
}

/** In memory, what only names owners that are not there is garbage. */
async function anOwner(world: World): Promise<OwnerReference> {
  const { uid } = await world.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: OWN } });
  return { apiVersion: 'v1', kind: 'Namespace', name: OWN, uid };
}

function refOf({ kind, metadata }: KubernetesObject): ObjectRef {
  return {
    cluster: 'c1',
    kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
  };
}
