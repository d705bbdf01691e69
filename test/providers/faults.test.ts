import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHttp } from '../../lib/http/open-http.ts';
import type { Metric } from '../../lib/model/analysis-run.ts';
import type { MetricProvider } from '../../lib/model/metric-provider.ts';
import { aMetric, aRun } from '../builders.ts';
import { openWorld } from '../world.ts';

// Whatever happens on the way to a source: each source, over the one HTTP client, in steps of the real loop.

const KEY = 'S3cr3t-XyZZy-987654';
const SOURCE = 'http://source.example.com';
const scope = { scope: 's', region: 'r', step: 60, start: 's', end: 'e' };
const authorized = [{ key: 'Authorization', value: 'Bearer {{args.token}}' }];

const SOURCES: Readonly<Record<string, MetricProvider>> = {
  prometheus: { prometheus: { address: SOURCE, query: 'up', headers: authorized } },
  web: { web: { url: `${SOURCE}/page`, headers: authorized } },
  'datadog v1': { datadog: { apiVersion: 'v1', query: 'q' } },
  'datadog v2': { datadog: { apiVersion: 'v2', query: 'q' } },
  newRelic: { newRelic: { query: 'q' } },
  wavefront: { wavefront: { address: 'source.example.com', query: 'q' } },
  cloudWatch: { cloudWatch: { metricDataQueries: [{ id: 'm1', expression: 'x' }] } },
  graphite: { graphite: { address: `http://user:{{args.token}}@source.example.com`, query: 'target=a' } },
  influxdb: { influxdb: { query: 'q' } },
  skywalking: { skywalking: { address: SOURCE, query: 'q {{args.token}}', interval: '5m' } },
  kayenta: {
    kayenta: {
      address: SOURCE,
      application: 'a',
      canaryConfigName: '{{args.token}}',
      metricsAccountName: 'm',
      configurationAccountName: 'c',
      storageAccountName: 's',
      threshold: { pass: 90, marginal: 75 },
      scopes: [{ name: 'd', controlScope: scope, experimentScope: scope }],
    },
  },
  plugin: { plugin: { 'acme/one': { token: '{{args.token}}' } } },
};

/** By the names that sources look for. */
const SECRETS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  datadog: { address: SOURCE, 'api-key': KEY, 'app-key': KEY },
  newrelic: { 'personal-api-key': KEY, 'account-id': '12345', 'base-url-nerdgraph': SOURCE },
  'wavefront-api-tokens': { 'source.example.com': KEY },
  influxdb: { address: SOURCE, authToken: KEY, org: 'org-name' },
};

interface Fault {
  readonly answer: (response: ServerResponse) => void;
  /** What messages have in common. */
  readonly says: RegExp;
}

/** Sources that look at no status say what they could not read. */
const UNREAD = 'invalid character|readObjectStart|is no JSON|no results returned|could not evaluate';
const status = (code: number, headers: Record<string, string> = {}) => ({
  answer: (response: ServerResponse) =>
    void response.writeHead(code, { 'Content-Type': 'text/html', ...headers }).end(`<html>${KEY}</html>`),
  says: new RegExp(`${code}|error response: <html>|giving up after [14] attempt|${UNREAD}`),
});

const FAULTS: Readonly<Record<string, Fault>> = {
  '401': status(401),
  '403': status(403),
  '429': status(429),
  '429 with Retry-After': status(429, { 'Retry-After': '0' }),
  '500': status(500),
  'HTML in place of JSON': { ...status(200), says: new RegExp(UNREAD) },
  'a body that is cut': {
    answer: (response) => {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('{"data":', () => response.destroy());
    },
    says: /unexpected EOF/,
  },
  'no answer': { answer: () => {}, says: /context deadline exceeded|no reading within/ },
  '10 MiB': {
    answer: (response) => void response.writeHead(200).end(Buffer.alloc(10 * 2 ** 20, ' ')),
    says: /larger than/,
  },
  'a redirect to another host': {
    answer: (response) => void response.writeHead(307, { Location: elsewhereUrl }).end(),
    says: new RegExp(`would send a secret to another host|${UNREAD}`),
  },
};

let fault: Fault | undefined;
let url = '';
let elsewhereUrl = '';
const seenElsewhere: string[] = [];
const servers: Server[] = [];

async function listen(host: string, answer: (text: string, response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => answer(`${request.url} ${JSON.stringify(request.headers)} ${body}`, response));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  url = await listen('127.0.0.1', (text, response) => {
    if (text.startsWith('/innocent')) response.end('1');
    else fault?.answer(response);
  });
  elsewhereUrl = await listen('127.0.0.2', (text, response) => {
    seenElsewhere.push(text);
    response.end('<html>here</html>');
  });
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The first measurements of a run whose one source has a fault, and whose other has none. */
async function measured(provider: MetricProvider) {
  const send = openHttp({ privateNetworks: 'refuse', allow: ['127.0.0.1', '127.0.0.2'], random: () => 0 });
  const world = openWorld({
    // Names of sources stand for the server here; and nobody waits for long.
    http: (request) => {
      const { username, password, pathname, search } = new URL(request.url);
      const login = username === '' ? '' : `${username}:${password}@`;
      const there = `${url.replace('//', `//${login}`)}${pathname}${search}`;
      return send({
        ...request,
        url: there,
        timeoutMs: Math.min(request.timeoutMs ?? 30_000, fault === FAULTS['no answer'] ? 250 : 900),
      });
    },
    settings: {
      environment: { AWS_ENDPOINT_URL: SOURCE },
      awsRegion: 'eu-west-1',
      awsCredentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: KEY, sessionToken: KEY }),
      plugins: { 'acme/one': { url: SOURCE } },
    },
  });
  const secret = (namespace: string, name: string, data: Readonly<Record<string, string>>) =>
    world.memory.create('Secret', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace, name },
      data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)])),
    });
  for (const [name, data] of Object.entries(SECRETS)) await secret('argo-rollouts', name, data);
  await secret('shop', 'token', { token: KEY });
  const metrics: Metric[] = [
    aMetric({ name: 'faulty', successCondition: 'result == 1', provider }),
    aMetric({ name: 'innocent', successCondition: 'result == 1', provider: { web: { url: `${SOURCE}/innocent` } } }),
  ];
  const args = [{ name: 'token', valueFrom: { secretKeyRef: { name: 'token', key: 'token' } } }];
  await world.step(await world.create(aRun({ spec: { metrics, args } })));
  send.close();
  const [run] = world.memory.objects('AnalysisRun');
  const [faulty, innocent] = (run?.status?.metricResults ?? []).map(({ measurements }) => measurements?.[0]);
  return { faulty, innocent, text: JSON.stringify([run?.status, world.memory.objects('Event' as 'AnalysisRun')]) };
}

describe.each(Object.entries(FAULTS))('%s', (_name, each) => {
  test.each(Object.entries(SOURCES))(
    'from %s is an Error that says so, shows no key and delays nobody',
    async (_source, provider) => {
      fault = each;
      seenElsewhere.length = 0;
      const { faulty, innocent, text } = await measured(provider);
      const message = faulty?.message ?? '';
      expect(message).toMatch(each.says);
      expect(faulty?.phase).toBe('Error');
      expect(message.length).toBeLessThanOrEqual(2_100);
      expect(message).not.toMatch(/undefined|\[object|\n {4}at /);
      expect(innocent).toMatchObject({ phase: 'Successful', value: '1' });
      expect(text).not.toContain(KEY);
      expect(text).not.toContain(base64(KEY).slice(4, -4));
      expect(seenElsewhere.join('\n')).not.toContain(KEY);
      expect(seenElsewhere.join('\n')).not.toMatch(/authorization|api-key|x-amz-security-token/i);
    },
  );
});
