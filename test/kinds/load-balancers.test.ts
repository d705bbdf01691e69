import { expect, test } from 'vitest';
import { readLoadBalancers } from '../../lib/kinds/load-balancers.ts';
import type { LoadBalancers } from '../../lib/model/load-balancer.ts';

const web = { object: { name: 'web', arn: 'arn:lb/app/web/1', targetGroups: { object: [] } } };
const loadBalancers: LoadBalancers = { find: async (name) => (name === 'web.example.com' ? web : undefined) };
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
