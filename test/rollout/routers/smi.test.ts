import { describe, expect, test } from 'vitest';
import { smi } from '../../../lib/rollout/routers/smi.ts';
import { RouterWorld } from '../../vectors/rollout-router-world.ts';
import { routingIn } from '../../vectors/rollout-routers.ts';

const metadata = { name: 'web', namespace: 'default', uid: 'uid-web' };
const canary = { stableService: 'stable', canaryService: 'canary', trafficRouting: { smi: {} } };
const rollout = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata, spec: { strategy: { canary } } };
const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web', uid: 'uid-web', controller: true };

function aWorld(version: string, spec?: object) {
  const own = { name: 'web', namespace: 'default', ownerReferences: [owner], labels: { team: 'shop' } };
  const split = { apiVersion: `split.smi-spec.io/${version}`, kind: 'TrafficSplit', metadata: own, spec };
  const world = new RouterWorld(spec ? [rollout, split] : [rollout], {
    TrafficSplit: `split.smi-spec.io/${version}`,
  });
  return {
    setWeight(weight: number) {
      const actions = world.begin();
      smi.setWeight(routingIn(world, []), weight, []);
      return actions.length;
    },
    get split(): unknown {
      return world.objectsBesideRollout()['TrafficSplit/default/web'];
    },
  };
}

function backends(weights: readonly (string | number)[]) {
  const [ofCanary, ofStable] = weights;
  return [
    { service: 'canary', weight: ofCanary },
    { service: 'stable', weight: ofStable },
  ];
}

describe('a TrafficSplit', () => {
  test.each<[string, number, (string | number)[]]>([
    ['v1alpha1', 20, ['20', '80']],
    ['v1alpha1', 2000, ['2e3', '-1900']],
    ['v1alpha1', 1100, ['1100', '-1e3']],
    ['v1alpha2', 20, [20, 80]],
    ['v1alpha3', 20, [20, 80]],
  ])('of %s has for %i the weights %j, and is written once', (version, weight, weights) => {
    const world = aWorld(version);
    expect([world.setWeight(weight), world.setWeight(weight)]).toStrictEqual([1, 0]);
    expect(world.split).toMatchObject({ spec: { service: 'stable', backends: backends(weights) } });
  });

  test.each<[string, boolean]>([
    ['v1alpha1', true],
    ['v1alpha2', true],
    ['v1alpha3', false],
  ])('of %s keeps what others have there; matches: %j', (version, keepsMatches) => {
    const matches = [{ kind: 'HTTPRouteGroup', name: 'all' }];
    const world = aWorld(version, { service: 'stable', backends: backends([0, 100]), matches, other: 1 });
    world.setWeight(50);
    expect(world.split).toMatchObject({ metadata: { labels: { team: 'shop' } }, spec: { other: 1 } });
    expect(world.split).toHaveProperty('spec.backends', backends(version === 'v1alpha1' ? ['50', '50'] : [50, 50]));
    expect(JSON.stringify(world.split).includes('HTTPRouteGroup')).toBe(keepsMatches);
  });
});
