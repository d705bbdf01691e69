import { describe, expect, test } from 'vitest';
import { completeShortNames, shortServiceName } from '../../../lib/clusters/api/short-names.ts';
import type { ObjectKey } from '../../../lib/model/cluster.ts';
import { AssayError } from '../../../lib/model/errors.ts';

test.each([
  { url: 'http://prometheus:9090/api', want: { name: 'prometheus', namespace: 'shop' } },
  { url: 'http://prometheus.monitoring:9090', want: { name: 'prometheus', namespace: 'monitoring' } },
  { url: 'https://example.com/', want: { name: 'example', namespace: 'com' } },
  { url: 'http://prometheus.monitoring.svc:9090', want: undefined },
  { url: 'http://a.b.c', want: undefined },
  { url: 'http://localhost:9090', want: undefined },
  { url: 'http://app.localhost', want: undefined },
  { url: 'http://10.0.0.1', want: undefined },
  { url: 'http://[::1]', want: undefined },
  { url: 'http://1.2', want: undefined },
  { url: 'nothing', want: undefined },
])('$url of a pod in shop may mean $want', ({ url, want }) => expect(shortServiceName(url, 'shop')).toEqual(want));

const from = { namespace: 'shop', provider: 'Web' };
const URL_OF_SHORT = 'http://prometheus.monitoring:9090/api?x=1';

function aCluster(answer: (key: ObjectKey) => object | undefined) {
  const asked: string[] = [];
  const clock = { ms: 0 };
  const complete = completeShortNames({
    nowMs: () => clock.ms,
    find: async (key) => {
      asked.push(`${key.namespace}/${key.name}`);
      const spec = answer(key);
      return spec && { apiVersion: 'v1', kind: 'Service', metadata: { ...key }, spec };
    },
  });
  return { asked, clock, complete };
}

describe('completing a short name', () => {
  test('where the Service is there, the request goes to it', async () => {
    const { complete } = aCluster(() => ({ type: 'ClusterIP' }));
    const { url } = await complete({ url: URL_OF_SHORT, from });
    expect(url).toBe('http://prometheus.monitoring.svc:9090/api?x=1');
    expect((await complete({ url: 'http://prometheus', from })).url).toBe('http://prometheus.shop.svc/');
  });

  test.each([
    { name: 'no such Service', spec: undefined },
    { name: 'a name of somebody else', spec: { type: 'ExternalName', externalName: 'a.b' } },
  ])('$name: the request stays as it is', async ({ spec }) => {
    const request = { url: URL_OF_SHORT, from };
    expect(await aCluster(() => spec).complete(request)).toBe(request);
  });

  test('who is no metric asks as it says', async () => {
    const { complete, asked } = aCluster(() => ({}));
    expect((await complete({ url: URL_OF_SHORT })).url).toBe(URL_OF_SHORT);
    expect(asked).toEqual([]);
  });

  test('the cluster is asked twice a minute for one Service at most', async () => {
    const { complete, asked, clock } = aCluster(() => undefined);
    await Promise.all([complete({ url: URL_OF_SHORT, from }), complete({ url: URL_OF_SHORT, from })]);
    clock.ms = 29_999;
    await complete({ url: URL_OF_SHORT, from });
    expect(asked).toEqual(['monitoring/prometheus']);
    clock.ms = 30_000;
    await complete({ url: URL_OF_SHORT, from });
    expect(asked).toHaveLength(2);
  });

  test.each([
    { code: 'ASSAY_CLUSTER_DENIED' as const, retry: false, asks: 1 },
    { code: 'ASSAY_CLUSTER_UNREACHABLE' as const, retry: true, asks: 2 },
  ])('$code: the request stays as it is', async ({ code, retry, asks }) => {
    const { complete, asked } = aCluster(() => {
      throw new AssayError(code, 'no', { retry });
    });
    for (let time = 0; time < 2; time += 1)
      expect((await complete({ url: URL_OF_SHORT, from })).url).toBe(URL_OF_SHORT);
    expect(asked).toHaveLength(asks);
  });
});
