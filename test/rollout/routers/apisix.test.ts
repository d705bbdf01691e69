import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';
import { aRollout } from '../../builders.ts';
import { Stage } from '../stage.ts';

const HEADERS = { name: 'by-header', match: [{ headerName: 'X-Canary', headerValue: { exact: 'yes' } }] };

/** A route as somebody wrote it, with rules and fields that are nobody's business here. */
function aRoute(): KubernetesObject & { readonly spec: unknown } {
  const backends = [
    { serviceName: 'other', servicePort: 9 },
    { serviceName: 'stable', servicePort: 80, weight: 100, resolveGranularity: 'service' },
    { serviceName: 'canary', servicePort: 80, weight: 0 },
  ];
  return {
    apiVersion: 'apisix.apache.org/v2',
    kind: 'ApisixRoute',
    metadata: { name: 'web', namespace: 'shop', uid: 'web', annotations: { by: 'hand' } },
    spec: {
      ingressClassName: 'apisix',
      http: [
        { name: 'elsewhere', backends: [{ serviceName: 'other', servicePort: 9 }], websocket: true },
        { name: 'main', priority: 3, match: { paths: ['/*'] }, backends, plugins: [{ name: 'cors', enable: true }] },
      ],
    },
  };
}

function aStage(): Stage {
  const services = ['stable', 'canary'].map((name): KubernetesObject => {
    return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' } };
  });
  const canary = {
    canaryService: 'canary',
    stableService: 'stable',
    trafficRouting: { managedRoutes: [{ name: 'by-header' }], apisix: { route: { name: 'web', rules: ['main'] } } },
    steps: [{ setWeight: 20 }, { pause: {} }, { setHeaderRoute: HEADERS }, { pause: {} }],
  };
  const stage = new Stage(aRollout({ strategy: { canary } }), [...services, aRoute()]);
  stage.live();
  stage.deploy(2);
  stage.live();
  return stage;
}

function promote(stage: Stage): void {
  stage.patch('Rollout', 'guestbook', { status: { pauseConditions: null } });
  stage.live();
}

const route = (stage: Stage) => stage.world.stored('ApisixRoute', 'web');
const headerRoute = (stage: Stage) => stage.world.stored('ApisixRoute', 'by-header');

test('an update leaves the route as it was found, whatever others keep in it, and no other behind', () => {
  const stage = aStage();
  expect(route(stage)).toMatchObject({
    spec: {
      http: [{}, { backends: [{}, { serviceName: 'stable', weight: 80 }, { serviceName: 'canary', weight: 20 }] }],
    },
  });
  promote(stage);
  expect(headerRoute(stage)).toMatchObject({
    metadata: { namespace: 'shop', ownerReferences: [{ kind: 'Rollout', name: 'guestbook', controller: true }] },
    spec: { http: [{ name: 'elsewhere' }, { name: 'main', priority: 4, plugins: [{ name: 'cors' }] }] },
  });
  promote(stage);
  expect(stage.status).toMatchObject({ phase: 'Healthy' });
  expect(route(stage)).toStrictEqual(aRoute());
  expect(headerRoute(stage)).toBeUndefined();
});

test('so does an abort', () => {
  const stage = aStage();
  promote(stage);
  stage.patch('Rollout', 'guestbook', { status: { abort: true } });
  stage.live();
  expect(stage.status).toMatchObject({ phase: 'Degraded' });
  expect(route(stage)).toStrictEqual(aRoute());
  expect(headerRoute(stage)).toBeUndefined();
});

test('nothing is written where nothing changes', () => {
  const stage = aStage();
  expect(stage.step(60)).toMatchObject({ actions: [], error: undefined });
  promote(stage);
  expect(stage.step(60)).toMatchObject({ actions: [], error: undefined });
});

test('a route of somebody else that has the name of a header route is left alone', () => {
  const foreign = { ...aRoute(), metadata: { name: 'by-header', namespace: 'shop', uid: 'foreign' } };
  const stage = aStage();
  stage.world.add(foreign);
  promote(stage);
  expect(stage.step(1).error).toBe('duplicate ApisixRoute [by-header] already exists');
  stage.patch('Rollout', 'guestbook', { status: { abort: true } });
  stage.live();
  expect(headerRoute(stage)).toStrictEqual(foreign);
  expect(route(stage)).toStrictEqual(aRoute());
});
