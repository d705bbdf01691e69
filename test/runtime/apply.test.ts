import { beforeEach, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { AssayError, type ErrorCode } from '../../lib/model/errors.ts';
import type { Cluster } from '../../lib/model/cluster.ts';
import type { Change } from '../../lib/model/outcome.ts';
import { apply } from '../../lib/runtime/apply.ts';

const key = { namespace: 'shop', name: 'web' };
const object = { apiVersion: 'v1', kind: 'Service', metadata: key };
const target = { apiVersion: 'v1', kind: 'Service', ...key };
const create: Change = { verb: 'create', object };
const patch: Change = { verb: 'patch', target, patch: { metadata: { labels: { team: 'web' } } } };
const remove: Change = { verb: 'delete', target };

let cluster: MemoryCluster;
beforeEach(() => {
  cluster = memoryCluster('c1', { now: () => new Date('2026-11-05T10:00:00Z') });
});

const uidOf = async () => (await cluster.get('Service', key))?.metadata.uid ?? '';

test('what was made is given back as it is in the cluster', async () => {
  expect(await apply(create, cluster)).toMatchObject({
    went: 'done',
    object: { metadata: { uid: expect.any(String) } },
  });
  const patched = await apply({ ...patch, target: { ...target, uid: await uidOf() } }, cluster);
  expect(patched).toMatchObject({ went: 'done', object: { metadata: { labels: { team: 'web' } } } });
});

test('a name that is taken comes with what has it', async () => {
  await apply(create, cluster);
  const found = { object: { metadata: { uid: await uidOf() } } };
  expect(await apply(create, cluster)).toMatchObject({ went: 'exists', found });
});

test('deleting what is gone, or what has come in its place, is done', async () => {
  expect(await apply(remove, cluster)).toEqual({ went: 'done' });
  await apply(create, cluster);
  expect(await apply({ ...remove, target: { ...target, uid: 'other' } }, cluster)).toEqual({ went: 'done' });
  expect(await uidOf()).not.toBe('');
  expect(await apply({ ...remove, target: { ...target, uid: await uidOf() } }, cluster)).toEqual({ went: 'done' });
  expect(await uidOf()).toBe('');
});

test('what has come in the place of something else is not patched', async () => {
  await apply(create, cluster);
  const reply = await apply({ ...patch, target: { ...target, uid: 'other' } }, cluster);
  expect(reply).toEqual({ went: 'failed', message: expect.stringContaining('immutable') });
  expect((await cluster.get('Service', key))?.metadata.labels).toBeUndefined();
});

test.each<{ name: string; code: ErrorCode; want: object }>([
  { name: 'refused', code: 'ASSAY_CLUSTER_REFUSED', want: { went: 'failed', message: 'no' } },
  { name: 'forbidden', code: 'ASSAY_CLUSTER_DENIED', want: { went: 'failed', message: 'no' } },
  { name: 'in conflict', code: 'ASSAY_CLUSTER_CONFLICT', want: { went: 'failed', message: 'no', isConflict: true } },
])("what is $name has failed, in the API server's own words", async ({ code, want }) => {
  expect(await apply(patch, failing('patch', new AssayError(code, 'no', { cluster: 'c1' })))).toEqual(want);
});

test('no answer is no reply', async () => {
  const error = new AssayError('ASSAY_CLUSTER_THROTTLED', 'later', { retry: true, cluster: 'c1' });
  await expect(apply(create, failing('create', error))).rejects.toBe(error);
});

test('a name that is free by the time one looks is taken', async () => {
  await apply(create, cluster);
  const fading: Cluster = {
    ...cluster,
    async get(kind, wanted) {
      await cluster.delete(kind, wanted);
      return cluster.get(kind, wanted);
    },
  };
  expect(await apply(create, fading)).toMatchObject({ went: 'done' });
});

test('what has a name may be hidden, may not answer, or be gone each time', async () => {
  await apply(create, cluster);
  const denied = new AssayError('ASSAY_CLUSTER_DENIED', 'services "web" is forbidden', { cluster: 'c1' });
  const found = { problem: 'services "web" is forbidden' };
  expect(await apply(create, failing('get', denied))).toEqual({ went: 'exists', found });
  const away = new AssayError('ASSAY_CLUSTER_UNREACHABLE', 'no answer', { retry: true, cluster: 'c1' });
  await expect(apply(create, failing('get', away))).rejects.toBe(away);
  const gone: Cluster = { ...cluster, get: async () => undefined };
  await expect(apply(create, gone)).rejects.toMatchObject({ code: 'ASSAY_STEP_FAILED', retry: true });
});

function failing(verb: 'get' | 'create' | 'patch', error: AssayError): Cluster {
  return { ...cluster, [verb]: () => Promise.reject(error) };
}
