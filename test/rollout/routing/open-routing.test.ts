import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';
import { aRollout } from '../../builders.ts';
import { Stage } from '../stage.ts';

test('what a router creates is in the namespace of the Rollout', () => {
  const services = ['stable', 'canary'].map((name): KubernetesObject => {
    return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' } };
  });
  const backend = { service: { name: 'stable', port: { number: 80 } } };
  const ingress = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace: 'shop', uid: 'web' },
    spec: { rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
  };
  const canary = {
    canaryService: 'canary',
    stableService: 'stable',
    trafficRouting: { nginx: { stableIngress: 'web' } },
    steps: [{ setWeight: 50 }, { pause: {} }],
  };
  const stage = new Stage(aRollout({ strategy: { canary } }), [...services, ingress]);
  stage.live();
  const made = stage.world.stored('Ingress', 'guestbook-web-canary');
  expect(made?.metadata).toMatchObject({ namespace: 'shop' });
});
