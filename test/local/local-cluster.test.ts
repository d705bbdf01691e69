import { beforeEach, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import type { Cluster } from '../../lib/model/cluster.ts';
import type { Job } from '../../lib/model/kubernetes.ts';
import { localCluster } from '../../lib/local/local-cluster.ts';
import { aRun } from '../builders.ts';

const now = () => new Date();
const answerFrom = (body: string) => async () => ({ status: 200, headers: {}, body });
const aSecret = (name: string, value: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace: 'n', name },
  data: { key: value },
});
const A_JOB: Job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    namespace: 'n',
    name: 'j',
    labels: { a: 'b' },
    ownerReferences: [
      { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', name: 'r', uid: 'u', controller: true },
    ],
  },
  spec: {
    backoffLimit: 0,
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } },
  },
};

let memory: MemoryCluster;
let remote: MemoryCluster;
let cluster: Cluster;
beforeEach(() => {
  memory = memoryCluster('memory', { now, http: answerFrom('memory') });
  remote = memoryCluster('remote', { now, http: answerFrom('remote') });
  cluster = localCluster(memory, remote, 'remote');
});

const read = async (name: string) => (await cluster.get('Secret', { namespace: 'n', name }))?.data?.['key'];

test('without a remote cluster there is only memory', async () => {
  const { metadata } = await localCluster(memory, undefined, 'memory').create('Secret', aSecret('s', 'memory'));
  expect(await memory.get('Secret', { namespace: 'n', name: 's' })).toMatchObject({ metadata });
});

test('a Job that an API server would refuse does not become a process', async () => {
  for (const place of [undefined, remote]) {
    const wrong = { ...A_JOB, spec: { ...A_JOB.spec, backoffLimit: -1 } };
    await expect(localCluster(memory, place, 'memory').create('Job', wrong)).rejects.toMatchObject({
      code: 'ASSAY_CLUSTER_REFUSED',
      message: 'Job.batch "j" is invalid: spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0',
    });
  }
});

test('Secrets in memory go before those of the remote cluster', async () => {
  await memory.create('Secret', aSecret('both', 'memory'));
  await remote.create('Secret', aSecret('both', 'remote'));
  await remote.create('Secret', aSecret('far', 'remote'));
  expect([await read('both'), await read('far'), await read('none')]).toEqual(['memory', 'remote', undefined]);
});

test('requests are made as the remote cluster would', async () => {
  expect((await cluster.fetch({ url: 'http://x.n.svc' })).body).toBe('remote');
});

test('runs and Events never reach the remote cluster', async () => {
  const run = await cluster.create('AnalysisRun', aRun({ metadata: { namespace: 'n' } }));
  await cluster.recordEvent(
    { apiVersion: run.apiVersion, kind: run.kind, namespace: 'n', name: 'r' },
    { type: 'Normal', reason: 'R', message: 'm' },
  );
  expect([remote.objects('AnalysisRun'), remote.objects('Event')]).toEqual([[], []]);
  expect([memory.objects('AnalysisRun').length, memory.objects('Event').length]).toEqual([1, 1]);
});

test('a Job in the remote cluster has no owner there, and is removed by its time to live', async () => {
  await cluster.create('Job', A_JOB);
  const [job] = remote.objects('Job');
  expect(job?.metadata).toMatchObject({ name: 'j', labels: { a: 'b' } });
  expect(job?.metadata.ownerReferences).toBeUndefined();
  expect(job?.spec).toEqual({ ...A_JOB.spec, ttlSecondsAfterFinished: 600 });
  expect(await cluster.get('Job', { namespace: 'n', name: 'j' })).toEqual(job);
  expect((await cluster.list('Job', { namespace: 'n' })).items).toEqual([job]);
  expect(await cluster.delete('Job', { namespace: 'n', name: 'j' })).toBe(true);
  expect(remote.objects('Job')).toEqual([]);
});

test('where Jobs are processes they stay in memory, with their owner', async () => {
  const { metadata } = await memory.create('AnalysisRun', aRun({ metadata: { namespace: 'n', name: 'r' } }));
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', name: 'r', uid: metadata.uid ?? '' };
  const job = { ...A_JOB, metadata: { ...A_JOB.metadata, ownerReferences: [owner] } };
  await localCluster(memory, remote, 'memory').create('Job', job);
  expect(remote.objects('Job')).toEqual([]);
  expect(memory.objects('Job')[0]?.metadata.ownerReferences).toEqual([owner]);
});
