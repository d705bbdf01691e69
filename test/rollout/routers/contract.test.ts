import { describe, expect, test } from 'vitest';
import { applyMergePatch } from '../../vectors/apply-merge-patch.ts';
import { ROUTER_NAMES } from '../../../lib/model/router-rows.ts';
import { PLUGINS } from '../../../lib/rollout/routers/known.ts';
import type { RoutedObject, Router, Routing } from '../../../lib/rollout/routers/router.ts';
import { type Called, Desk, valuesIn } from './desk.ts';
import type { RouterRow } from './row.ts';
import { ROWS } from './rows.ts';

const setWeight = (desk: Desk, weight: number): Called =>
  desk.call((router, routing) => router.setWeight(routing, weight, []));

const updateHash = (desk: Desk, canary: string, stable: string): Called =>
  desk.call((router, routing) => router.updateHash(routing, canary, stable, []));

/** All that a router can be asked to do. */
const CALLS: readonly { readonly name: string; readonly act: (router: Router, routing: Routing) => void }[] = [
  { name: 'updateHash', act: (router, routing) => router.updateHash(routing, 'c1', 's1', []) },
  { name: 'setWeight', act: (router, routing) => router.setWeight(routing, 30, []) },
  {
    name: 'setHeaderRoute',
    act: (router, routing) => {
      const match = [{ headerName: 'X-Canary', headerValue: { exact: 'yes' } }];
      router.setHeaderRoute(routing, { name: 'by-header', match });
    },
  },
  {
    name: 'setMirrorRoute',
    act: (router, routing) => {
      const match = [{ path: { prefix: '/' } }];
      router.setMirrorRoute(routing, { name: 'by-mirror', match, percentage: 10 });
    },
  },
  {
    name: 'setHeaderRoute, to take it away',
    act: (router, routing) => router.setHeaderRoute(routing, { name: 'by-header' }),
  },
  {
    name: 'setMirrorRoute, to take it away',
    act: (router, routing) => router.setMirrorRoute(routing, { name: 'by-mirror' }),
  },
  { name: 'removeManagedRoutes', act: (router, routing) => router.removeManagedRoutes(routing) },
  { name: 'setWeight, back to 0', act: (router, routing) => router.setWeight(routing, 0, []) },
];

/** With a mark in each object that is somebody else's. */
function marked(object: RoutedObject): RoutedObject {
  return applyMergePatch(object, {
    metadata: { annotations: { 'somebody.example/mark': 'kept' } },
    spec: { somebody: { keeps: [2, 1, { order: true }] } },
    status: { somebody: 'says so' },
  }) as RoutedObject;
}

const lasting = (row: RouterRow, desk: Desk) =>
  valuesIn(desk.all).filter(({ path }) => !row.owns.some((own) => own.test(path)));

test('every router has a row', () => {
  const named = ROWS.flatMap(({ trafficRouting: { plugins = {}, ...fields } }) => [
    ...Object.keys(fields),
    ...Object.keys(plugins).map((key) => PLUGINS.get(key)),
  ]);
  expect(new Set(named)).toStrictEqual(new Set(ROUTER_NAMES));
});

describe.each(ROWS)('$name', (row) => {
  test.each([0, 1, 50, 99, 100])('a weight of %i is what the objects say, and is written once', (weight) => {
    for (const before of [undefined, 20]) {
      const desk = new Desk(row);
      if (before !== undefined) setWeight(desk, before);
      expect(setWeight(desk, weight).failure).toBeUndefined();
      expect(row.canaryWeight(desk.look)).toBe(weight);
      expect(row.stableWeight?.(desk.look) ?? 100 - weight).toBe(100 - weight);
      expect(setWeight(desk, weight)).toStrictEqual({ writes: [], events: [], failure: undefined });
    }
  });

  test('weights have taken effect when the objects say so, or load balancers, or nobody knows', () => {
    const { verifies } = row;
    const looked = typeof verifies === 'function' ? [verifies(20), verifies(10)] : [undefined, undefined];
    const desk = new Desk(row);
    setWeight(desk, 20);
    const verified: unknown[] = [];
    for (const loadBalancers of [...looked, undefined]) {
      const { writes, failure } = desk.call((router, routing) => {
        verified.push(router.verifyWeight({ ...routing, loadBalancers }, 20, []));
      });
      expect({ writes, failure }).toStrictEqual({ writes: [], failure: undefined });
    }
    const told = verifies === 'at once' ? [true, true, true] : [undefined, undefined, undefined];
    expect(verified).toStrictEqual(typeof verifies === 'function' ? [true, false, undefined] : told);
  });

  test('versions are what the objects say, and are written once', () => {
    const desk = new Desk(row);
    for (const [canary, stable] of [
      ['c1', 's1'],
      ['c2', 's1'],
      ['c2', 'c1'],
    ] as const) {
      expect(updateHash(desk, canary, stable).failure).toBeUndefined();
      expect(row.pointed?.(desk.look) ?? { canary, stable }).toStrictEqual({ canary, stable });
      expect(updateHash(desk, canary, stable)).toStrictEqual({ writes: [], events: [], failure: undefined });
    }
  });

  test('whatever is asked twice is written once', () => {
    const desk = new Desk(row);
    for (const { name, act } of CALLS) {
      expect([name, desk.call(act).failure]).toStrictEqual([name, undefined]);
      expect([name, desk.call(act)]).toStrictEqual([name, { writes: [], events: [], failure: undefined }]);
    }
  });

  test('what is not its own stays, and in order', () => {
    const desk = new Desk({ ...row, objects: row.objects.map(marked) });
    const before = lasting(row, desk);
    for (const weight of [1, 50, 100]) {
      setWeight(desk, weight);
      updateHash(desk, `c${weight}`, 's1');
      if (row.makes) desk.take(row.makes.kind, row.makes.name);
      expect(lasting(row, desk)).toStrictEqual(before);
    }
  });

  test('header and mirror routes leave nothing behind', () => {
    const desk = new Desk(row);
    const before = lasting(row, desk);
    for (const { name, act } of CALLS.filter((call) => call.name !== 'updateHash'))
      expect([name, desk.call(act).failure]).toStrictEqual([name, undefined]);
    if (row.makes) desk.take(row.makes.kind, row.makes.name);
    expect(lasting(row, desk)).toStrictEqual(before);
  });

  test.each(row.vanished)('$kind $name has vanished: $failure', ({ kind, name, failure }) => {
    const desk = new Desk(row);
    desk.take(kind, name);
    const said = [updateHash(desk, 'c1', 's1').failure, setWeight(desk, 20).failure];
    expect(said).toContain(failure);
  });

  test.each(kindsOf(row))('no right to read %s: the words of the API server arrive', (kind) => {
    const desk = new Desk(row);
    const words = `${kind} is forbidden: no rights`;
    desk.refused.set(`get ${kind}`, words);
    const failed = [setWeight(desk, 20), updateHash(desk, 'c1', 's1')].find(({ failure = '' }) =>
      failure.includes(words),
    );
    expect(failed?.writes).toStrictEqual([]);
  });

  test('no right to write: the words of the API server arrive, and it is tried again', () => {
    const verbs = row.makes ? ['create', 'patch'] : ['patch'];
    const refusals = verbs.flatMap((verb) => kindsOf(row).map((kind) => `${verb} ${kind}`));
    const words = new Set<string>();
    for (const refusal of refusals) {
      const desk = new Desk(row);
      if (refusal.startsWith('patch')) setWeight(desk, 10);
      desk.refused.set(refusal, `${refusal} is forbidden`);
      for (const act of [() => setWeight(desk, 20), () => updateHash(desk, 'c1', 's1')]) {
        const { failure = '' } = act();
        if (failure.includes(`${refusal} is forbidden`)) words.add(refusal);
      }
      desk.refused.clear();
      expect(setWeight(desk, 20).failure).toBeUndefined();
      expect(row.canaryWeight(desk.look)).toBe(20);
    }
    const written = new Set(refusals.filter((refusal) => !READ_ALONE.has(refusal)));
    expect(words).toStrictEqual(written);
  });

  test.runIf(row.makes)('what has the name of what it makes, and is controlled by somebody else', () => {
    const { kind, name, taken } = row.makes ?? { kind: '', name: '' };
    const desk = new Desk(row);
    setWeight(desk, 10);
    const made = desk.look(kind, name);
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Other', name: 'other', uid: 'other', controller: true }];
    if (made) desk.put({ ...made, metadata: { ...made.metadata, ownerReferences } });
    const called = setWeight(desk, 20);
    expect(called.failure).toBe(taken);
    expect(row.canaryWeight(desk.look)).toBe(taken === undefined ? 20 : 10);
  });
});

/** What no router writes. */
const READ_ALONE = new Set(['patch AppMeshVirtualService']);

function kindsOf({ objects }: RouterRow): readonly string[] {
  return [...new Set(objects.map(({ kind }) => kind))];
}
