import { beforeEach, describe, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import type { Cluster, Patch, PatchOptions } from '../../lib/model/cluster.ts';
import { AssayError, type ErrorCode } from '../../lib/model/errors.ts';
import type { AnyStatus, Seen } from '../../lib/model/kind.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { Outcome } from '../../lib/model/outcome.ts';
import { type ObjectRef, refOf } from '../../lib/model/ref.ts';
import { type ResourceKind, resourceKind } from '../../lib/model/resources.ts';
import { writeStatus } from '../../lib/runtime/write-status.ts';
import { aMeasurement, aResult, aRun } from '../builders.ts';

const NOW = new Date('2026-11-30T10:00:00Z');
const FINISHED = { 'assay.dev/finished': 'true' };
let memory: MemoryCluster;
/** What was written: where to, and with what. */
let writes: { to: 'object' | 'status'; patch: Patch }[];

beforeEach(() => {
  memory = memoryCluster('c1', { now: () => NOW });
  writes = [];
});

/** The cluster, with `before` done ahead of the n-th write, counted from 1. */
function noting(before: (nth: number) => Promise<unknown> = async () => {}): Cluster {
  return {
    ...memory,
    async patch(kind, key, patch: Patch, options?: PatchOptions) {
      writes.push({ to: options?.subresource ?? 'object', patch });
      await before(writes.length);
      return memory.patch(kind, key, patch, options);
    },
  };
}

const fails = async (code: ErrorCode) => Promise.reject(new AssayError(code, 'no', { retry: true }));
const anOutcome = (status: object, finished?: boolean): Outcome<AnyStatus> => ({
  status,
  nextAt: undefined,
  events: [],
  changes: [],
  ...(finished !== undefined && { finished }),
});

async function create(kind: ResourceKind, metadata: KubernetesObject['metadata'] = {}): Promise<[ObjectRef, Seen]> {
  const rollout = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', spec: { replicas: 1 } };
  const object = kind === 'AnalysisRun' ? aRun() : { ...rollout, metadata: { name: 'web', namespace: 'shop' } };
  const created = await memory.create(kind, { ...object, metadata: { ...object.metadata, ...metadata } });
  return [refOf('c1', created), { object: created as Seen['object'] }];
}
const see = async (ref: ObjectRef): Promise<Seen['object'] | undefined> =>
  memory.get(resourceKind(ref.kind), ref) as Promise<Seen['object'] | undefined>;

describe('a status in its own object', () => {
  test('is written with its label, at once', async () => {
    const [ref, seen] = await create('AnalysisRun');
    const wrote = await writeStatus(ref, seen, anOutcome({ phase: 'Successful' }, true), noting(), NOW);
    const after = await see(ref);
    expect(writes).toHaveLength(1);
    expect(after).toMatchObject({ metadata: { labels: FINISHED }, status: { phase: 'Successful' } });
    expect(wrote).toMatchObject({ went: 'status', version: after?.metadata.resourceVersion });
  });

  test('is lost where the object is being deleted meanwhile', async () => {
    const [ref, seen] = await create('AnalysisRun', { finalizers: ['assay.dev/test'] });
    const cluster = noting(() => memory.delete('AnalysisRun', ref));
    expect(await writeStatus(ref, seen, anOutcome({ phase: 'Running' }), cluster, NOW)).toMatchObject({ went: 'lost' });
    expect(await see(ref)).not.toHaveProperty('status');
    expect(writes).toHaveLength(1);
  });
});

describe('a status that is a subresource', () => {
  test('is written there, without a label to the object', async () => {
    const [ref, seen] = await create('Rollout');
    const wrote = await writeStatus(ref, seen, anOutcome({ phase: 'Progressing' }), noting(), NOW);
    const after = await see(ref);
    expect(writes.map(({ to }) => to)).toEqual(['status']);
    expect(after?.status).toEqual({ phase: 'Progressing' });
    expect(wrote).toMatchObject({ went: 'status', version: after?.metadata.resourceVersion });
  });

  test('comes first, and its label after it, each with the version that it was told', async () => {
    const [ref, seen] = await create('Rollout');
    const wrote = await writeStatus(ref, seen, anOutcome({ phase: 'Healthy' }, true), noting(), NOW);
    const after = await see(ref);
    expect(writes.map(({ to }) => to)).toEqual(['status', 'object']);
    const versions = writes.map(({ patch }) => Reflect.get(Object(Reflect.get(patch, 'metadata')), 'resourceVersion'));
    expect(versions[0]).toBe(seen.object.metadata.resourceVersion);
    expect(Number(versions[1])).toBe(Number(versions[0]) + 1);
    expect(after).toMatchObject({ metadata: { labels: FINISHED }, status: { phase: 'Healthy' } });
    expect(wrote).toMatchObject({ went: 'status', version: after?.metadata.resourceVersion });
  });

  test('a label that could not be written is told, and is all that a later look writes', async () => {
    const [ref, seen] = await create('Rollout');
    const outcome = anOutcome({ phase: 'Healthy' }, true);
    const breaking = noting(async (nth) => nth === 2 && fails('ASSAY_CLUSTER_UNREACHABLE'));
    const wrote = await writeStatus(ref, seen, outcome, breaking, NOW);
    const between = await see(ref);
    expect(wrote).toMatchObject({
      went: 'status',
      version: between?.metadata.resourceVersion,
      unlabelled: { code: 'ASSAY_CLUSTER_UNREACHABLE' },
    });
    expect(between).not.toHaveProperty('metadata.labels');

    writes = [];
    await writeStatus(ref, { object: between ?? seen.object }, outcome, noting(), NOW);
    expect(writes.map(({ to }) => to)).toEqual(['object']);
    expect((await see(ref))?.metadata.labels).toEqual(FINISHED);
  });

  test.each([
    { what: 'labels', patch: { metadata: { labels: { a: 'b' } } }, labels: { a: 'b', ...FINISHED } },
    { what: 'the specification', patch: { spec: { replicas: 2 } }, labels: undefined },
  ])('between the two somebody changed $what: labels $labels', async ({ patch, labels }) => {
    const [ref, seen] = await create('Rollout');
    const cluster = noting(async (nth) => nth === 2 && memory.patch('Rollout', ref, patch));
    const wrote = await writeStatus(ref, seen, anOutcome({ phase: 'Healthy' }, true), cluster, NOW);
    expect(wrote).toMatchObject({ went: 'status' });
    expect(wrote).not.toHaveProperty('unlabelled');
    expect((await see(ref))?.metadata.labels).toEqual(labels);
  });

  test('where the status is lost no label is written', async () => {
    const [ref, seen] = await create('Rollout');
    const cluster = noting(async () => memory.patch('Rollout', ref, { spec: { replicas: 2 } }));
    const wrote = await writeStatus(ref, seen, anOutcome({ phase: 'Healthy' }, true), cluster, NOW);
    expect(wrote).toMatchObject({ went: 'lost' });
    expect(writes).toHaveLength(1);
  });

  test.each([
    { finished: false, gone: true },
    { finished: undefined, gone: false },
    { finished: true, gone: false },
  ])('one that is finished: $finished loses its label before it gets another status: $gone', async (row) => {
    const [ref] = await create('Rollout', { labels: FINISHED });
    const object = await memory.patch('Rollout', ref, { status: { phase: 'Healthy' } }, { subresource: 'status' });
    const outcome = anOutcome({ phase: 'Progressing' }, row.finished);
    await writeStatus(ref, { object }, outcome, noting(), NOW);
    expect(writes.map(({ to }) => to)).toEqual(row.gone ? ['object', 'status'] : ['status']);
    expect((await see(ref))?.metadata.labels).toEqual(row.gone ? undefined : FINISHED);
    expect((await see(ref))?.status).toEqual({ phase: 'Progressing' });
  });

  test('where its label has gone and the status cannot be written, the step is to be taken again', async () => {
    const [ref, seen] = await create('Rollout', { labels: FINISHED });
    const cluster = noting(async (nth) => nth === 2 && fails('ASSAY_CLUSTER_UNREACHABLE'));
    const writing = writeStatus(ref, seen, anOutcome({ phase: 'Progressing' }, false), cluster, NOW);
    await expect(writing).rejects.toMatchObject({ code: 'ASSAY_CLUSTER_UNREACHABLE' });
    expect((await see(ref))?.metadata.labels).toBeUndefined();
  });
});

const large = (phase: string) => ({
  phase,
  startedAt: '2026-11-30T09:00:00Z',
  metricResults: [aResult({ measurements: [aMeasurement({ value: 'x'.repeat(1_600_000) })] })],
});

describe('a status that is too large', () => {
  test('is written without what was measured: the run ends with Error', async () => {
    const [ref, seen] = await create('AnalysisRun');
    const wrote = await writeStatus(ref, seen, anOutcome(large('Running')), noting(), NOW);
    const status = (await see(ref))?.status;
    expect(status).toMatchObject({
      phase: 'Error',
      message: expect.stringMatching(/^the status has 1600\d{3} bytes: /),
    });
    expect(wrote).toMatchObject({ went: 'status', outcome: { status, events: [{ reason: 'AnalysisRunError' }] } });
    expect(writes).toHaveLength(2);
  });

  test('keeps its verdict', async () => {
    const [ref, seen] = await create('AnalysisRun');
    await writeStatus(ref, seen, anOutcome(large('Failed'), true), noting(), NOW);
    expect(await see(ref)).toMatchObject({ metadata: { labels: FINISHED }, status: { phase: 'Failed' } });
  });

  test('is refused where the object is full without it', async () => {
    const [ref, seen] = await create('AnalysisRun');
    const cluster = noting(async () => fails('ASSAY_CLUSTER_TOO_LARGE'));
    const writing = writeStatus(ref, seen, anOutcome(large('Running')), cluster, NOW);
    await expect(writing).rejects.toMatchObject({ code: 'ASSAY_CLUSTER_TOO_LARGE' });
    expect(writes).toHaveLength(4);
  });
});
