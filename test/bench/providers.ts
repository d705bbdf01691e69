import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { providerSecrets } from '../../lib/kinds/provider-secrets.ts';
import type { Measurement } from '../../lib/model/analysis-run.ts';
import type { HttpRequest } from '../../lib/model/http.ts';
import type { MetricProvider } from '../../lib/model/metric-provider.ts';
import type { PluginsContext } from '../../lib/model/provider.ts';
import { providerOf } from '../../lib/providers/provider-of.ts';
import { aMetric } from '../builders.ts';
import type { Figure } from './figures.ts';

const ADDRESS = 'https://source.example.com';
const NOW = new Date('2026-11-05T10:00:00Z');
const READINGS = 2_000;

/** By the names that sources look for. */
const SECRETS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  newrelic: { 'personal-api-key': 'a', 'account-id': '12345' },
  'wavefront-api-tokens': { 'source.example.com': 'a' },
  influxdb: { address: ADDRESS, authToken: 'a', org: 'b' },
};

const SCOPE = { scope: 's', region: 'r', step: 60, start: 's', end: 'e' };

type Body = string | ((request: HttpRequest) => string);

const SOURCES: Readonly<Record<string, { readonly provider: MetricProvider; readonly body: Body }>> = {
  prometheus: {
    provider: { prometheus: { address: ADDRESS, query: 'up' } },
    body: '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1700000000,"0.97"]}]}}',
  },
  web: { provider: { web: { url: ADDRESS, jsonPath: '{$.a}' } }, body: '{"a":1}' },
  datadog: {
    provider: { datadog: { apiVersion: 'v2', query: 'q', interval: '5m' } },
    body: '{"data":{"attributes":{"columns":[{"name":"query","values":[0.5]}]}}}',
  },
  newRelic: {
    provider: { newRelic: { query: 'q' } },
    body: '{"data":{"actor":{"account":{"nrql":{"results":[{"a":1}]}}}}}',
  },
  wavefront: {
    provider: { wavefront: { address: 'source.example.com', query: 'q' } },
    body: '{"timeseries":[{"label":"a","data":[[1700000000,1.5]]}]}',
  },
  graphite: {
    provider: { graphite: { address: ADDRESS, query: 'target=a' } },
    body: '[{"target":"a","datapoints":[[1.5,1700000000]]}]',
  },
  influxdb: {
    provider: { influxdb: { query: 'q' } },
    body: '#datatype,string,long,double\n#group,false,false,false\n#default,_result,,\n,result,table,_value\n,,0,1.5\n\n',
  },
  skywalking: { provider: { skywalking: { address: ADDRESS, query: 'q', interval: '5m' } }, body: '{"data":{"a":1}}' },
  kayenta: {
    provider: {
      kayenta: {
        address: ADDRESS,
        application: 'a',
        canaryConfigName: 'c',
        metricsAccountName: 'm',
        configurationAccountName: 'c',
        storageAccountName: 's',
        threshold: { pass: 90, marginal: 75 },
        scopes: [{ name: 'd', controlScope: SCOPE, experimentScope: SCOPE }],
      },
    },
    body: kayentaBody,
  },
  cloudWatch: {
    provider: { cloudWatch: { metricDataQueries: [{ id: 'm1', expression: 'x' }] } },
    body: '{"MetricDataResults":[{"Id":"m1","StatusCode":"Complete","Timestamps":[1700000000],"Values":[1]}]}',
  },
  plugin: { provider: { plugin: { 'acme/one': {} } }, body: '{"is":"value","value":1}' },
};

/** A canary is begun, and over at the first look. */
function kayentaBody({ url, method }: HttpRequest): string {
  if (url.includes('canaryConfig')) return '[{"id":"i","name":"c"}]';
  if (url.includes('/canary/executions')) return '[]';
  return method === 'POST'
    ? '{"canaryExecutionId":"e"}'
    : '{"complete":true,"status":"succeeded","result":{"judgeResult":{"score":{"score":95}}}}';
}

function measurementOf({ metadata = {} }: { readonly metadata?: Readonly<Record<string, string>> }): Measurement {
  return { phase: 'Running', startedAt: NOW.toISOString(), metadata };
}

/** Processor time of a reading of each source from a fake one, beside that of Prometheus. */
export async function benchProviders(): Promise<Figure[]> {
  const costs = new Map<string, number>();
  for (const [name, { provider, body }] of Object.entries(SOURCES)) {
    await readingMs(provider, body);
    costs.set(name, await readingMs(provider, body));
  }
  const base = costs.get('prometheus') ?? 0;
  return [...costs].map(([name, ms]) => ({
    name: name === 'prometheus' ? 'a reading of prometheus' : `the same of ${name}, beyond it`,
    figure: name === 'prometheus' ? ms : ms - base,
    unit: 'ms',
    ...(name !== 'prometheus' && { limit: name === 'cloudWatch' ? 1 : 0.3 }),
  }));
}

async function readingMs(named: MetricProvider, body: Body): Promise<number> {
  const { provider, spec } = await providerOf(aMetric({ provider: named }));
  const environment = { DD_API_KEY: 'a', DD_APP_KEY: 'b', DD_ADDRESS: ADDRESS };
  const cluster = memoryCluster('c1', { now: () => NOW });
  for (const [name, data] of Object.entries(SECRETS)) {
    const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
    const metadata = { namespace: 'argo-rollouts', name };
    await cluster.create('Secret', { apiVersion: 'v1', kind: 'Secret', metadata, data: Object.fromEntries(encoded) });
  }
  const context: PluginsContext = {
    fetch: async (request) => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : body(request),
    }),
    now: () => NOW,
    run: { cluster: 'c1', kind: 'AnalysisRun', namespace: 'shop', name: 'r', uid: 'u' },
    key: { uid: 'u', metric: 'm', number: 1 },
    secrets: providerSecrets(cluster, 'shop', { environment }, () => {}),
    awsRegion: 'eu-west-1',
    awsCredentials: async () => ({ accessKeyId: 'A', secretAccessKey: 's' }),
    plugins: { 'acme/one': { url: ADDRESS } },
    allowMs: (wantedMs) => wantedMs,
    signal: undefined,
  };
  const before = process.cpuUsage();
  for (let count = 0; count < READINGS; count += 1) {
    const begun = await provider.read(spec, context);
    const reading = begun.is === 'pending' ? await provider.resume?.(spec, measurementOf(begun), context) : begun;
    const isRead = reading?.is === 'value' || (reading?.is === 'verdict' && reading.phase === 'Successful');
    if (!isRead) throw new Error(`no value: ${JSON.stringify(reading)}`);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / READINGS;
}
