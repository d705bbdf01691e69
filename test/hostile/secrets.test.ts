import { beforeAll, afterAll, expect, test } from 'vitest';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { openHttp } from '../../lib/http/open-http.ts';
import type { Metric } from '../../lib/model/analysis-run.ts';
import type { WebMetric } from '../../lib/model/providers/web.ts';
import type { Ports } from '../../lib/model/ports.ts';
import { step } from '../../lib/runtime/step.ts';
import { aMetric, aRun } from '../builders.ts';

// A secret in any place of a metric, whatever goes wrong there: none of what is said of it holds the secret.

const SECRETS = {
  plain: 'S3cr3t-XyZZy-987654',
  quoted: 'S3cr"XyZZy\\98\t7',
  'for URLs': 'S3cr&XyZZy <98>%7/+',
  'beyond ASCII': 'S3crét-XyZZy-ß98☃',
  'of lines': 'S3crL1-XyZZy\nS3crL2-PlUgH\nS3crL3-98',
};
const T = '{{args.t}}';
const now = () => new Date('2026-11-05T10:00:00.500Z');

let server: Server;
let url = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const said = `${request.url} ${JSON.stringify(request.headers)} ${body} ${new URLSearchParams(body).get('query') ?? ''}`;
      if (request.url?.startsWith('/reset')) request.socket.destroy();
      else if (request.url?.startsWith('/redirect'))
        response.writeHead(302, { location: `ftp://x/${request.url}` }).end();
      else if (request.url?.startsWith('/text')) response.end(`{"a": ${said}`);
      else if (request.url?.startsWith('/json')) response.end(JSON.stringify({ said }));
      else response.writeHead(400).end(JSON.stringify({ status: 'error', errorType: 'bad_data', error: said }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const web = (request: WebMetric, more: Partial<Metric> = {}): Metric =>
  aMetric({ successCondition: 'result == "x"', provider: { web: { timeoutSeconds: 1, ...request } }, ...more });
const prometheus = (request: object): Metric =>
  aMetric({ successCondition: 'result == "x"', provider: { prometheus: { timeout: 1, query: 'up', ...request } } });

const PLACES: readonly { readonly name: string; readonly metric: () => Metric }[] = [
  { name: 'an address that refuses', metric: () => web({ url: `http://127.0.0.1:1/?t=${T}` }) },
  { name: 'the userinfo of an address', metric: () => web({ url: `http://u:${T}@127.0.0.1:1/` }) },
  { name: 'a host', metric: () => web({ url: `http://${T}.invalid/` }) },
  { name: 'a scheme', metric: () => web({ url: `${T}://x/` }) },
  { name: 'an address whose server hangs up', metric: () => web({ url: `${url}/reset?t=${T}` }) },
  { name: 'an address that redirects', metric: () => web({ url: `${url}/redirect?t=${T}` }) },
  { name: 'an address that fails', metric: () => web({ url: `${url}/fail?t=${T}` }) },
  { name: 'a header that is none', metric: () => web({ url, headers: [{ key: `X ${T}`, value: 'v' }] }) },
  {
    name: 'a header with what it may not hold',
    metric: () => web({ url, headers: [{ key: 'X-A', value: `${T}\u0001` }] }),
  },
  {
    name: 'a header that is echoed',
    metric: () => web({ url: `${url}/json`, headers: [{ key: 'X-A', value: `a ${T}` }] }),
  },
  { name: 'a body that is echoed', metric: () => web({ url: `${url}/json`, method: 'POST', body: `{"a":"${T}"}` }) },
  { name: 'an answer that is no JSON', metric: () => web({ url: `${url}/text?t=${T}` }) },
  { name: 'a method', metric: () => web({ url, method: T }) },
  { name: 'a jsonPath', metric: () => web({ url: `${url}/json`, jsonPath: `{$["${T}"]}` }) },
  {
    name: 'a condition that does not compile',
    metric: () => web({ url }, { successCondition: `result == "${T}" && ` }),
  },
  {
    name: 'a condition that fails',
    metric: () => web({ url: `${url}/json` }, { successCondition: `int("${T}") > 1` }),
  },
  { name: 'a query', metric: () => prometheus({ address: url, query: `up{a="${T}"}` }) },
  { name: 'the address of a Prometheus', metric: () => prometheus({ address: `http://127.0.0.1:1/${T}` }) },
  {
    name: 'a password',
    metric: () => prometheus({ address: url, authentication: { basicAuth: { username: 'u', password: T } } }),
  },
  { name: 'an interval', metric: () => web({ url }, { interval: T, count: 2 }) },
  { name: 'a count', metric: () => web({ url }, { count: T }) },
  { name: 'a name', metric: () => web({ url: 'http://127.0.0.1:1/' }, { name: T }) },
];

const rows = PLACES.flatMap((place) =>
  Object.keys(SECRETS).map((kind) => ({ ...place, kind: kind as keyof typeof SECRETS })),
);

// What cannot be reached is tried again after a while: they wait together.
test.concurrent.each(rows)('one $kind in $name is told nowhere', async ({ metric, kind }) => {
  const secret = SECRETS[kind];
  const http = openHttp({ privateNetworks: 'allow', allow: ['127.0.0.0/8'] });
  const cluster = memoryCluster('c1', { now, http });
  const data = { k: Buffer.from(secret).toString('base64') };
  const metadata = { name: 's', namespace: 'shop' };
  await cluster.create('Secret', { apiVersion: 'v1', kind: 'Secret', metadata, data });
  const args = [{ name: 't', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }];
  const run = aRun({ spec: { args, metrics: [{ ...metric(), consecutiveErrorLimit: 0 }] } });
  const { metadata: made } = await cluster.create('AnalysisRun', run);
  const told: unknown[] = [];
  const log = (...line: unknown[]) => void told.push(line);
  const ports: Ports = {
    clusters: { get: () => cluster, names: () => ['c1'] },
    queue: { send: async () => {} },
    bus: { publish: async (events) => void told.push(events) },
    log: { info: log, warn: log, error: log },
    meter: { stepped() {}, failed() {}, measured() {} },
    now,
  };
  const ref = { cluster: 'c1', kind: 'AnalysisRun', namespace: 'shop', name: made.name ?? '', uid: made.uid ?? '' };
  await step(ref, ports);
  http.close();
  const status = cluster.objects('AnalysisRun')[0]?.status;
  // Something was said of it.
  expect(status?.phase).toMatch(/./);
  const text = JSON.stringify([told, status, cluster.objects('Event')]);
  for (const [how, form] of formsOf(secret)) expect(text.includes(form), `${how}: ${form}`).toBe(false);
});

const inJson = (text: string) => JSON.stringify(text).slice(1, -1);

/** How a text may hold a secret; in JSON, since that is how all is looked at. */
function formsOf(secret: string): readonly (readonly [how: string, form: string])[] {
  const forms = {
    'as it stands': secret,
    'escaped twice': inJson(secret),
    'for URLs': encodeURIComponent(secret),
    'as a form': new URLSearchParams({ q: secret }).toString().slice(2),
    'as an address': new URL(`http://x/?t=${secret}`).search.slice(3),
    'in base64': Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    'in Latin-1': Buffer.from(secret).toString('latin1'),
  };
  const lines = secret.includes('\n') ? secret.split('\n').map((line) => ['a line', line] as const) : [];
  return [...Object.entries(forms), ...lines]
    .map(([how, form]) => [how, inJson(form)] as const)
    .filter(([, form]) => form.length >= 6);
}
