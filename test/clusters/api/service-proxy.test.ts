import { afterEach, describe, expect, it } from 'vitest';
import { kubernetesCluster, type KubernetesClusterOptions } from '../../../lib/clusters/api/kubernetes.ts';
import { AssayError } from '../../../lib/model/errors.ts';
import type { Cluster } from '../../../lib/model/cluster.ts';
import { codeOf } from '../../contract/cluster-fixtures.ts';
import { aStatus, openStubServer, type StubAnswer, type StubRequest, type StubServer } from './stub-server.ts';

const closing = new Set<() => Promise<void>>();
afterEach(async () => {
  for (const close of closing) await close();
  closing.clear();
});

const root = '/api/v1/namespaces/shop/services/http:web:80/proxy';
const url = 'http://web.shop.svc';

async function open(
  answer: (request: StubRequest) => StubAnswer,
  options: Partial<KubernetesClusterOptions> = {},
): Promise<{ readonly cluster: Cluster; readonly server: StubServer }> {
  const server = await openStubServer(answer);
  const access = { server: server.url, tls: {}, headers: { authorization: 'Bearer ours' } };
  const cluster = kubernetesCluster({
    name: 'prod',
    credentials: { access: () => access, renew: async () => access },
    http: async (request) => ({ status: 200, headers: {}, body: `direct ${request.url}` }),
    now: () => new Date(),
    ...options,
  });
  closing.add(async () => {
    await cluster.close();
    await server.close();
  });
  return { cluster, server };
}

/** After more than a second: undici looks at its timers no more often. */
const slowly: StubAnswer = (response) => void setTimeout(() => response.end('at last'), 1200);

/** Answers one after the other; the last stays. */
function inTurn(...answers: readonly StubAnswer[]): () => StubAnswer {
  let index = 0;
  return () => answers[Math.min(index++, answers.length - 1)] ?? {};
}

describe('fetch through the service proxy', () => {
  it('waits for a Service as long as the request says, however soon the API server itself must answer', async () => {
    const { cluster } = await open(() => slowly, { responseTimeoutMs: 20 });
    expect(await cluster.fetch({ url, timeoutMs: 5000 })).toMatchObject({ status: 200, body: 'at last' });
  });

  it('sends method, headers and body, and gives back the answer', async () => {
    const { cluster, server } = await open(() => ({ status: 418, headers: { 'X-Tea': 'green' }, body: 'no coffee' }));
    const answer = await cluster.fetch({
      url: `${url}/pots?strong=yes`,
      method: 'POST',
      headers: [
        ['Content-Type', 'text/plain'],
        ['X-Scope-OrgID', 'team'],
        ['Accept', 'text/plain'],
        ['User-Agent', 'mine'],
      ],
      body: 'coffee',
    });
    expect(answer).toMatchObject({ status: 418, body: 'no coffee', headers: { 'x-tea': 'green' } });
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        url: `${root}/pots?strong=yes`,
        body: 'coffee',
        headers: {
          'content-type': 'text/plain',
          'x-scope-orgid': 'team',
          accept: 'text/plain',
          authorization: 'Bearer ours',
        },
      },
    ]);
  });

  it('goes elsewhere with the http it was given', async () => {
    const { cluster, server } = await open(() => ({}));
    expect((await cluster.fetch({ url: 'https://example.com/a' })).body).toBe('direct https://example.com/a');
    const { cluster: direct } = await open(() => ({}), { addressMode: 'direct' });
    expect((await direct.fetch({ url })).body).toBe(`direct ${url}`);
    const { cluster: deny } = await open(() => ({}), { addressMode: 'deny' });
    expect(await codeOf(deny.fetch({ url }))).toBe('ASSAY_ADDRESS_DENIED');
    expect(server.requests).toStrictEqual([]);
  });

  it('follows redirects within the Service', async () => {
    const { cluster, server } = await open(
      inTurn(
        { status: 307, headers: { location: `${root}/second` } },
        { status: 302, headers: { location: 'third' } },
        { body: 'here' },
      ),
    );
    const headers = [['Content-Type', 'text/plain']] as const;
    const { body } = await cluster.fetch({ url: `${url}/first`, method: 'POST', body: 'again', headers });
    expect(body).toBe('here');
    const sent = server.requests.map((request) => [
      request.method,
      request.url,
      request.body,
      request.headers['content-type'],
    ]);
    expect(sent).toStrictEqual([
      ['POST', `${root}/first`, 'again', 'text/plain'],
      ['POST', `${root}/second`, 'again', 'text/plain'],
      ['GET', `${root}/third`, '', undefined],
    ]);
  });

  it.each([
    { name: 'to another host', location: 'http://169.254.169.254/latest' },
    { name: 'into the API itself', location: '/api/v1/namespaces/kube-system/secrets' },
    { name: 'to another Service', location: '/api/v1/namespaces/shop/services/http:db:80/proxy/' },
  ])('does not follow a redirect $name', async ({ location }) => {
    const { cluster, server } = await open(() => ({ status: 302, headers: { location }, body: 'there' }));
    expect(await cluster.fetch({ url })).toMatchObject({ status: 302, headers: { location } });
    expect(server.requests).toHaveLength(1);
  });

  it('ends a chain of redirects where Go does', async () => {
    const { cluster, server } = await open(() => ({ status: 302, headers: { location: `${root}/again` } }));
    await expect(cluster.fetch({ url })).rejects.toMatchObject({
      code: 'ASSAY_HTTP_REDIRECTED',
      message: `Get "${url}": stopped after 10 redirects`,
    });
    expect(server.requests).toHaveLength(10);
  });

  it.each([
    { name: 'a Service that is not there', status: 404, code: 'ASSAY_HTTP_UNREACHABLE', retry: false },
    { name: 'a Service without endpoints', status: 503, code: 'ASSAY_HTTP_UNREACHABLE', retry: true },
    { name: 'a role that does not allow it', status: 403, code: 'ASSAY_CLUSTER_DENIED', retry: false },
    { name: 'an API server that is throttled', status: 429, code: 'ASSAY_CLUSTER_THROTTLED', retry: true },
  ])('fails with the API server: $name', async ({ status, code, retry }) => {
    const { cluster } = await open(() => ({ status, body: aStatus(status, 'the reason') }));
    const error = await cluster.fetch({ url, repeatable: false }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AssayError);
    expect(error).toMatchObject({ code, retry, message: expect.stringContaining('the reason') });
  });

  it.each([401, 403])(
    'a %i of the Service is its answer: nothing is renewed, and nothing is sent twice',
    async (status) => {
      const server = await openStubServer(() => ({
        status,
        headers: { 'www-authenticate': 'Basic' },
        body: 'who are you',
      }));
      const access = { server: server.url, tls: {}, headers: {} };
      let renewed = 0;
      const renew = async () => {
        renewed += 1;
        return access;
      };
      const { cluster } = await open(() => ({}), { credentials: { access: () => access, renew } });
      closing.add(async () => server.close());
      expect(await cluster.fetch({ url, method: 'POST', body: 'x' })).toMatchObject({ status, body: 'who are you' });
      expect([server.requests.length, renewed]).toEqual([1, 0]);
    },
  );

  it('what a Service says in the manner of the API server is not said in the name of the cluster', async () => {
    const { cluster } = await open(() => ({ status: 403, body: aStatus(403, 'pay 1 BTC') }));
    await expect(cluster.fetch({ url })).rejects.toMatchObject({ message: `Get "${url}": pay 1 BTC` });
  });

  it('does not tell the address of the API server', async () => {
    const { cluster, server } = await open(() => (response) => void response.destroy());
    const error = await cluster.fetch({ url, method: 'POST', body: '' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'ASSAY_CLUSTER_UNREACHABLE',
      message: `Post "${url}": no answer from the API server (UND_ERR_SOCKET)`,
    });
    expect(server.requests).toHaveLength(1);
  });

  it('Services that hang hold up neither those of other namespaces nor the API server itself', async () => {
    const gone = { status: 404, body: { kind: 'Status', status: 'Failure', details: { name: 'x' } } };
    const { cluster } = await open(({ url: path }) => (path.includes('slow') ? () => {} : gone));
    const control = new AbortController();
    const slow = Array.from({ length: 300 }, async () =>
      cluster.fetch({ url: `${url}/slow`, from: { namespace: 'bad', provider: 'Web' }, signal: control.signal }),
    );
    const settled = Promise.allSettled(slow);
    expect(await cluster.get('Secret', { namespace: 'shop', name: 'x' })).toBeUndefined();
    expect(await codeOf(cluster.fetch({ url, from: { namespace: 'good', provider: 'Web' } }))).toBe(
      'ASSAY_HTTP_UNREACHABLE',
    );
    control.abort();
    const reasons = (await settled).map((each) => each.status === 'rejected' && String(each.reason));
    expect(new Set(reasons)).toEqual(new Set([`AssayError: Get "${url}/slow": context canceled`]));
  });

  it('leaves the failures of the Service to who asked', async () => {
    const { cluster } = await open(() => ({ status: 500, body: { status: 'error', error: 'bad query' } }));
    expect(await cluster.fetch({ url })).toMatchObject({ status: 500, body: '{"status":"error","error":"bad query"}' });
  });

  it('repeats what may be repeated, up to three times', async () => {
    const { cluster, server } = await open(
      inTurn({ status: 503, body: aStatus(503, 'no endpoints') }, (response) => response.destroy(), { body: 'here' }),
    );
    expect((await cluster.fetch({ url })).body).toBe('here');
    expect(server.requests).toHaveLength(3);

    const { cluster: failing, server: bad } = await open(() => ({ status: 502, body: 'bad' }));
    expect((await failing.fetch({ url })).status).toBe(502);
    expect(bad.requests).toHaveLength(3);
    await failing.fetch({ url, method: 'POST', body: '' });
    expect(bad.requests).toHaveLength(4);
    await failing.fetch({ url, method: 'POST', body: '', repeatable: true });
    expect(bad.requests).toHaveLength(7);
  });

  it('tells the connection that it goes by of each repetition', async () => {
    const { cluster } = await open(() => ({ status: 502, body: 'bad' }));
    let repeated = 0;
    await cluster.fetch({ url, by: { mayGoTo: () => true, onRepeat: () => void (repeated += 1) } });
    expect(repeated).toBe(2);
  });

  it('has no patience beyond its time', async () => {
    const { cluster } = await open(() => () => {});
    await expect(cluster.fetch({ url: `${url}/slow`, timeoutMs: 50 })).rejects.toMatchObject({
      code: 'ASSAY_HTTP_TIMEOUT',
      message: `Get "${url}/slow": context deadline exceeded`,
    });
    const { cluster: throttled } = await open(() => ({
      status: 429,
      headers: { 'retry-after': '60' },
      body: aStatus(429, 'slow'),
    }));
    expect(await codeOf(throttled.fetch({ url, timeoutMs: 50 }))).toBe('ASSAY_CLUSTER_THROTTLED');
  });

  it('stops reading what is too large', async () => {
    const { cluster } = await open(() => ({ body: 'x'.repeat(2000) }), { maxBodyBytes: 1000 });
    await expect(cluster.fetch({ url })).rejects.toMatchObject({
      code: 'ASSAY_HTTP_TOO_LARGE',
      message: `Get "${url}": the body of the answer is larger than 1000 bytes`,
    });
  });
});
