import { afterEach, beforeEach, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { type CachedCluster, cachedCluster } from '../../lib/clusters/store/cached.ts';
import { JOB_OWNER_LABEL } from '../../lib/model/labels.ts';
import type { ObjectRef } from '../../lib/model/ref.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { onOwnedNews } from '../../lib/serve/owned.ts';
import { aRun } from '../builders.ts';

const key = { namespace: 'shop', name: 'measure' };
const COMPLETE = { conditions: [{ type: 'Complete', status: 'True' }] };

let memory: MemoryCluster;
let cluster: CachedCluster;
let told: ObjectRef[];
let stopped: AbortController;

beforeEach(async () => {
  memory = memoryCluster('c1', { now: () => new Date('2026-11-05T10:00:00Z') });
  cluster = cachedCluster(memory, scopesOf({}));
  [told, stopped] = [[], new AbortController()];
  onOwnedNews(cluster, (owner) => told.push(owner));
  void cluster.start(stopped.signal);
  await cluster.whenSynced();
});
afterEach(() => stopped.abort());

test.each([
  { name: 'the run that waits for it', labels: {}, change: {}, want: ['guestbook-6fd5'] },
  { name: 'nobody whose run was made anew', labels: {}, change: { name: 'beside' }, want: [] },
  { name: 'nobody of another API group', labels: {}, change: { apiVersion: 'example.com/v1' }, want: [] },
  { name: 'nobody who is no controller', labels: {}, change: { controller: false }, want: [] },
  {
    name: 'nobody whose run is not served here',
    labels: { 'argo-rollouts.argoproj.io/controller-instance-id': 'theirs' },
    change: {},
    want: [],
  },
])('the end of a Job tells $name', async ({ labels, change, want }) => {
  const { apiVersion, kind, metadata } = await memory.create('AnalysisRun', aRun({ metadata: { labels } }));
  const { name = '', uid = '' } = metadata;
  await memory.create('AnalysisRun', aRun({ metadata: { name: 'beside' } }));
  await memory.create('Job', {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...key,
      labels: { [JOB_OWNER_LABEL]: uid },
      ownerReferences: [{ apiVersion, kind, name, uid, controller: true, ...change }],
    },
  });
  memory.writeStatus('Job', key, COMPLETE);
  await expect.poll(() => cluster.peek('Job', key)?.status).toMatchObject(COMPLETE);
  expect(told.map((owner) => owner.name)).toEqual(want);
});
