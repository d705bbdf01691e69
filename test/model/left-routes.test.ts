import { expect, test } from 'vitest';
import { type LeftRoutes, openRoutesMemory } from '../../lib/model/left-routes.ts';
import type { ObjectRef } from '../../lib/model/ref.ts';

const refTo = (name: string): ObjectRef => ({ cluster: 'c1', kind: 'Rollout', namespace: 'shop', name, uid: name });
const left = (version: string): LeftRoutes => ({
  version,
  weights: undefined,
  lookedAt: new Date('2026-11-30T10:00:00Z'),
  routes: new Map(),
  routeLists: new Map(),
});

test('what was left is given away once', () => {
  const memory = openRoutesMemory();
  memory.keep(refTo('web'), left('1'));
  expect(memory.take(refTo('web'))?.version).toBe('1');
  expect(memory.take(refTo('web'))).toBeUndefined();
});

test('an object made anew under the same name knows nothing of the one before', () => {
  const memory = openRoutesMemory();
  memory.keep(refTo('web'), left('1'));
  expect(memory.take({ ...refTo('web'), uid: 'another' })).toBeUndefined();
});

test('where there is no room, those that were kept longest ago are forgotten', () => {
  const memory = openRoutesMemory(2);
  memory.keep(refTo('first'), left('1'));
  memory.keep(refTo('second'), left('2'));
  memory.keep(refTo('first'), left('3'));
  memory.keep(refTo('third'), left('4'));
  expect(['first', 'second', 'third'].map((name) => memory.take(refTo(name))?.version)).toEqual(['3', undefined, '4']);
});
