import { afterEach, describe, expect, it } from 'vitest';
import type { Access, Credentials } from '../../../lib/clusters/access/credentials.ts';
import { kubernetesCluster, type KubernetesClusterOptions } from '../../../lib/clusters/api/kubernetes.ts';
import { AssayError } from '../../../lib/model/errors.ts';
import type { AnalysisRun } from '../../../lib/model/analysis-run.ts';
import type { Cluster, WatchEvent } from '../../../lib/model/cluster.ts';
import { aNewRun, codeOf, summary, take } from '../../contract/cluster-fixtures.ts';
import { aStatus, openStubServer, type StubAnswer, type StubRequest, type StubServer } from './stub-server.ts';

const closing = new Set<() => Promise<void>>();
afterEach(async () => {
  for (const close of closing) await close();
  closing.clear();
});

const key = { namespace: 'shop', name: 'run' };
const run = { ...aNewRun('shop', { metadata: { name: 'run' } }) };
const named = (name: string, other: Record<string, unknown> = {}) => ({
  ...run,
  metadata: { ...run.metadata, name, ...other },
});
const fixed = (server: string, token = 'secret-token'): Credentials => {
  const access: Access = { server, tls: {}, headers: { authorization: `Bearer ${token}` } };
  return { access: () => access, renew: async () => access };
};

/** A cluster whose API server answers as `answer` says. */
async function open(
  answer: (request: StubRequest) => StubAnswer,
  options: Partial<KubernetesClusterOptions> = {},
): Promise<{ readonly cluster: Cluster; readonly server: StubServer }> {
  const server = await openStubServer(answer);
  const cluster = kubernetesCluster({
    name: 'prod',
    credentials: fixed(server.url),
    http: async ({ url }) => ({ status: 200, headers: {}, body: `direct ${url}` }),
    now: () => new Date(),
    ...options,
  });
  closing.add(async () => {
    await cluster.close();
    await server.close();
  });
  return { cluster, server };
}

async function errorOf(work: Promise<unknown>): Promise<AssayError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AssayError) return error;
    throw error;
  }
  throw new Error('there was no error');
}

/** The token grows by one with each renewal. */
function renewable(server: string): Credentials & { readonly tokens: readonly string[] } {
  const tokens = ['1'];
  const access = (): Access => ({ server, tls: {}, headers: { authorization: tokens.at(-1) ?? '' } });
  return {
    tokens,
    access,
    renew: async () => {
      tokens.push(String(tokens.length + 1));
      return access();
    },
  };
}

function line(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}

function iterate(cluster: Cluster, abort = new AbortController()): AsyncIterator<WatchEvent<AnalysisRun>> {
  const events = cluster.watch('AnalysisRun', { namespace: 'shop', resourceVersion: '5' }, abort.signal);
  return events[Symbol.asyncIterator]();
}

describe('requests', () => {
  it('stand in the version that the cluster has of a kind, and so do the objects that are read', async () => {
    const apiVersion = 'networking.istio.io/v1';
    const route = { apiVersion, kind: 'VirtualService', metadata: { name: 'routes', namespace: 'shop' } };
    const { cluster, server } = await open(() => ({ body: route }), { apiVersions: { VirtualService: apiVersion } });
    const at = { namespace: 'shop', name: 'routes' };
    expect(await cluster.get('VirtualService', at)).toEqual(route);
    await cluster.patch('VirtualService', at, { spec: {} });
    await cluster.create('VirtualService', route);
    await cluster.get('DestinationRule', at);
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/apis/networking.istio.io/v1/namespaces/shop/virtualservices/routes',
      '/apis/networking.istio.io/v1/namespaces/shop/virtualservices/routes',
      '/apis/networking.istio.io/v1/namespaces/shop/virtualservices',
      '/apis/networking.istio.io/v1alpha3/namespaces/shop/destinationrules/routes',
    ]);
    const older = { ...route, apiVersion: 'networking.istio.io/v1alpha3' };
    expect(await codeOf(cluster.create('VirtualService', older))).toBe('ASSAY_CLUSTER_REFUSED');
  });

  it('say who asks for what, over kept connections', async () => {
    const { cluster, server } = await open(() => ({ body: run }));
    for (let count = 0; count < 5; count += 1) await cluster.get('AnalysisRun', key);
    await cluster.patch('AnalysisRun', key, { status: { phase: 'Running' } });
    await cluster.patch('AnalysisRun', key, [{ op: 'remove', path: '/status' }]);

    // Not one each: the second is opened where a request follows before the first has done with its answer.
    expect(server.connections()).toBeLessThanOrEqual(2);
    const path = '/apis/argoproj.io/v1alpha1/namespaces/shop/analysisruns/run';
    expect(server.requests[0]).toMatchObject({
      method: 'GET',
      url: path,
      headers: { accept: 'application/json', authorization: 'Bearer secret-token' },
    });
    expect(server.requests[0]?.headers['user-agent']).toMatch(/^assay\/\d+\.\d+\.\d+$/);
    expect(
      server.requests.slice(5).map(({ method, headers, body }) => [method, headers['content-type'], body]),
    ).toEqual([
      ['PATCH', 'application/merge-patch+json', '{"status":{"phase":"Running"}}'],
      ['PATCH', 'application/json-patch+json', '[{"op":"remove","path":"/status"}]'],
    ]);
  });

  it('go below the path of a server that has one', async () => {
    const { server } = await open(() => ({ body: run }));
    const options = {
      name: 'gateway',
      http: async () => ({ status: 200, headers: {}, body: '' }),
      now: () => new Date(),
    };
    const cluster = kubernetesCluster({ ...options, credentials: fixed(`${server.url}/k8s/clusters/c-1`) });
    closing.add(async () => cluster.close());
    await cluster.list('Namespace', { limit: 5, labelSelector: 'a in (b,c)' });
    expect(server.requests[0]?.url).toBe('/k8s/clusters/c-1/api/v1/namespaces?limit=5&labelSelector=a+in+%28b%2Cc%29');
  });

  it('leave managed fields behind', async () => {
    const metadata = { ...run.metadata, managedFields: [{ manager: 'kubectl' }] };
    const { cluster } = await open(() => ({ body: { ...run, metadata } }));
    expect(await cluster.get('AnalysisRun', key)).toStrictEqual(run);
  });
});

describe('failures', () => {
  it.each([
    { status: 400, want: 'ASSAY_CLUSTER_REFUSED', retry: false },
    { status: 401, want: 'ASSAY_CLUSTER_DENIED', retry: false },
    { status: 403, want: 'ASSAY_CLUSTER_DENIED', retry: false },
    { status: 404, want: 'ASSAY_CLUSTER_NOT_FOUND', retry: false },
    { status: 408, want: 'ASSAY_CLUSTER_FAILED', retry: true },
    { status: 409, want: 'ASSAY_CLUSTER_CONFLICT', retry: false },
    { status: 410, want: 'ASSAY_CLUSTER_EXPIRED', retry: false },
    { status: 413, want: 'ASSAY_CLUSTER_TOO_LARGE', retry: false },
    { status: 415, want: 'ASSAY_CLUSTER_REFUSED', retry: false },
    { status: 422, want: 'ASSAY_CLUSTER_REFUSED', retry: false },
    { status: 429, want: 'ASSAY_CLUSTER_THROTTLED', retry: true },
    { status: 500, want: 'ASSAY_CLUSTER_FAILED', retry: true },
    { status: 503, want: 'ASSAY_CLUSTER_FAILED', retry: true },
    { status: 504, want: 'ASSAY_CLUSTER_FAILED', retry: true },
    { status: 302, want: 'ASSAY_CLUSTER_FAILED', retry: true },
  ])('$status is $want', async ({ status, want, retry }) => {
    const { cluster } = await open(() => ({ status, body: aStatus(status, 'the reason') }));
    const error = await errorOf(cluster.patch('AnalysisRun', key, {}));
    expect(error).toMatchObject({ code: want, retry, message: 'cluster prod: the reason' });
  });

  it.each([
    { says: 'etcdserver: request is too large', want: 'ASSAY_CLUSTER_TOO_LARGE' },
    {
      says: 'rpc error: code = ResourceExhausted desc = trying to send message larger than max (2300000 vs. 2097152)',
      want: 'ASSAY_CLUSTER_TOO_LARGE',
    },
    { says: 'etcdserver: request timed out', want: 'ASSAY_CLUSTER_FAILED' },
    { says: 'rpc error: code = Unavailable desc = connection refused', want: 'ASSAY_CLUSTER_FAILED' },
    {
      says: 'Internal error occurred: failed calling webhook "a.b": etcdserver: request timed out',
      want: 'ASSAY_CLUSTER_FAILED',
    },
  ])('500 that says "$says" is $want', async ({ says, want }) => {
    const { cluster } = await open(() => ({ status: 500, body: aStatus(500, says) }));
    const error = await errorOf(cluster.patch('AnalysisRun', key, {}));
    expect(error).toMatchObject({ code: want, retry: want !== 'ASSAY_CLUSTER_TOO_LARGE' });
  });

  it.each([302, 408, 500, 502, 503, 504])(
    'takes a %d that is not the API server’s own for no answer',
    async (status) => {
      const { cluster } = await open(() => ({ status, body: 'upstream is away' }));
      expect(await codeOf(cluster.get('AnalysisRun', key))).toBe('ASSAY_CLUSTER_UNREACHABLE');
    },
  );

  it('tells a name that is taken from a write that came late', async () => {
    const { cluster } = await open(() => ({ status: 409, body: aStatus(409, 'taken', { reason: 'AlreadyExists' }) }));
    expect(await codeOf(cluster.create('AnalysisRun', run))).toBe('ASSAY_CLUSTER_EXISTS');
  });

  it('takes a namespace that is being deleted for one that is gone', async () => {
    const details = { causes: [{ reason: 'NamespaceTerminating' }] };
    const { cluster } = await open(() => ({ status: 403, body: aStatus(403, 'ending', { details }) }));
    expect(await codeOf(cluster.create('AnalysisRun', run))).toBe('ASSAY_CLUSTER_NOT_FOUND');
  });

  it('tells an object that is not there from a kind that is not', async () => {
    const { cluster } = await open(({ url }) =>
      url.includes('jobs')
        ? { status: 404, body: aStatus(404, 'jobs.batch "run" not found', { details: { name: 'run', kind: 'jobs' } }) }
        : { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found' },
    );
    expect(await cluster.get('Job', key)).toBeUndefined();
    expect(await cluster.delete('Job', key)).toBe(false);
    expect(await codeOf(cluster.get('AnalysisRun', key))).toBe('ASSAY_CLUSTER_NOT_FOUND');
    expect(await codeOf(cluster.delete('AnalysisRun', key))).toBe('ASSAY_CLUSTER_NOT_FOUND');
  });

  it('says that a CRD is missing where a kind cannot be listed, and what to do', async () => {
    const { cluster } = await open(() => ({ status: 404, body: '404 page not found' }));
    const error = await errorOf(cluster.list('AnalysisRun', { namespace: 'shop' }));
    expect(error).toMatchObject({
      code: 'ASSAY_CLUSTER_KIND_UNKNOWN',
      message: 'cluster prod: there are no analysisruns.argoproj.io: the CRD is not installed',
      hint: expect.stringContaining('assay manifests --cluster NAME | kubectl apply'),
    });
    expect(await codeOf(cluster.list('Job'))).toBe('ASSAY_CLUSTER_NOT_FOUND');
  });

  it('says how long a server that is throttled asks to wait', async () => {
    const { cluster } = await open(() => ({
      status: 429,
      headers: { 'retry-after': '7' },
      body: aStatus(429, 'slow down'),
    }));
    expect(await errorOf(cluster.get('AnalysisRun', key))).toMatchObject({ retryAfterMs: 7000 });
  });

  it.each([
    { asks: '3000000', want: 60_000 },
    { asks: '-5', want: undefined },
    { asks: 'soon', want: undefined },
  ])('believes a server that asks to wait for $asks s: $want ms', async ({ asks, want }) => {
    const { cluster } = await open(() => ({ status: 429, headers: { 'retry-after': asks }, body: aStatus(429, 'no') }));
    expect((await errorOf(cluster.get('AnalysisRun', key))).retryAfterMs).toBe(want);
  });

  it('shortens the page of a gateway', async () => {
    const body = `<html><body><h1>Bad\n Gateway</h1>${'x'.repeat(1000)}</body></html>`;
    const { cluster } = await open(() => ({ status: 502, headers: { 'content-type': 'text/html' }, body }));
    const { message } = await errorOf(cluster.get('AnalysisRun', key));
    expect(message).toMatch(/^cluster prod: answered 502: Bad Gateway x+…$/);
    expect(message.length).toBeLessThan(250);
  });

  it('names the host where nobody answers, and no credentials', async () => {
    const { cluster, server } = await open(() => ({}));
    await server.close();
    const error = await errorOf(cluster.get('AnalysisRun', key));
    expect(error).toMatchObject({
      code: 'ASSAY_CLUSTER_UNREACHABLE',
      retry: true,
      message: `cluster prod: no answer from ${server.host} (ECONNREFUSED)`,
    });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret-token');
  });

  it.each([
    { name: 'never answers', answer: () => {} },
    { name: 'stops in the middle', answer: (response: { write: (text: string) => void }) => response.write('{"a":') },
  ])('gives up on a server that $name', async ({ answer }) => {
    const { cluster } = await open(() => answer, { responseTimeoutMs: 50 });
    expect(await errorOf(cluster.get('AnalysisRun', key))).toMatchObject({ code: 'ASSAY_CLUSTER_UNREACHABLE' });
  });

  it('waits for one object shorter than for a list, where it is told to', async () => {
    const { cluster } = await open(() => () => {}, { responseTimeoutMs: 600_000, objectTimeoutMs: 20 });
    const object = codeOf(cluster.get('AnalysisRun', key));
    const list = codeOf(cluster.list('AnalysisRun')).then(() => 'the list');
    expect(await Promise.race([object, list])).toBe('ASSAY_CLUSTER_UNREACHABLE');
  });

  it('takes a connection that breaks for no answer', async () => {
    const { cluster } = await open(() => (response) => response.destroy());
    expect(await errorOf(cluster.get('AnalysisRun', key))).toMatchObject({ code: 'ASSAY_CLUSTER_UNREACHABLE' });
  });

  it('asks nothing once it is closed', async () => {
    const server = await openStubServer(() => ({ body: run }));
    const cluster = kubernetesCluster({
      name: 'prod',
      credentials: fixed(server.url),
      http: async () => ({ status: 200, headers: {}, body: '' }),
      now: () => new Date(),
    });
    await cluster.get('AnalysisRun', key);
    await cluster.close();
    expect(await codeOf(cluster.get('AnalysisRun', key))).toBe('ASSAY_CLUSTER_UNREACHABLE');
    await server.close();
  });
});

describe('what is not as it should be', () => {
  const odd = [
    { item: null, says: 'AnalysisRun "": is no object' },
    { item: 7, says: 'AnalysisRun "": is no object' },
    { item: { kind: 'AnalysisRun' }, says: 'AnalysisRun "": has no metadata' },
    { item: { metadata: { labels: {} } }, says: 'AnalysisRun "": has no name' },
    { item: named('a', { ownerReferences: {} }), says: 'AnalysisRun "shop/a": metadata.ownerReferences is no list' },
    { item: named('a', { finalizers: 'x' }), says: 'AnalysisRun "shop/a": metadata.finalizers is no list' },
    { item: named('a', { labels: ['x'] }), says: 'AnalysisRun "shop/a": metadata.labels is no map' },
    { item: named('a', { annotations: 7 }), says: 'AnalysisRun "shop/a": metadata.annotations is no map' },
  ] as const;

  it.each(odd)('is left out of a list and told: $says', async ({ item, says }) => {
    const told: string[] = [];
    const items = [named('first'), item, named('last', { labels: null })];
    const body = { metadata: { resourceVersion: '5', continue: '' }, items };
    const { cluster } = await open(() => ({ body }), { onUnreadable: (problem) => told.push(problem) });
    const page = await cluster.list('AnalysisRun');
    expect(page.items.map(({ metadata }) => metadata.name)).toStrictEqual(['first', 'last']);
    expect(page).toMatchObject({ resourceVersion: '5' });
    expect(page).not.toHaveProperty('continue');
    expect(told).toStrictEqual([says]);
  });

  it.each(odd)('is left out of a watch and told: $says', async ({ item, says }) => {
    const told: string[] = [];
    const lines = [named('first'), item, named('last')].map((object) => JSON.stringify({ type: 'ADDED', object }));
    const { cluster } = await open(() => ({ body: `${lines.join('\n')}\n` }), {
      onUnreadable: (problem) => told.push(problem),
    });
    const events: string[] = [];
    const watch = cluster.watch('AnalysisRun', { resourceVersion: '1' }, new AbortController().signal);
    for await (const event of watch) events.push(summary(event));
    expect(events).toStrictEqual(['ADDED first', 'ADDED last']);
    expect(told).toStrictEqual([says]);
  });

  it.each(odd)('is an error where it alone was asked for: $says', async ({ item, says }) => {
    const { cluster } = await open(() => ({ body: JSON.stringify(item) }));
    expect(await errorOf(cluster.get('AnalysisRun', key))).toMatchObject({
      code: 'ASSAY_RESOURCE_INVALID',
      retry: false,
      message: `cluster prod: ${says}`,
    });
  });

  it.each([
    { name: 'a page', body: '<html>Sign in</html>', says: 'what is no JSON' },
    { name: 'half an answer', body: '{"metadata":', says: 'what is no JSON' },
    { name: 'a list without metadata', body: '{"items":[]}', says: 'a list that is none' },
    { name: 'a list of nothing', body: '{"metadata":{},"items":"none"}', says: 'a list that is none' },
    { name: 'a list that is null', body: 'null', says: 'a list that is none' },
  ])('is no answer: $name', async ({ body, says }) => {
    const { cluster } = await open(() => ({ body }));
    expect(await errorOf(cluster.list('AnalysisRun'))).toMatchObject({
      code: 'ASSAY_CLUSTER_UNREACHABLE',
      retry: true,
      message: `cluster prod: answered with ${says}`,
    });
  });

  it.each(['<html>', 'null', '7'])('breaks a watch, to be begun again: %s', async (text) => {
    const { cluster } = await open(() => ({ body: `${text}\n` }));
    expect(await errorOf(iterate(cluster).next())).toMatchObject({ code: 'ASSAY_CLUSTER_UNREACHABLE', retry: true });
  });
});

describe('credentials', () => {
  it('are renewed once when the server refuses them', async () => {
    const { server } = await open(({ headers }) =>
      headers.authorization === '2' ? { body: run } : { status: 401, body: aStatus(401, 'Unauthorized') },
    );
    const credentials = renewable(server.url);
    const cluster = kubernetesCluster({
      name: 'prod',
      credentials,
      http: async () => ({ status: 200, headers: {}, body: '' }),
      now: () => new Date(),
    });
    closing.add(async () => cluster.close());
    expect((await cluster.get('AnalysisRun', key))?.metadata.name).toBe('run');
    expect((await cluster.get('AnalysisRun', key))?.metadata.name).toBe('run');
    expect(credentials.tokens).toStrictEqual(['1', '2']);
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  it('are not asked for again and again', async () => {
    const { server } = await open(() => ({ status: 401, body: aStatus(401, 'Unauthorized') }));
    const credentials = renewable(server.url);
    const cluster = kubernetesCluster({
      name: 'prod',
      credentials,
      http: async () => ({ status: 200, headers: {}, body: '' }),
      now: () => new Date(),
    });
    closing.add(async () => cluster.close());
    expect(await codeOf(cluster.get('AnalysisRun', key))).toBe('ASSAY_CLUSTER_DENIED');
    expect(credentials.tokens).toHaveLength(2);
    expect(server.requests).toHaveLength(2);
  });
});

describe('watch', () => {
  it('reads lines however they are cut, and ends with the server', async () => {
    const text =
      line('ADDED', { ...run, metadata: { ...run.metadata, annotations: { who: 'Zoë 🚀' } } }) + line('DELETED', run);
    const bytes = Buffer.from(text);
    const { cluster, server } = await open(
      () => async (response) => {
        for (const byte of bytes) {
          response.write(Buffer.of(byte));
          if (byte > 127) await new Promise(setImmediate);
        }
        response.end();
      },
      { watchTimeoutSeconds: 77 },
    );
    const events = iterate(cluster);
    const [added, deleted] = await take(events, 2);
    expect([added, deleted].map((event) => event && summary(event))).toStrictEqual(['ADDED run', 'DELETED run']);
    expect(added?.object.metadata.annotations).toStrictEqual({ who: 'Zoë 🚀' });
    expect((await events.next()).done).toBe(true);
    expect(server.requests[0]?.url).toBe(
      '/apis/argoproj.io/v1alpha1/namespaces/shop/analysisruns?resourceVersion=5&watch=true&allowWatchBookmarks=true&timeoutSeconds=77',
    );
  });

  it('passes bookmarks on', async () => {
    const metadata = { resourceVersion: '9' };
    const { cluster } = await open(() => ({ body: line('BOOKMARK', { ...run, metadata }) }));
    expect(await iterate(cluster).next()).toMatchObject({ value: { type: 'BOOKMARK', object: { metadata } } });
  });

  it.each([
    { name: 'an event', answer: { body: line('ERROR', aStatus(410, 'too old resource version: 5 (9)')) } },
    { name: 'the answer', answer: { status: 410, body: aStatus(410, 'too old resource version: 5 (9)') } },
  ])('has expired where $name says so', async ({ answer }) => {
    const { cluster } = await open(() => answer);
    const error = await errorOf(iterate(cluster).next());
    expect(error).toMatchObject({
      code: 'ASSAY_CLUSTER_EXPIRED',
      message: 'cluster prod: too old resource version: 5 (9)',
    });
  });

  it('breaks with the connection', async () => {
    const { cluster } = await open(() => (response) => {
      response.write(line('ADDED', run));
      setImmediate(() => response.destroy());
    });
    const events = iterate(cluster);
    await take(events, 1);
    expect(await codeOf(events.next())).toBe('ASSAY_CLUSTER_UNREACHABLE');
  });

  it('ends where nothing comes any more', async () => {
    const { cluster } = await open(() => (response) => response.write(line('ADDED', run)), { watchIdleMs: 50 });
    const events = iterate(cluster);
    await take(events, 1);
    expect((await events.next()).done).toBe(true);
  });

  it('gives its connection back when it is aborted or left', async () => {
    const { cluster } = await open(
      ({ url }) => (url.includes('watch') ? (response) => response.write(line('ADDED', run)) : { body: run }),
      { maxConnections: 1 },
    );
    const abort = new AbortController();
    const events = iterate(cluster, abort);
    await take(events, 1);
    abort.abort();
    expect((await events.next()).done).toBe(true);
    for await (const { type } of cluster.watch('AnalysisRun', { resourceVersion: '5' }, new AbortController().signal)) {
      expect(type).toBe('ADDED');
      break;
    }
    expect((await cluster.get('AnalysisRun', key))?.metadata.name).toBe('run');
  });
});

describe('short names of Services', () => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'db', namespace: 'vault' }, spec: {} };
  const answer = ({ url }: StubRequest): StubAnswer =>
    url === '/api/v1/namespaces/vault/services/db'
      ? { body: service }
      : url.includes('/proxy/')
        ? { body: { proxied: url } }
        : { status: 404, body: aStatus(404, 'not found', { details: { name: url.split('/').at(-1) ?? '' } }) };
  const from = { namespace: 'vault', provider: 'Web' };

  it.each([
    { rule: 'a Service that is there', to: 'http://db:8200/ok', options: {}, want: 'services/http:db:8200/proxy/ok' },
    { rule: 'with its namespace', to: 'http://db.vault:8200/ok', options: {}, want: 'services/http:db:8200/proxy/ok' },
    { rule: 'one that is not', to: 'http://db.shop:8200/ok', options: {}, want: 'direct http://db.shop:8200/ok' },
    {
      rule: 'where they are hosts',
      to: 'http://db:8200/ok',
      options: { shortServiceNames: false },
      want: 'direct http://db:8200/ok',
    },
    {
      rule: 'over the network',
      to: 'http://db:8200/ok',
      options: { addressMode: 'direct' as const },
      want: 'direct http://db:8200/ok',
    },
  ])('$rule: $want', async ({ to, options, want }) => {
    const { cluster } = await open(answer, options);
    expect((await cluster.fetch({ url: to, from })).body).toContain(want);
  });

  it('reach what the whole name may reach', async () => {
    const { cluster } = await open(answer, { services: [] });
    const error = await errorOf(cluster.fetch({ url: 'http://db.vault:8200/', from: { ...from, namespace: 'shop' } }));
    expect(error).toMatchObject({ code: 'ASSAY_ADDRESS_DENIED' });
  });
});
