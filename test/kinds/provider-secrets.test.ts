import { expect, test } from 'vitest';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { providerSecrets } from '../../lib/kinds/provider-secrets.ts';
import type { HttpRequest, HttpResponse } from '../../lib/model/http.ts';
import type { MetricProvider } from '../../lib/model/metric-provider.ts';
import type { ProviderSettings, SecretOptions } from '../../lib/model/provider.ts';
import { aMetric, aRun } from '../builders.ts';
import { openWorld } from '../world.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const aSecret = (namespace: string, name: string, values: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'Secret' as const,
  metadata: { namespace, name },
  data: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, base64(value)])),
});

async function read(settings: ProviderSettings, options?: SecretOptions) {
  const cluster = memoryCluster('c1', { now: () => new Date(0) });
  for (const namespace of ['argo-rollouts', 'rollouts', 'shop']) {
    await cluster.create('Secret', aSecret(namespace, 'datadog', { 'api-key': `key of ${namespace}`, region: 'eu' }));
  }
  const hidden: string[] = [];
  const secrets = providerSecrets(cluster, 'shop', settings, (value) => void hidden.push(value));
  return { values: await secrets.read('datadog', options), hidden };
}

test.each([
  { name: "the controller's namespace", settings: {}, options: {}, want: 'key of argo-rollouts' },
  { name: 'another one, by the settings', settings: { controllerNamespace: 'rollouts' }, want: 'key of rollouts' },
  { name: "the run's own", settings: {}, options: { namespace: 'run' as const }, want: 'key of shop' },
])('a Secret is read in $name, and all of it is to be masked', async ({ settings, options, want }) => {
  const { values, hidden } = await read(settings, options);
  expect(values).toEqual({ 'api-key': want, region: 'eu' });
  expect(hidden).toEqual([want, 'eu']);
});

test('what is no secret is not masked', async () => {
  expect((await read({}, { plain: ['region'] })).hidden).toEqual(['key of argo-rollouts']);
});

test('a Secret that is not there, in the words of Kubernetes', async () => {
  const secrets = providerSecrets(memoryCluster('c1', { now: () => new Date(0) }), 'shop', {}, () => {});
  await expect(secrets.read('influxdb')).rejects.toThrow('secrets "influxdb" not found');
});

test('the environment is that of the settings alone', () => {
  const hidden: string[] = [];
  const cluster = memoryCluster('c1', { now: () => new Date(0) });
  const secrets = providerSecrets(cluster, 'shop', { environment: { DD_API_KEY: 'key-1' } }, (value) =>
    hidden.push(value),
  );
  expect([secrets.variable('DD_API_KEY'), secrets.variable('PATH'), hidden]).toEqual(['key-1', undefined, ['key-1']]);
});

const KEYS = { address: 'https://dd.example.com', 'api-key': 'api-0123456789', 'app-key': 'app-9876543210' };

const DATADOG: MetricProvider = { datadog: { apiVersion: 'v2', interval: '5m', query: 'avg:x{*}' } };

async function measure(answer: HttpResponse, provider = DATADOG, keys: Readonly<Record<string, string>> = KEYS) {
  const requests: HttpRequest[] = [];
  const world = openWorld({
    http: async (request) => {
      requests.push(request);
      return answer;
    },
  });
  await world.memory.create('Secret', aSecret('argo-rollouts', provider === DATADOG ? 'datadog' : 'newrelic', keys));
  const ref = await world.create(aRun({ spec: { metrics: [aMetric({ provider, successCondition: 'result < 1' })] } }));
  await world.step(ref);
  return { run: await world.memory.get('AnalysisRun', ref), requests };
}

test('what came from a Secret is in no status, wherever the answer has it', async () => {
  const [api, app] = [KEYS['api-key'], KEYS['app-key']];
  const { run, requests } = await measure({ status: 500, headers: {}, body: `no: ${api} ${base64(app)}` });
  expect(requests[0]?.headers).toContainEqual(['DD-API-KEY', api]);
  expect(run?.status?.metricResults?.[0]?.measurements).toMatchObject([
    { phase: 'Error', message: 'received non 2xx response code: 500 no: ***** *****=' },
  ]);
  const columns = [
    { name: 'host', type: 'group', values: [[api]] },
    { name: 'x', type: 'number', values: [2] },
  ];
  const grouped = await measure({
    status: 200,
    headers: {},
    body: JSON.stringify({ data: { attributes: { columns } } }),
  });
  expect(JSON.stringify(grouped.run?.status)).not.toContain(api);
});

test('a body that holds what came from a Secret goes to no other host', async () => {
  const { requests } = await measure({ status: 200, headers: {}, body: '{}' });
  expect(requests.map(({ secretBody }) => secretBody)).toEqual([false]);
  const account = { 'personal-api-key': 'NRAK-0123456789', 'account-id': '1234567' };
  const asked = await measure({ status: 200, headers: {}, body: '{}' }, { newRelic: { query: 'q' } }, account);
  expect(asked.requests.map(({ body, secretBody }) => [body?.includes('1234567'), secretBody])).toEqual([[true, true]]);
});
