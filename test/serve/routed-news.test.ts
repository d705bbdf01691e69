import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { type CachedCluster, cachedCluster } from '../../lib/clusters/store/cached.ts';
import { rollout } from '../../lib/kinds/rollout.ts';
import type { TrafficRouting } from '../../lib/model/traffic-routing.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { onRoutedNews } from '../../lib/serve/routed-news.ts';
import { aRollout } from '../builders.ts';

const namespace = 'shop';
let memory: MemoryCluster;
let cluster: CachedCluster;
let told: string[];
let stopped: AbortController;

beforeEach(async () => {
  memory = memoryCluster('c1', { now: () => new Date('2026-11-30T10:00:00Z') });
  cluster = cachedCluster(memory, scopesOf({ rollouts: true, routers: { istio: {} } }));
  [told, stopped] = [[], new AbortController()];
  onRoutedNews(
    cluster,
    [rollout],
    ({ name }) => void told.push(name),
    (_object, look) => look(),
  );
  void cluster.start(stopped.signal);
  await cluster.whenSynced();
});
afterEach(() => stopped.abort());

/** Until the watches have told of all that was done. */
async function isTold(): Promise<readonly string[]> {
  for (let turns = 0; turns < 5; turns += 1) await turn();
  return told;
}

async function aRoutedRollout(name: string, trafficRouting: TrafficRouting): Promise<void> {
  const { uid: _, generation: __, ...metadata } = { ...aRollout().metadata, name };
  await memory.create('Rollout', { ...aRollout({ strategy: { canary: { trafficRouting } } }), metadata });
  await isTold();
}

async function aVirtualService(name: string, where = namespace): Promise<void> {
  await memory.create('VirtualService', {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'VirtualService',
    metadata: { name, namespace: where },
  });
}

const named = (...names: readonly string[]): TrafficRouting => ({
  istio: { virtualServices: names.map((name) => ({ name })) },
});

test('a change of an object is told to all whose traffic it splits, and to nobody else', async () => {
  await aRoutedRollout('one', named('routes', 'more'));
  await aRoutedRollout('two', named('routes'));
  await aRoutedRollout('three', named('others'));
  await aVirtualService('routes');
  expect((await isTold()).toSorted()).toEqual(['one', 'two']);
  told = [];
  await memory.patch('VirtualService', { namespace, name: 'routes' }, { spec: { http: [] } });
  await memory.delete('VirtualService', { namespace, name: 'routes' });
  expect((await isTold()).toSorted()).toEqual(['one', 'one', 'two', 'two']);
});

test('in another namespace too, where the Rollout names that', async () => {
  await aRoutedRollout('one', named('routes.mesh'));
  await aVirtualService('routes');
  expect(await isTold()).toEqual([]);
  await aVirtualService('routes', 'mesh');
  expect(await isTold()).toEqual(['one']);
});

test('who has come to name another one, cannot be read, or is gone, is told no more', async () => {
  await aRoutedRollout('moved', named('routes'));
  await aRoutedRollout('broken', named('routes'));
  await aRoutedRollout('gone', named('routes'));
  const canary = { trafficRouting: named('others') };
  await memory.patch('Rollout', { namespace, name: 'moved' }, { spec: { strategy: { canary } } });
  await memory.patch('Rollout', { namespace, name: 'broken' }, { spec: { replicas: 'two' } });
  await memory.delete('Rollout', { namespace, name: 'gone' });
  await isTold();
  await aVirtualService('routes');
  expect(await isTold()).toEqual([]);
  await aVirtualService('others');
  expect(await isTold()).toEqual(['moved']);
});

test('a change of its status alone leaves what is told to it, and what is mended is told again', async () => {
  const key = { namespace, name: 'one' };
  await aRoutedRollout('one', named('routes'));
  memory.writeStatus('Rollout', key, { phase: 'Progressing' });
  await isTold();
  await aVirtualService('routes');
  expect(await isTold()).toEqual(['one']);
  await memory.patch('Rollout', key, { spec: { replicas: 'two' } });
  await memory.patch('Rollout', key, { spec: { replicas: 2 } });
  await isTold();
  await memory.delete('VirtualService', { namespace, name: 'routes' });
  expect(await isTold()).toEqual(['one', 'one']);
});
