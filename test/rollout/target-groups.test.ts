import { describe, expect, test } from 'vitest';
import { bindingsOf, servedGroups } from '../../lib/rollout/target-groups.ts';

const metadata = { namespace: 'shop', name: 'web' };
const ports = [
  { name: 'admin', port: 81, targetPort: 8081 },
  { name: 'http', port: 80, targetPort: 'web' },
];
const service = { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports } };
const endpoints = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata,
  subsets: [
    { addresses: [{ ip: '10.0.0.1' }], ports: [{ name: 'web', port: 8080 }] },
    { addresses: [{ ip: '10.0.0.2' }], notReadyAddresses: [{ ip: '10.0.0.3' }] },
  ],
};

function aBinding(spec: object = {}, serviceRef: object = {}) {
  const of = { name: 'web', port: 81, ...serviceRef };
  const all = { targetGroupARN: 'arn:tg/web', targetType: 'ip', serviceRef: of, ...spec };
  return { apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding', metadata, spec: all };
}

describe('target groups of a Service', () => {
  test.each([
    { name: 'a port by its number', binding: aBinding(), port: 8081 },
    {
      name: 'a port by its name, which leads to one that pods name',
      binding: aBinding({}, { port: 'http' }),
      port: 8080,
    },
  ])('has the pods that are ready: $name', ({ binding, port }) => {
    expect(bindingsOf(service, [binding])).toStrictEqual([binding]);
    expect(servedGroups(service, [binding], endpoints)).toStrictEqual([
      { arn: 'arn:tg/web', addresses: new Set([`10.0.0.1:${port}`, `10.0.0.2:${port}`]) },
    ]);
  });

  test.each([
    { name: 'of another Service', binding: aBinding({}, { name: 'other' }) },
    { name: 'of a port that it has not', binding: aBinding({}, { port: 82 }) },
    { name: 'of no port', binding: aBinding({}, { port: undefined }) },
    { name: 'without specification', binding: { ...aBinding(), spec: undefined } },
  ])('has none: $name', ({ binding }) => {
    expect(bindingsOf(service, [binding])).toStrictEqual([]);
  });

  test.each([
    { name: 'nodes are its targets', binding: aBinding({ targetType: 'instance' }), pods: endpoints },
    { name: 'nobody says what its targets are', binding: aBinding({ targetType: undefined }), pods: endpoints },
    { name: 'no pod has the port', binding: aBinding({}, { port: 'http' }), pods: { ...endpoints, subsets: [] } },
  ])('are not looked at where $name', ({ binding, pods }) => {
    expect(servedGroups(service, [binding], pods)).toStrictEqual([]);
  });
});
