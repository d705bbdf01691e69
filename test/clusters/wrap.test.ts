import { expect, test } from 'vitest';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { wrap, type Wrapping } from '../../lib/clusters/wrap.ts';

const AS_IS = {
  get: 'as is',
  list: 'as is',
  listStored: 'as is',
  isBehind: 'as is',
  refresh: 'as is',
  refreshAll: 'as is',
  create: 'as is',
  patch: 'as is',
  delete: 'as is',
  watch: 'as is',
  recordEvent: 'as is',
  fetch: 'as is',
} as const satisfies Wrapping;

test('what a table leaves as it is stays the very method, and so does what is beyond the port', () => {
  const memory = memoryCluster('c1', { now: () => new Date(0) });
  const wrapped = wrap(memory, AS_IS);
  expect(wrapped).toEqual(memory);
  expect(Object.hasOwn(wrapped, 'listStored')).toBe(false);
});

test('what a table gives stands before the cluster', async () => {
  const memory = memoryCluster('c1', { now: () => new Date(0) });
  const wrapped = wrap(memory, { ...AS_IS, delete: async () => false, listStored: () => [] });
  await memory.create('Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } });
  expect(await wrapped.delete('Namespace', { name: 'a' })).toBe(false);
  expect(wrapped.listStored?.('Namespace', {})).toEqual([]);
  expect(wrapped.name).toBe('c1');
  expect(memory.objects('Namespace')).toHaveLength(1);
});

test('a table that forgets a method does not compile', () => {
  const { watch: _, ...forgetful } = AS_IS;
  // @ts-expect-error -- what becomes of `watch` must be said
  const table: Wrapping = forgetful;
  expect(Object.keys(table)).not.toContain('watch');
});
