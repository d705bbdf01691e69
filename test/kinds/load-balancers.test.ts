import { describe, expect, test } from 'vitest';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { readLoadBalancers, readRegistrations } from '../../lib/kinds/load-balancers.ts';
import { AssayError } from '../../lib/model/errors.ts';
import type { LoadBalancers } from '../../lib/model/load-balancer.ts';

const web = { object: { name: 'web', arn: 'arn:lb/app/web/1', targetGroups: { object: [] } } };
const loadBalancers: LoadBalancers = {
  find: async (name) => (name === 'web.example.com' ? web : undefined),
  targets: async (arn) => (arn === 'arn:tg/web' ? { object: ['10.0.0.1:8080', '10.0.0.9:8080'] } : { problem: 'no' }),
};
const loadBalancersOf = (cluster: string) => (cluster === 'shop' ? loadBalancers : undefined);
const names = ['web.example.com', 'gone.example.com'];

test('those that are there', async () => {
  expect(await readLoadBalancers('shop', names, { loadBalancersOf })).toStrictEqual(
    new Map([['web.example.com', web]]),
  );
});

test.each([
  ['no port', {}],
  ['the cluster does not ask for it', { loadBalancersOf: () => undefined }],
])('nobody looks at them: %s', async (_, ports) => {
  expect(await readLoadBalancers('shop', names, ports)).toBeUndefined();
});

test.each([
  ['it was ended', { signal: AbortSignal.abort() }],
  ['there is no time for it', { time: { mostMs: 5000, leftMs: () => 4999 } }],
])('a step ends where %s', async (_, ports) => {
  const reading = readLoadBalancers('shop', names, { loadBalancersOf, ...ports });
  await expect(reading).rejects.toMatchObject({ code: 'ASSAY_STEP_ABORTED', retry: true });
});

test('no time is needed for none', async () => {
  const time = { mostMs: 5000, leftMs: () => 0 };
  expect(await readLoadBalancers('shop', [], { loadBalancersOf, time })).toStrictEqual(new Map());
});

describe('whether target groups have the pods of a Service', () => {
  const metadata = { namespace: 'shop', name: 'web' };
  const service = { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80, targetPort: 8080 }] } };
  const addresses = [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }];

  function aCluster(bound: readonly string[], kinds = ['Endpoints']) {
    const cluster = memoryCluster('shop', { now: () => new Date('2026-11-30T10:00:00Z') });
    for (const arn of bound) {
      void cluster.create('TargetGroupBinding', {
        apiVersion: 'elbv2.k8s.aws/v1beta1',
        kind: 'TargetGroupBinding',
        metadata: { ...metadata, name: arn.replaceAll(/\W/g, '-') },
        spec: { targetGroupARN: arn, targetType: 'ip', serviceRef: { name: 'web', port: 80 } },
      });
    }
    if (kinds.includes('Endpoints')) {
      void cluster.create('Endpoints', { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets: [{ addresses }] });
    }
    return cluster;
  }

  function refusing(error: AssayError) {
    const list = async () => {
      throw error;
    };
    return { ...aCluster([]), list };
  }

  test.each([
    {
      name: 'as many as are among its targets',
      cluster: aCluster(['arn:tg/web']),
      found: { object: [{ arn: 'arn:tg/web', registered: 1, total: 2 }] },
    },
    {
      name: 'AWS does not say',
      cluster: aCluster(['arn:tg/other']),
      found: { object: [{ arn: 'arn:tg/other', problem: 'no' }] },
    },
    { name: 'there is no target group', cluster: aCluster([]), found: { object: [] } },
    {
      name: 'nobody says where the pods are',
      cluster: aCluster(['arn:tg/web'], []),
      found: { problem: 'endpoints "web" not found' },
    },
  ])('$name', async ({ cluster, found }) => {
    const read = await readRegistrations(cluster, [service], { loadBalancersOf });
    expect(read).toStrictEqual(new Map([['web', found]]));
  });

  test('is not known where they may not be read; where that passes, the step is taken again', async () => {
    const denied = new AssayError('ASSAY_CLUSTER_DENIED', 'targetgroupbindings.elbv2.k8s.aws is forbidden');
    expect(await readRegistrations(refusing(denied), [service], { loadBalancersOf })).toStrictEqual(
      new Map([['web', { problem: 'targetgroupbindings.elbv2.k8s.aws is forbidden' }]]),
    );
    const passing = new AssayError('ASSAY_CLUSTER_UNREACHABLE', 'no answer', { retry: true });
    await expect(readRegistrations(refusing(passing), [service], { loadBalancersOf })).rejects.toBe(passing);
  });

  test('nobody looks where the cluster does not ask for it', async () => {
    expect(await readRegistrations(aCluster(['arn:tg/web']), [service], {})).toBeUndefined();
  });
});
