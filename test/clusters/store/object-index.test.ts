import { expect, test } from 'vitest';
import { objectIndex } from '../../../lib/clusters/store/object-index.ts';
import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';

const anObject = (name: string, namespace?: string, ownerUid?: string): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name,
    ...(namespace && { namespace }),
    ...(ownerUid && {
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Other', name: 'other', uid: 'other' },
        { apiVersion: 'v1', kind: 'Experiment', name: 'owner', uid: ownerUid, controller: true },
      ],
    }),
  },
});
const names = (objects: readonly KubernetesObject[]) => objects.map(({ metadata }) => metadata.name);

function filled() {
  const index = objectIndex<KubernetesObject>();
  index.set('a', anObject('a', 'shop', 'u1'));
  index.set('b', anObject('b', 'shop', 'u2'));
  index.set('c', anObject('c', 'bank', 'u1'));
  index.set('d', anObject('d'));
  return index;
}

test('objects are found by key, by namespace and by the uid of their controller', () => {
  const index = filled();
  expect(index.get('b')?.metadata.name).toBe('b');
  expect(names(index.all())).toEqual(['a', 'b', 'c', 'd']);
  expect(names(index.inNamespace('shop'))).toEqual(['a', 'b']);
  expect(names(index.ownedBy('u1'))).toEqual(['a', 'c']);
  expect(index.ownedBy('other')).toEqual([]);
  expect(index.inNamespace('nowhere')).toEqual([]);
});

test('what is replaced keeps its place; what goes is gone everywhere', () => {
  const index = filled();
  index.set('a', { ...anObject('a', 'shop', 'u1'), apiVersion: 'new' });
  expect(index.ownedBy('u1').map(({ apiVersion }) => apiVersion)).toEqual(['new', 'apps/v1']);
  expect(names(index.all())).toEqual(['a', 'b', 'c', 'd']);
  index.delete('a');
  index.delete('a');
  expect([index.all(), index.inNamespace('shop'), index.ownedBy('u1')].map(names)).toEqual([
    ['b', 'c', 'd'],
    ['b'],
    ['c'],
  ]);
  index.delete('c');
  expect([index.inNamespace('bank'), index.ownedBy('u1')]).toEqual([[], []]);
});

test('what comes to another controller leaves the one before', () => {
  const index = filled();
  index.set('a', anObject('a', 'shop', 'u2'));
  expect([index.ownedBy('u1'), index.ownedBy('u2')].map(names)).toEqual([['c'], ['b', 'a']]);
  index.set('a', anObject('a', 'shop'));
  expect(names(index.ownedBy('u2'))).toEqual(['b']);
  expect(names(index.inNamespace('shop'))).toEqual(['b', 'a']);
});

test('a list is made once, and stays as it was handed out', () => {
  const index = filled();
  const [all, shop, bank, owned] = [
    index.all(),
    index.inNamespace('shop'),
    index.inNamespace('bank'),
    index.ownedBy('u1'),
  ];
  expect(index.all()).toBe(all);
  expect(index.inNamespace('shop')).toBe(shop);
  index.set('e', anObject('e', 'shop', 'u3'));
  expect(names(all)).toEqual(['a', 'b', 'c', 'd']);
  expect(names(index.inNamespace('shop'))).toEqual(['a', 'b', 'e']);
  expect(index.inNamespace('bank')).toBe(bank);
  expect(index.ownedBy('u1')).toBe(owned);
});
