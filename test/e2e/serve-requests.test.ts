import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnalysisRunSpec, Metric } from '../../lib/model/analysis-run.ts';
import { CERTIFICATE, KEY } from '../http/certificates.ts';
import { type AnalysisCluster, resultOf, borrowAnalysisCluster } from './analysis-cluster.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { serversAvailable } from './servers/build.ts';
import { type PrometheusServer, startPrometheus } from './servers/prometheus.ts';
import { type SampleService, startSampleService } from './servers/sample-service.ts';
import { waitFor } from './servers/wait-for.ts';

/** A case is a run that is created with all others; what it becomes is compared once all are over. */
interface Case {
  readonly name: string;
  readonly metric: Omit<Metric, 'name'>;
  readonly phase: string;
  readonly value?: string;
  /** Of the measurement. */
  readonly message?: unknown;
  readonly metadata?: object;
}

const WHOLE_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

const SECRET_ARGS = ['user', 'password', 'token'].map((name) => ({
  name,
  valueFrom: { secretKeyRef: { name: 'credentials', key: name } },
}));
const CREDENTIALS = { user: 'reader', password: 'p4ss "w/ord"', token: 'abc.def-123' };

describe.skipIf(!(await serversAvailable()))('what is measured with requests', () => {
  let cluster: AnalysisCluster;
  let assay: AssayServe;
  let service: SampleService;
  let tlsService: SampleService;
  let prometheus: PrometheusServer;

  /** Where the servers are is known only once they run: cases name them `PROMETHEUS`, `SAMPLE` and `TLS`. */
  function locate(metric: Omit<Metric, 'name'>): Metric {
    const text = JSON.stringify(metric)
      .replaceAll('PROMETHEUS', prometheus.url)
      .replaceAll('SAMPLE', service.url)
      .replaceAll('TLS', tlsService.url);
    return { name: 'measured', ...(JSON.parse(text) as Omit<Metric, 'name'>) };
  }

  beforeAll(async () => {
    [service, tlsService] = [
      await startSampleService(),
      await startSampleService({ tls: { key: KEY, cert: CERTIFICATE } }),
    ];
    preparePages(service);
    tlsService.page('/health', { body: { ok: true } });
    [cluster, prometheus] = await Promise.all([
      borrowAnalysisCluster(),
      startPrometheus({ targets: [service.target] }),
    ]);
    await cluster.plane.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'credentials', namespace: 'shop' },
      stringData: CREDENTIALS,
    });
    await waitFor('samples', async () => (await prometheus.query('success_ratio')).length === 2);
    assay = await startAssayServe({ kubeconfigPath: cluster.kubeconfigPath });
    await Promise.all(CASES.map(async (one, index) => cluster.createRun(nameOf(index), specOf(locate(one.metric)))));
  });
  afterAll(async () => {
    await assay?.stop();
    await cluster?.stop();
    await prometheus?.remove();
    await Promise.all([service?.stop(), tlsService?.stop()]);
  });

  test.each(CASES.map((one, index) => ({ ...one, index })))('$name', async (one) => {
    const run = await cluster.ended(nameOf(one.index));
    const { measurements = [], metadata } = resultOf(run);
    expect(run.status?.phase).toBe(one.phase);
    expect(measurements).toEqual([
      {
        phase: one.phase,
        value: one.value,
        message: one.message,
        startedAt: expect.stringMatching(WHOLE_SECONDS),
        finishedAt: expect.stringMatching(WHOLE_SECONDS),
      },
    ]);
    expect(metadata).toEqual(one.metadata ?? metadata);
  });

  test('what goes out is what the metrics say, secrets of the cluster put in', async () => {
    await Promise.all(CASES.map((_, index) => cluster.ended(nameOf(index))));
    const basic = `Basic ${Buffer.from(`${CREDENTIALS.user}:${CREDENTIALS.password}`).toString('base64')}`;
    expect(seenBy(service, '/posted')).toEqual([
      { method: 'POST', body: 'ping', type: undefined, authorization: undefined },
    ]);
    expect(seenBy(service, '/put')).toEqual([
      { method: 'PUT', body: '{"deep":[{"a":true}]}', type: 'application/json', authorization: undefined },
    ]);
    expect(seenBy(service, '/token')).toMatchObject([{ authorization: `Bearer ${CREDENTIALS.token}` }]);
    expect(seenBy(service, '/bearer/api/v1/query')).toMatchObject([
      { method: 'POST', authorization: `Bearer ${CREDENTIALS.token}`, body: expect.stringContaining('query=up') },
    ]);
    expect(seenBy(service, '/basic/api/v1/query')).toMatchObject([{ method: 'POST', authorization: basic }]);
    expect(seenBy(service, '/flaky')).toHaveLength(2);
    expect(seenBy(service, '/issue')).toMatchObject([{ method: 'POST' }]);
    expect(seenBy(service, '/oauth2/api/v1/query')).toMatchObject([{ authorization: 'Bearer issued' }]);
  });
});

/** What the service was asked below `path`. */
function seenBy({ requests }: SampleService, path: string): object[] {
  return requests
    .filter(({ url }) => url.startsWith(path))
    .map(({ method, body, headers }) => ({
      method,
      body,
      authorization: headers['authorization'],
      type: headers['content-type'],
    }));
}

function nameOf(index: number): string {
  return `case-${index}`;
}

function specOf(metric: Metric): AnalysisRunSpec {
  return { metrics: [metric], ...(JSON.stringify(metric).includes('{{args.') && { args: SECRET_ARGS }) };
}

const PROMETHEUS_ANSWER = {
  status: 'success',
  data: { resultType: 'vector', result: [{ metric: {}, value: [1_700_000_000.5, '7'] }] },
};

function preparePages(service: SampleService): void {
  service.set('success_ratio', { service: 'cart' }, 0.9733);
  service.set('success_ratio', { service: 'checkout' }, 0.5);
  service.page('/health', {
    body: {
      checks: [
        { name: 'db', healthy: true, score: 0.8 },
        { name: 'cache', score: 2 },
      ],
    },
  });
  service.page('/text', { body: 'all good' });
  service.page('/posted', ({ body }) => ({ body: { echoed: body } }));
  service.page('/put', ({ body }) => ({ body: { accepted: body !== '' } }));
  service.page('/token', ({ headers }) => ({ body: { known: headers['authorization'] !== undefined } }));
  service.page('/broken', { status: 500, body: 'oops' });
  service.page('/slow', { delayMs: 3000, body: { late: true } });
  service.page('/away', { status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' } });
  let calls = 0;
  service.page('/flaky', () => ((calls += 1) === 1 ? { status: 503 } : { body: { calls } }));
  for (const path of ['/bearer', '/basic', '/oauth2'])
    service.page(`${path}/api/v1/query`, { body: PROMETHEUS_ANSWER });
  service.page('/issue', { body: { access_token: 'issued', token_type: 'Bearer', expires_in: 60 } });
}

const prom = (query: string, more: object = {}) => ({ prometheus: { address: 'PROMETHEUS', query, ...more } });
const CART = 'success_ratio{service="cart"}';
const once = { consecutiveErrorLimit: 0 };

const CASES: readonly Case[] = [
  {
    name: 'prometheus: a vector that passes, rendered as Argo renders it',
    metric: { successCondition: 'result[0] >= 0.95', provider: prom(CART) },
    phase: 'Successful',
    value: '[0.9733]',
    metadata: { ResolvedPrometheusQuery: CART },
  },
  {
    name: 'prometheus: a vector that fails',
    metric: { successCondition: 'result[0] >= 0.95', provider: prom('success_ratio{service="checkout"}') },
    phase: 'Failed',
    value: '[0.5]',
  },
  {
    name: 'prometheus: neither condition holds',
    metric: {
      successCondition: 'result[0] > 0.99',
      failureCondition: 'result[0] < 0.9',
      provider: prom(CART),
    },
    phase: 'Inconclusive',
    value: '[0.9733]',
  },
  {
    name: 'prometheus: a scalar',
    metric: { successCondition: 'result == 3', provider: prom('scalar(vector(3))') },
    phase: 'Successful',
    value: '3',
  },
  {
    name: 'prometheus: several series',
    metric: { successCondition: 'len(result) == 2', provider: prom('sort(success_ratio)') },
    phase: 'Successful',
    value: '[0.5,0.9733]',
  },
  {
    name: 'prometheus: no series and a condition that looks at the first',
    metric: { ...once, successCondition: 'result[0] >= 0.95', provider: prom('absent_metric') },
    phase: 'Error',
    message: expect.stringMatching(/: metric result is nil or empty: no data returned from the metric provider$/),
  },
  {
    name: 'prometheus: no series and a condition that asks first',
    metric: { successCondition: 'len(result) == 0 || result[0] > 1', provider: prom('absent_metric') },
    phase: 'Successful',
    value: '[]',
  },
  {
    name: 'prometheus: NaN',
    metric: { successCondition: 'isNaN(result)', provider: prom('scalar(absent_metric)') },
    phase: 'Successful',
    value: 'NaN',
  },
  {
    name: 'prometheus: a range',
    metric: {
      successCondition: 'len(result) >= 3 && all(result, # == 1)',
      provider: prom('vector(1)', { rangeQuery: { start: 'now() - duration("2s")', end: 'now()', step: '1s' } }),
    },
    phase: 'Successful',
    value: '[1,1,1]',
  },
  {
    name: 'prometheus: a query that it cannot parse',
    metric: { ...once, provider: prom('sum(') },
    phase: 'Error',
    message: expect.stringMatching(/^bad_data: .*parse error: unclosed left parenthesis/),
  },
  {
    name: 'prometheus: a server that is not there',
    metric: { ...once, provider: { prometheus: { address: 'http://127.0.0.1:9', query: 'up' } } },
    phase: 'Error',
    message: expect.stringMatching(
      /^Post "http:\/\/127\.0\.0\.1:9\/api\/v1\/query": dial tcp 127\.0\.0\.1:9: connect: connection refused$/,
    ),
  },
  {
    name: 'prometheus: a bearer token out of a secret, as header',
    metric: {
      successCondition: 'result[0] == 7',
      provider: {
        prometheus: {
          address: 'SAMPLE/bearer',
          query: 'up',
          headers: [{ key: 'Authorization', value: 'Bearer {{args.token}}' }],
        },
      },
    },
    phase: 'Successful',
    value: '[7]',
  },
  {
    name: 'prometheus: basic authentication out of a secret',
    metric: {
      successCondition: 'result[0] == 7',
      provider: {
        prometheus: {
          address: 'SAMPLE/basic',
          query: 'up',
          authentication: { basicAuth: { username: '{{args.user}}', password: '{{args.password}}' } },
        },
      },
    },
    phase: 'Successful',
    value: '[7]',
  },
  {
    name: 'prometheus: OAuth 2 client credentials',
    metric: {
      successCondition: 'result[0] == 7',
      provider: {
        prometheus: {
          address: 'SAMPLE/oauth2',
          query: 'up',
          authentication: {
            oauth2: { tokenUrl: 'SAMPLE/issue', clientId: 'assay', clientSecret: '{{args.token}}' },
          },
        },
      },
    },
    phase: 'Successful',
    value: '[7]',
  },
  {
    name: 'web: a path into the answer that passes',
    metric: {
      successCondition: 'result == true',
      provider: { web: { url: 'SAMPLE/health', jsonPath: '{$.checks[0].healthy}' } },
    },
    phase: 'Successful',
    value: 'true',
  },
  {
    name: 'web: a filter in the path, and a value that fails',
    metric: {
      successCondition: 'asFloat(result) < 1',
      provider: { web: { url: 'SAMPLE/health', jsonPath: '{$.checks[?(@.name=="cache")].score}' } },
    },
    phase: 'Failed',
    value: '2',
  },
  {
    name: 'web: neither condition holds',
    metric: {
      successCondition: 'result > 0.9',
      failureCondition: 'result < 0.5',
      provider: { web: { url: 'SAMPLE/health', jsonPath: '{$.checks[0].score}' } },
    },
    phase: 'Inconclusive',
    value: '0.8',
  },
  {
    name: 'web: an answer that is no JSON',
    metric: { successCondition: 'result contains "good"', provider: { web: { url: 'SAMPLE/text' } } },
    phase: 'Successful',
    value: 'all good',
  },
  {
    name: 'web: POST with a body',
    metric: {
      successCondition: 'result == "ping"',
      provider: { web: { url: 'SAMPLE/posted', method: 'POST', body: 'ping', jsonPath: '{$.echoed}' } },
    },
    phase: 'Successful',
    value: '"ping"',
  },
  {
    name: 'web: PUT with a JSON body',
    metric: {
      successCondition: 'result',
      provider: {
        web: { url: 'SAMPLE/put', method: 'PUT', jsonBody: { deep: [{ a: true }] }, jsonPath: '{$.accepted}' },
      },
    },
    phase: 'Successful',
    value: 'true',
  },
  {
    name: 'web: a header with a secret',
    metric: {
      successCondition: 'result.known',
      provider: { web: { url: 'SAMPLE/token', headers: [{ key: 'Authorization', value: 'Bearer {{args.token}}' }] } },
    },
    phase: 'Successful',
    value: '{"known":true}',
  },
  {
    name: 'web: an answer that is none of 2xx',
    metric: { ...once, provider: { web: { url: 'SAMPLE/broken' } } },
    phase: 'Error',
    message: 'received non 2xx response code: 500',
  },
  {
    name: 'web: a path that finds nothing',
    metric: { ...once, provider: { web: { url: 'SAMPLE/health', jsonPath: '{$.nowhere}' } } },
    phase: 'Error',
    message: 'Could not find JSONPath in body: nowhere is not found',
  },
  {
    name: 'web: an answer that is too late',
    metric: { ...once, provider: { web: { url: 'SAMPLE/slow', timeoutSeconds: 1 } } },
    phase: 'Error',
    message: expect.stringMatching(
      /^Get "http:.*\/slow": context deadline exceeded \(Client\.Timeout exceeded while awaiting headers\)$/,
    ),
  },
  {
    name: 'web: 503 once is asked again within the measurement',
    metric: { successCondition: 'result == 2', provider: { web: { url: 'SAMPLE/flaky', jsonPath: '{$.calls}' } } },
    phase: 'Successful',
    value: '2',
  },
  {
    name: 'web: a certificate of nobody known',
    metric: { ...once, provider: { web: { url: 'TLS/health' } } },
    phase: 'Error',
    message: expect.stringMatching(/tls: failed to verify certificate: x509: /),
  },
  {
    name: 'web: the same, insecure',
    metric: { successCondition: 'result.ok', provider: { web: { url: 'TLS/health', insecure: true } } },
    phase: 'Successful',
    value: '{"ok":true}',
  },
  {
    name: 'web: a redirect to the metadata service of a cloud',
    metric: { ...once, provider: { web: { url: 'SAMPLE/away' } } },
    phase: 'Error',
    message: expect.stringMatching(/169\.254\.169\.254 is refused: a link-local address$/),
  },
  {
    name: 'web: a condition that does not compile',
    metric: { ...once, successCondition: 'result >', provider: { web: { url: 'SAMPLE/text' } } },
    phase: 'Error',
    message: expect.stringMatching(/unexpected token EOF/),
  },
];
