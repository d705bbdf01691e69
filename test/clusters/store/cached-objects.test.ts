import { beforeEach, describe, expect, test } from 'vitest';
import { type CachedObjects, cachedObjects } from '../../../lib/clusters/store/cached-objects.ts';
import type { AnalysisRun } from '../../../lib/model/analysis-run.ts';
import { aRun, type RunOverride } from '../../builders.ts';

let objects: CachedObjects<AnalysisRun>;
let refused: string[];

beforeEach(() => {
  refused = [];
  objects = cachedObjects<AnalysisRun>(
    () => true,
    ({ metadata }, error) => refused.push(`${metadata.name}: ${String(error)}`),
  );
});

const run = (version: number, { metadata, ...override }: RunOverride = {}): AnalysisRun =>
  aRun({ ...override, metadata: { name: 'a', uid: 'u1', resourceVersion: String(version), ...metadata } });
const key = { namespace: 'shop', name: 'a' };
/** Takes over a whole list. */
const replace = (items: readonly AnalysisRun[], at: string) => [...objects.replace(items, at)];
const version = () => objects.get(key)?.metadata.resourceVersion;

/** So deep that no function reaches its end by calling itself. */
function tooDeep(at: number, name: string): AnalysisRun {
  let nested: Record<string, unknown> = {};
  for (let level = 0; level < 50_000; level += 1) nested = { nested };
  const deep = run(at, { metadata: { name, uid: name } });
  return { ...deep, spec: { ...deep.spec, ...nested } };
}

describe('what we deleted', () => {
  beforeEach(() => {
    replace([run(1)], '1');
    objects.drop(run(1));
  });

  test('is gone at once', () => {
    expect(objects.get(key)).toBeUndefined();
  });

  test('does not come back with what the watch tells late, and its end is told once', () => {
    expect(objects.see('MODIFIED', run(2))).toBeUndefined();
    expect(objects.see('ADDED', run(3))).toBeUndefined();
    expect(objects.all()).toEqual([]);
    expect(objects.see('DELETED', run(4))).toBeUndefined();
    expect(objects.all()).toEqual([]);
  });

  test('does not come back with a list that was begun before, nor with what the watch tells after it', () => {
    expect(replace([run(2)], '2')).toEqual([]);
    expect(objects.see('MODIFIED', run(3))).toBeUndefined();
    expect(objects.see('DELETED', run(4))).toBeUndefined();
    expect(objects.all()).toEqual([]);
  });

  test('is forgotten once a list no longer shows it', () => {
    replace([], '5');
    expect(objects.see('ADDED', run(6))).toMatchObject({ type: 'ADDED' });
  });

  test('is another than what has its name next', () => {
    expect(objects.see('ADDED', run(5, { metadata: { uid: 'u2' } }))).toMatchObject({ type: 'ADDED' });
    expect(objects.see('DELETED', run(4))).toBeUndefined();
    expect(version()).toBe('5');
  });
});

describe('the specification', () => {
  test('stays the same object for as long as it says the same', () => {
    replace([run(1)], '1');
    const first = objects.get(key)?.spec;
    objects.see('MODIFIED', run(2, { status: { phase: 'Running' } }));
    objects.enter(run(3, { status: { phase: 'Failed' } }));
    replace([run(4, { status: { phase: 'Error' } })], '4');
    expect(objects.get(key)).toMatchObject({ metadata: { resourceVersion: '4' }, status: { phase: 'Error' } });
    expect(objects.get(key)?.spec).toBe(first);

    objects.see('MODIFIED', run(5, { spec: { terminate: true } }));
    expect(objects.get(key)?.spec).toMatchObject({ terminate: true });
    expect(Object.isFrozen(objects.get(key)?.spec)).toBe(true);
  });

  test('is told as it is stored', () => {
    replace([run(1)], '1');
    const change = objects.see('MODIFIED', run(2));
    expect(change?.object).toBe(objects.get(key));
  });
});

describe('what cannot be kept', () => {
  test('in a list leaves the others alone', () => {
    const b = run(1, { metadata: { name: 'b', uid: 'b' } });
    const changes = replace([run(1), tooDeep(1, 'deep'), b], '1');
    expect(changes.map(({ object }) => object.metadata.name)).toEqual(['a', 'b']);
    expect(objects.all()).toHaveLength(2);
    expect(refused).toEqual(['deep: RangeError: Maximum call stack size exceeded']);
  });

  test('counts as gone, until it can', () => {
    replace([run(1)], '1');
    expect(objects.see('MODIFIED', { ...tooDeep(2, 'a') })).toMatchObject({ type: 'DELETED', previous: run(1) });
    expect(objects.get(key)).toBeUndefined();
    expect(objects.see('MODIFIED', run(3))).toMatchObject({ type: 'ADDED' });
  });
});

const named = (at: number, name: string): AnalysisRun => run(at, { metadata: { name, uid: name } });
const names = () => objects.all().map(({ metadata }) => metadata.name);
/** Lists all at version 5; `write` comes after the first change. */
function during(items: readonly AnalysisRun[], write: () => void): readonly string[] {
  const told: string[] = [];
  for (const { type, object } of objects.replace(items, '5')) {
    told.push(`${type} ${object.metadata.name}`);
    if (told.length === 1) write();
  }
  return told;
}

describe('our own writes, while a list is taken over', () => {
  test('what they make stays, though the list does not have it', () => {
    expect(during([named(3, 'b')], () => objects.enter(named(6, 'new')))).toEqual(['ADDED b']);
    expect(names()).toEqual(['b', 'new']);
  });

  test('what they change stays, though the list says that it is gone', () => {
    replace([named(1, 'a')], '1');
    expect(during([named(3, 'b')], () => objects.enter(named(6, 'a')))).toEqual(['ADDED b']);
    expect(names()).toEqual(['a', 'b']);
  });

  test('what they change is told once, though the list has it as it was', () => {
    replace([named(1, 'a')], '1');
    expect(during([named(3, 'b'), named(4, 'a')], () => objects.enter(named(6, 'a')))).toEqual(['ADDED b']);
    expect(objects.get({ ...key, name: 'a' })?.metadata.resourceVersion).toBe('6');
  });

  test('what they delete does not come back', () => {
    replace([named(1, 'a')], '1');
    expect(during([named(3, 'b'), named(4, 'a')], () => objects.drop(named(1, 'a')))).toEqual(['ADDED b']);
    expect(objects.see('DELETED', named(7, 'a'))).toBeUndefined();
    expect(names()).toEqual(['b']);
  });
});
