import { describe, expect, test } from 'vitest';
import { alb } from '../../../lib/rollout/routers/alb.ts';
import { RouterWorld } from '../../vectors/rollout-router-world.ts';
import { routingIn } from '../../vectors/rollout-routers.ts';

const metadata = { name: 'web', namespace: 'default', uid: 'uid-web' };
const trafficRouting = { alb: { ingresses: ['one', 'two'], servicePort: 80 }, managedRoutes: [{ name: 'beta' }] };
const canary = { stableService: 'stable', canaryService: 'canary', trafficRouting };
const rollout = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata, spec: { strategy: { canary } } };
const beta = { name: 'beta', match: [{ headerName: 'X-Beta', headerValue: { exact: 'yes' } }] };

const aPath = (name: string) => ({ path: '/*', backend: { service: { name, port: { name: 'use-annotation' } } } });
const onlyStable = [{ http: { paths: [aPath('stable')] } }];
const MANAGED = 'rollouts.argoproj.io/managed-alb-annotations';

function anIngress(
  name: string,
  rules: readonly object[] = onlyStable,
  annotations?: Readonly<Record<string, string>>,
) {
  const own = { name, namespace: 'default', ...(annotations && { annotations }) };
  return { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: own, spec: { rules } };
}

function aWorld(...ingresses: readonly ReturnType<typeof anIngress>[]) {
  const world = new RouterWorld([rollout, ...ingresses]);
  const routing = () => routingIn(world, []);
  return {
    world,
    setWeight: (weight: number) => alb.setWeight(routing(), weight, []),
    setHeaderRoute: (step: Parameters<typeof alb.setHeaderRoute>[1]) => alb.setHeaderRoute(routing(), step),
    removeManagedRoutes: () => alb.removeManagedRoutes(routing()),
    ingress: (name: string) => world.objectsBesideRollout()[`Ingress/default/${name}`],
  };
}

describe('the Ingresses of a load balancer', () => {
  test('a write that failed is made again, though the Ingress before it is as it should be', () => {
    const { world, setWeight, ingress } = aWorld(anIngress('one'), anIngress('two'));
    world.change({ op: 'fail', verb: 'patch', resource: 'ingresses', name: 'two', reason: 'Conflict', message: 'no' });
    expect(() => setWeight(20)).toThrow('error patching alb ingress `two`');
    expect(ingress('two')).not.toHaveProperty('metadata.annotations');
    const actions = world.begin();
    setWeight(20);
    setWeight(20);
    expect(actions.map(({ name }) => name)).toStrictEqual(['two']);
    expect(ingress('two')).toMatchObject({
      metadata: { annotations: { [MANAGED]: '{"web":["alb.ingress.kubernetes.io/actions.stable"]}' } },
    });
  });

  test('a route comes into every rule for HTTP, also where there were no annotations, and goes again', () => {
    const rules = [{ host: 'tcp.example.com' }, { http: { paths: [{ backend: { resource: {} } }, aPath('stable')] } }];
    const { setHeaderRoute, removeManagedRoutes, ingress } = aWorld(anIngress('one', rules), anIngress('two'));
    setHeaderRoute(beta);
    expect(ingress('one')).toMatchObject({
      metadata: { annotations: { 'alb.ingress.kubernetes.io/conditions.beta': expect.stringContaining('X-Beta') } },
      spec: { rules: [rules[0], { http: { paths: [aPath('beta'), ...(rules[1]?.http?.paths ?? [])] } }] },
    });
    removeManagedRoutes();
    expect(ingress('one')).toStrictEqual(anIngress('one', rules, { [MANAGED]: '{"web":[]}' }));
  });

  test('annotations of others stay', () => {
    const annotations = { [MANAGED]: '{"b":["x"],"a":null}', scheme: 'internal' };
    const { setWeight, ingress } = aWorld(anIngress('one', onlyStable, annotations), anIngress('two'));
    setWeight(0);
    expect(ingress('one')).toMatchObject({
      metadata: {
        annotations: {
          scheme: 'internal',
          [MANAGED]: '{"a":[],"b":["x"],"web":["alb.ingress.kubernetes.io/actions.stable"]}',
        },
      },
    });
  });

  test.each([
    ['{', 'unexpected end of JSON input'],
    ['[]', 'json: cannot unmarshal array into Go value of type ingress.ManagedALBAnnotations'],
    ['{"web":"x"}', 'json: cannot unmarshal string into Go value of type ingress.ManagedALBAnnotation'],
    ['{"web":[1]}', 'json: cannot unmarshal number into Go value of type string'],
    ['{"web":[true]}', 'json: cannot unmarshal bool into Go value of type string'],
  ])('a list of annotations that cannot be read stops it: %s', (list, why) => {
    const { setWeight } = aWorld(anIngress('one', onlyStable, { [MANAGED]: list }));
    expect(() => setWeight(20)).toThrow(why);
  });
});
