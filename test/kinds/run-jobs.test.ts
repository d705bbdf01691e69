import { expect, test } from 'vitest';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { runJobs } from '../../lib/kinds/run-jobs.ts';
import type { Job } from '../../lib/model/kubernetes.ts';
import { aRun } from '../builders.ts';

const now = () => new Date('2026-11-05T10:00:00Z');
const KEY = { namespace: 'shop', name: 'smoke' };

async function setUp() {
  const cluster = memoryCluster('c1', { now });
  const run = await cluster.create('AnalysisRun', aRun({ metadata: { uid: 'asked' } }));
  return { cluster, jobs: runJobs(run, cluster), uid: run.metadata.uid };
}

const aJob = (metadata: Job['metadata'] = {}): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'smoke', ...metadata },
  spec: { selector: { matchLabels: { app: 'smoke' } } },
});

test('a Job is created as the run’s own, wherever it says that it belongs', async () => {
  const { cluster, jobs, uid } = await setUp();
  await jobs.create(aJob({ namespace: 'bank', labels: { 'analysisrun.argoproj.io/uid': 'forged', app: 'x' } }));
  const [created] = cluster.objects('Job');
  expect(created?.metadata).toMatchObject({
    namespace: 'shop',
    labels: { 'analysisrun.argoproj.io/uid': uid, app: 'x' },
    ownerReferences: [{ kind: 'AnalysisRun', uid, controller: true }],
  });
  expect(await jobs.get('smoke')).toEqual(created);
  expect(await jobs.list()).toEqual([created]);
});

test('a Job that took the name of one that is gone is left alone', async () => {
  const { cluster, jobs } = await setUp();
  const old = await jobs.create(aJob());
  await cluster.delete('Job', KEY);
  await jobs.create(aJob());
  await jobs.delete(old);
  expect(await jobs.get('smoke')).toBeDefined();
});

test('a Job that nobody controls is not deleted, whoever asks', async () => {
  const { cluster, jobs } = await setUp();
  await jobs.delete(await cluster.create('Job', aJob({ namespace: 'shop' })));
  expect(cluster.objects('Job')).toHaveLength(1);
});

test('pods are those of the run’s namespace that a Job selects; none where it selects none', async () => {
  const { cluster, jobs } = await setUp();
  const labels = { app: 'smoke' };
  for (const metadata of [
    { name: 'own', namespace: 'shop', labels },
    { name: 'elsewhere', namespace: 'bank', labels },
    { name: 'other', namespace: 'shop' },
  ]) {
    await cluster.create('Pod', { apiVersion: 'v1', kind: 'Pod', metadata });
  }
  expect((await jobs.podsOf(aJob())).map(({ metadata }) => metadata.name)).toEqual(['own']);
  expect(await jobs.podsOf({ ...aJob(), spec: {} })).toEqual([]);
});
