import { describe, expect, test } from 'vitest';
import type { CanaryStep } from '../../../lib/model/canary-step.ts';
import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';
import type { CanaryStrategy } from '../../../lib/model/rollout-strategy.ts';
import { aRollout } from '../../builders.ts';
import { Stage } from '../stage.ts';

const HEADERS = { name: 'by-header', match: [{ headerName: 'X-Canary', headerValue: { exact: 'yes' } }] };
const STEPS: readonly CanaryStep[] = [{ setWeight: 20 }, { pause: {} }, { setHeaderRoute: HEADERS }, { pause: {} }];

/** A route as somebody wrote it, with parts that are nobody's business here, and one that no API knows yet. */
function aRoute(kind: string, name: string, labels: Readonly<Record<string, string>> = { team: 'shop' }) {
  const backendRefs = [
    { name: 'other', port: 9 },
    { name: 'stable', port: 80, weight: 100, newer: { than: 'this' } },
    { name: 'canary', port: 80, weight: 0 },
  ];
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind,
    metadata: { name, namespace: 'shop', uid: name, labels, annotations: { by: 'hand' } },
    spec: {
      hostnames: ['shop.example.com'],
      rules: [
        { name: 'elsewhere', backendRefs: [{ name: 'other', port: 9 }], newer: true },
        { name: 'main', backendRefs, timeouts: { request: '10s' } },
      ],
    },
    status: { parents: [] },
  };
}

function aStage(plugin: object, routes: readonly KubernetesObject[], canary: Partial<CanaryStrategy> = {}): Stage {
  const services = ['stable', 'canary', 'ping', 'pong'].map((name): KubernetesObject => {
    return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' } };
  });
  const trafficRouting = { managedRoutes: [{ name: 'by-header' }], plugins: { 'argoproj-labs/gatewayAPI': plugin } };
  const strategy = {
    canary: { canaryService: 'canary', stableService: 'stable', trafficRouting, steps: [...STEPS], ...canary },
  };
  return new Stage(aRollout({ strategy }), [...services, ...routes]);
}

function promote(stage: Stage): void {
  stage.patch('Rollout', 'guestbook', { status: { pauseConditions: null } });
  stage.live();
}

/** The weights of a route's rules, each by the names of its backends. */
function weightsOf(stage: Stage, kind: string, name: string): readonly Readonly<Record<string, number | undefined>>[] {
  const { spec } = stage.world.stored(kind, name) as ReturnType<typeof aRoute>;
  return spec.rules.map(({ backendRefs }) =>
    Object.fromEntries(
      (backendRefs as readonly { name: string; weight?: number }[]).map((each) => [each.name, each.weight]),
    ),
  );
}

describe.each(['HTTPRoute', 'GRPCRoute'] as const)('%s', (kind) => {
  const field = kind === 'HTTPRoute' ? 'httpRoute' : 'grpcRoute';

  test('an update leaves it as it was found, whatever others keep in it', () => {
    const stage = aStage({ [field]: 'web' }, [aRoute(kind, 'web')]);
    stage.live();
    expect(stage.world.stored(kind, 'web')).toStrictEqual(aRoute(kind, 'web'));

    stage.deploy(2);
    stage.live();
    expect(weightsOf(stage, kind, 'web')).toStrictEqual([
      { other: undefined },
      { other: undefined, stable: 80, canary: 20 },
    ]);
    expect(stage.world.stored(kind, 'web')?.metadata.labels).toStrictEqual({
      team: 'shop',
      'rollouts.argoproj.io/gatewayapi-canary': 'in-progress',
    });

    promote(stage);
    expect(weightsOf(stage, kind, 'web')).toHaveLength(3);

    promote(stage);
    expect(stage.status).toMatchObject({ phase: 'Healthy' });
    expect(stage.world.stored(kind, 'web')).toStrictEqual(aRoute(kind, 'web'));
  });

  test('so does an abort', () => {
    const stage = aStage({ [field]: 'web' }, [aRoute(kind, 'web')]);
    stage.live();
    stage.deploy(2);
    stage.live();
    promote(stage);
    stage.patch('Rollout', 'guestbook', { status: { abort: true } });
    stage.live();
    expect(stage.status).toMatchObject({ phase: 'Degraded' });
    expect(stage.world.stored(kind, 'web')).toStrictEqual(aRoute(kind, 'web'));
  });
});

test('nothing is written where nothing changes', () => {
  const stage = aStage({ httpRoute: 'web' }, [aRoute('HTTPRoute', 'web')]);
  stage.live();
  stage.deploy(2);
  for (const paused of [1, 3]) {
    stage.live();
    expect(stage.status).toMatchObject({ currentStepIndex: paused });
    expect(stage.step(60)).toMatchObject({ actions: [], error: undefined });
    stage.patch('Rollout', 'guestbook', { status: { pauseConditions: null } });
  }
});

test('what somebody changes in a route is put right, and nothing else of it', () => {
  const stage = aStage({ httpRoute: 'web' }, [aRoute('HTTPRoute', 'web')]);
  stage.live();
  stage.deploy(2);
  stage.live();
  const edited = aRoute('HTTPRoute', 'web');
  stage.world.add({ ...edited, spec: { ...edited.spec, hostnames: ['new.example.com'] } } as KubernetesObject);
  stage.live();
  expect(weightsOf(stage, 'HTTPRoute', 'web')[1]).toMatchObject({ stable: 80, canary: 20 });
  expect(stage.world.stored('HTTPRoute', 'web')).toMatchObject({ spec: { hostnames: ['new.example.com'] } });
});

test('routes are found by their labels', () => {
  const routes = [
    aRoute('HTTPRoute', 'web'),
    aRoute('HTTPRoute', 'foreign', { team: 'other' }),
    aRoute('TCPRoute', 'db'),
    aRoute('TLSRoute', 'tls'),
  ];
  const selector = { matchLabels: { team: 'shop' } };
  const all = { matchExpressions: [{ key: 'team', operator: 'Exists' }] };
  const stage = aStage({ httpRouteSelector: selector, tcpRouteSelector: all, tlsRouteSelector: {} }, routes);
  stage.live();
  stage.deploy(2);
  stage.live();
  const shares = routes.map(({ kind, metadata }) => weightsOf(stage, kind, metadata.name)[1]?.['canary']);
  expect(shares).toStrictEqual([20, 0, 20, 20]);
});

test.each([
  {
    name: 'a route that is gone',
    plugin: { httpRoutes: [{ name: 'web' }, { name: 'gone' }] },
    want: 'failed to set weight via plugin: httproutes.gateway.networking.k8s.io "gone" not found',
  },
  {
    name: 'a list that is a name',
    plugin: { httpRoutes: 'web' },
    want: 'failed to remove managed routes via plugin: json: cannot unmarshal string into Go struct field GatewayAPITrafficRouting.httpRoutes of type []plugin.HTTPRoute',
  },
  {
    name: 'a flag that is a word',
    plugin: { grpcRoutes: [{ name: 'web', useHeaderRoutes: 'yes' }] },
    want: 'failed to remove managed routes via plugin: json: cannot unmarshal string into Go struct field GRPCRoute.grpcRoutes.useHeaderRoutes of type bool',
  },
  {
    name: 'an operator that is none',
    plugin: { httpRouteSelector: { matchExpressions: [{ key: 'team', operator: 'Like', values: ['shop'] }] } },
    want: 'failed to remove managed routes via plugin: "Like" is not a valid label selector operator',
  },
  {
    name: 'a route that leads to nobody',
    plugin: { tcpRoute: 'empty' },
    want: 'failed to set weight via plugin: backendRef list was not found in tcpRoute',
  },
])('refused: $name', ({ plugin, want }) => {
  const empty = { ...aRoute('TCPRoute', 'empty'), spec: {} };
  const stage = aStage(plugin, [aRoute('HTTPRoute', 'web'), empty]);
  stage.live();
  expect(stage.step().error).toBe(want);
});

test('a pair of Services that take turns, of which the status says which is the canary', () => {
  const backendRefs = ['ping', 'pong'].map((name) => ({ name, port: 80, weight: 1 }));
  const route = { ...aRoute('HTTPRoute', 'web'), spec: { rules: [{ backendRefs }] } };
  const pair = { pingPong: { pingService: 'ping', pongService: 'pong' }, canaryService: '', stableService: '' };
  const stage = aStage({ httpRoute: 'web' }, [route], { ...pair, steps: [{ setWeight: 20 }, { pause: {} }] });
  stage.live();
  for (const version of [2, 3]) {
    stage.deploy(version);
    stage.live();
    const isPing = stage.status.canary?.stablePingPong === 'ping';
    expect(weightsOf(stage, 'HTTPRoute', 'web')).toStrictEqual([
      isPing ? { ping: 80, pong: 20 } : { ping: 20, pong: 80 },
    ]);
    promote(stage);
    expect(stage.status).toMatchObject({ phase: 'Healthy', canary: { stablePingPong: isPing ? 'pong' : 'ping' } });
  }
});
