import { describe, expect, test } from 'vitest';
import { goJson, map, mustEach } from '../../lib/expression/go/json-fields.ts';
import { metricJson } from '../../lib/analysis/metric-json.ts';
import type { MetricProvider } from '../../lib/model/metric-provider.ts';

describe('goJson', () => {
  test.each([
    { value: 'a<b> & c', want: String.raw`"a\u003cb\u003e \u0026 c"` },
    { value: 'x\u2028y\u2029', want: String.raw`"x\u2028y\u2029"` },
    { value: 'tab\t\u0001', want: String.raw`"tab\t\u0001"` },
    { value: { b: 1, a: null }, want: '{"a":null,"b":1}' },
    { value: { 9: 1, 10: [{ '\ufb01': 1, '😀': undefined }] }, want: '{"10":[{"ﬁ":1}],"9":1}' },
    { value: { '😀': 1, '\ufb01': 2 }, want: '{"ﬁ":2,"😀":1}' },
  ])('$want', ({ value, want }) => {
    expect(goJson(value)).toBe(want);
  });

  test('a map is sorted, and left out when empty', () => {
    expect(map({ b: '2', a: '1' })).toBe('{"a":"1","b":"2"}');
    expect(map({})).toBeUndefined();
  });

  test('a list that must be there is null until it is set', () => {
    expect(mustEach(goJson)(undefined)).toBe('null');
    expect(mustEach(goJson)([])).toBe('[]');
    expect(mustEach(goJson)([1])).toBe('[1]');
  });
});

const token = { name: 'T', valueFrom: { secretKeyRef: { key: 'k', name: 's' } } };
const volume = { configMap: { items: [{ path: 'p', key: 'k' }], name: 'm' }, name: 'v' };
const empty = '"authentication":{"sigv4":{},"oauth2":{},"basicAuth":{}}';

describe('a metric in the order of Argo, with the structures that Go adds', () => {
  test.each<{ name: string; provider: MetricProvider; want: string }>([
    {
      name: 'web',
      provider: { web: { jsonBody: { b: {}, a: '<' }, insecure: false, url: 'u', method: 'GET' } },
      want: String.raw`"web":{"method":"GET","url":"u","jsonBody":{"a":"\u003c","b":{}},${empty}}`,
    },
    {
      name: 'prometheus',
      provider: { prometheus: { timeout: 0, query: '' } },
      want: `"prometheus":{${empty},"timeout":0}`,
    },
    {
      name: 'cloudWatch',
      provider: { cloudWatch: { metricDataQueries: [{ metricStat: { stat: 'Sum' } }] } },
      want: '"cloudWatch":{"metricDataQueries":[{"metricStat":{"metric":{},"period":0,"stat":"Sum"}}]}',
    },
    {
      name: 'job',
      provider: {
        job: {
          spec: {
            suspend: false,
            later: { z: [{ b: 1, a: 2 }], y: 1 },
            template: {
              spec: {
                restartPolicy: 'Never',
                volumes: [volume],
                containers: [{ image: 'i', name: 'c', env: [token] }],
              },
            },
          },
        },
      },
      want:
        '"job":{"metadata":{},"spec":{"template":{"metadata":{},"spec":{"volumes":[{"name":"v","configMap":{"name":"m",' +
        '"items":[{"key":"k","path":"p"}]}}],"containers":[{"name":"c","image":"i",' +
        '"env":[{"name":"T","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}],"resources":{}}],"restartPolicy":"Never"}},"suspend":false,"later":{"y":1,"z":[{"a":2,"b":1}]}}}',
    },
    { name: 'plugin', provider: { plugin: { b: { y: 1 }, a: 0 } }, want: '"plugin":{"a":0,"b":{"y":1}}' },
  ])('$name', ({ provider, want }) => {
    const json = metricJson({ consecutiveSuccessLimit: 0, provider, count: '', name: 'm' });
    expect(json).toBe(`{"name":"m","count":"","provider":{${want}},"consecutiveSuccessLimit":0}`);
  });

  test('without a provider', () => {
    expect(metricJson({ name: '' } as never)).toBe('{"name":"","provider":{}}');
  });
});
