import { afterAll, describe, expect, test } from 'vitest';
import { loadDifferences, loadVectors } from './load.ts';
import { ROLLOUT } from '../../lib/kinds/facts/rollout.ts';
import { ROUTER_NAMES, ROUTER_ROWS, type RouterRow } from '../../lib/model/router-rows.ts';
import { playRouter, type RouterVector } from './rollout-routers.ts';

/** What Argo's routers did to objects, router by router. Those that there are none of here yet are passed over, and told. */
const files = loadVectors('rollout').filter(({ vectors }) => vectors.some((vector) => 'router' in vector));
const differences = loadDifferences();
const report: string[] = [];
/** With Rollouts, whatever their routers. */
const GIVEN_ANYWAY = new Set(ROLLOUT.needs.flatMap(({ kind, verbs }) => verbs.map((verb) => `${verb} ${kind}`)));

/** What no vector asks for: TCPRoutes are found by their labels as TLSRoutes are. */
const UNSHOWN = new Set(['list TCPRoute']);

const isBuilt = (router: string) => ROUTER_NAMES.some((name) => name.toLowerCase() === router);

const callsOf = (vectors: readonly unknown[]) =>
  (vectors as readonly RouterVector[]).filter((vector) => 'calls' in vector);

describe.skipIf(files.length === 0)('router vectors', () => {
  test.each(files)('$file', ({ file, vectors }) => {
    const calls = callsOf(vectors);
    const played = calls.filter(({ router }) => isBuilt(router));
    const wrong: string[] = [];
    let listed = 0;
    for (const vector of played) {
      const difference = playRouter(vector);
      const isListed = `router/${vector.id}` in differences;
      if (difference !== undefined && isListed) listed += 1;
      if (difference !== undefined && !isListed) wrong.push(`${vector.id}: ${difference}`);
      if (difference === undefined && isListed) wrong.push(`${vector.id}: passes, but is listed in differences.json`);
    }
    const passed = played.length - listed - wrong.length;
    const left = calls.length - played.length;
    const note = `${listed === 0 ? '' : `, ${listed} listed in differences.json`}${left === 0 ? '' : `, ${left} of routers not built yet`}`;
    if (calls.length > 0) report.push(`${file.padEnd(32)} ${passed} of ${calls.length}${note}`);
    expect(wrong).toStrictEqual([]);
  });

  const rows: readonly (readonly [string, RouterRow])[] = Object.entries(ROUTER_ROWS);
  test.each(rows)('%s takes all the rights of its row, and no others', (name, { resources }) => {
    const calls = files.flatMap(({ vectors }) => callsOf(vectors));
    const own = calls.filter(({ router }) => router === name.toLowerCase());
    const taken = new Set<string>();
    for (const vector of own) playRouter(vector, taken);
    const given = Object.entries(resources).flatMap(([kind, { verbs }]) => verbs.map((verb) => `${verb} ${kind}`));
    const more = [...taken].filter((right) => !GIVEN_ANYWAY.has(right));
    expect(more.toSorted()).toEqual(given.filter((right) => !UNSHOWN.has(right)).toSorted());
  });

  afterAll(() => void process.stdout.write(`${report.join('\n')}\n`));
});
