import { describe, expect, test } from 'vitest';
import type { HttpRequest } from '../../lib/model/http.ts';
import type { PrometheusMetric } from '../../lib/model/providers/prometheus.ts';
import { prometheus } from '../../lib/providers/prometheus.ts';
import { serveHttp, type Answer } from '../http/server.ts';
import { aContext } from './context.ts';

const VECTOR = '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"0.9733"]}]}}';
const answers =
  (body: string): Answer =>
  (_request, response) =>
    response.end(body);
const someCredentials = async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session' });
const AMAZONS = 'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1';

async function readFrom(answer: Answer, spec: PrometheusMetric = {}, context = aContext()) {
  const server = await serveHttp(answer);
  const address = `http://127.0.0.1:${server.port}${spec.address ?? ''}`;
  const reading = await prometheus.read({ query: 'up', ...spec, address }, context);
  return { reading, seen: server.seen, address };
}

describe('a query', () => {
  test('is posted as a form, with the time', async () => {
    const { reading, seen } = await readFrom(answers(VECTOR), { query: 'sum(rate(x[5m])) > 0 & "ü"' });
    expect(reading).toEqual({ is: 'value', result: { type: '[]float64', value: [0.9733] }, shown: '[0.9733]' });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/api/v1/query' });
    expect(seen[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toEqual({
      query: 'sum(rate(x[5m])) > 0 & "ü"',
      time: '1793872800.25',
    });
  });

  test.each([
    { address: '', want: '/api/v1/query' },
    { address: '/', want: '/api/v1/query' },
    { address: '/prom', want: '/prom/api/v1/query' },
    { address: '/prom//', want: '/prom/api/v1/query' },
    { address: '/prom?tenant=a#part', want: '/prom/api/v1/query?tenant=a', also: { tenant: 'a' } },
  ])('goes below the path of the address: $address', async ({ address, want, also = {} }) => {
    const { seen } = await readFrom(answers(VECTOR), { address });
    expect(seen[0]?.path).toBe(want);
    expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toMatchObject({ query: 'up', ...also });
  });

  test.each([405, 501])('is sent again with GET after %i', async (status) => {
    const { reading, seen } = await readFrom(({ method }, response) => {
      response.writeHead(method === 'POST' ? status : 200).end(VECTOR);
    });
    expect(reading).toMatchObject({ is: 'value', shown: '[0.9733]' });
    expect(seen[1]).toMatchObject({ method: 'GET', path: '/api/v1/query?query=up&time=1793872800.25', body: '' });
  });

  test('is repeated while the server is away for a moment', async () => {
    const { reading, seen } = await readFrom((_request, response, nth) => {
      response.writeHead(nth < 3 ? 503 : 200).end(VECTOR);
    });
    expect(reading).toMatchObject({ shown: '[0.9733]' });
    expect(seen).toHaveLength(3);
  });

  test('goes to the server of the settings where the metric names none', async () => {
    const server = await serveHttp(answers(VECTOR));
    const context = aContext({ prometheusAddress: `http://127.0.0.1:${server.port}` });
    expect(await prometheus.read({ query: 'up' }, context)).toMatchObject({ shown: '[0.9733]' });
  });

  test('brings warnings along', async () => {
    const body = VECTOR.replace('{"status"', '{"warnings":["first","sec"],"status"');
    const { reading } = await readFrom(answers(body));
    expect(reading).toMatchObject({ shown: '[0.9733]', metadata: { warnings: '"first", "sec"' } });
  });
});

describe('a range', () => {
  const MATRIX = `{"status":"success","data":{"resultType":"matrix","result":[
    {"metric":{"a":"1"},"values":[[1,"1"],[2,"NaN"]]},{"metric":{"a":"2"},"values":[[1,"+Inf"]]}]}}`;

  test('is asked for from start to end in steps, and gives all values', async () => {
    const rangeQuery = { start: 'now() - duration("1h30m")', end: 'now() + duration("250ms")', step: '1m30s' };
    const { reading, seen } = await readFrom(answers(MATRIX), { rangeQuery });
    expect(reading).toEqual({
      is: 'value',
      result: { type: '[]float64', value: [1, NaN, Infinity] },
      shown: '[1,NaN,+Inf]',
    });
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/api/v1/query_range' });
    expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toEqual({
      query: 'up',
      start: '1793867400.25',
      end: '1793872800.5',
      step: '90',
    });
  });

  const now = 'now()';
  test.each([
    [{ start: '5', end: now, step: '1m' }, 'failed to parse rangeQuery.start as time: expected time.Time, but got int'],
    [{ start: now, step: '1m' }, 'failed to parse rangeQuery.end as time: unexpected token EOF'],
    [{ start: now, end: now }, 'failed to parse rangeQuery.step as duration: time: invalid duration ""'],
    [
      { start: now, end: now, step: '1w' },
      'failed to parse rangeQuery.step as duration: time: unknown unit "w" in duration "1w"',
    ],
  ])('%j is an Error', async (rangeQuery, message) => {
    const { reading, seen } = await readFrom(answers(MATRIX), { rangeQuery });
    expect(reading).toEqual({ is: 'verdict', phase: 'Error', message });
    expect(seen).toEqual([]);
  });
});

describe('what cannot be read is an Error', () => {
  test.each([
    [400, '{"status":"error","errorType":"bad_data","error":"1:3: parse error"}', 'bad_data: 1:3: parse error'],
    [200, '{"status":"error","errorType":"timeout","error":"slow"}', 'timeout: slow'],
    [404, 'nothing here', 'client_error: client error: 404'],
    [500, '', 'server_error: server error: 500'],
  ])('%i %s', async (status, body, message) => {
    const { reading } = await readFrom((_request, response) => response.writeHead(status).end(body));
    expect(reading).toEqual({ is: 'verdict', phase: 'Error', message });
  });

  test('a server that is not there', async () => {
    const spec = { address: 'http://user:secret@127.0.0.1:1', query: 'up' };
    expect(await prometheus.read(spec, aContext())).toEqual({
      is: 'verdict',
      phase: 'Error',
      message: 'Post "http://127.0.0.1:1/api/v1/query": dial tcp 127.0.0.1:1: connect: connection refused',
    });
  });

  test('a time limit of nothing', async () => {
    const { reading, address } = await readFrom(() => undefined, { timeout: 0 });
    expect(reading).toMatchObject({ message: `Post "${address}/api/v1/query": context deadline exceeded` });
  });
});

describe('what cannot be asked is thrown', () => {
  const address = 'http://prometheus.test';
  test.each([
    [{}, 'prometheus address is not configured'],
    [{ address: 'prometheus:9090' }, 'prometheus address is not is url format'],
    [{ address: 'http://' }, 'prometheus address is not is url format'],
    [{ address: '//prometheus:9090' }, 'prometheus address is not is url format'],
    [{ address, timeout: -1 }, 'prometheus timeout should not be negative'],
    [
      { address, authentication: { basicAuth: { username: 'me' } } },
      'missing mandatory parameter in metric for basic auth setup: password',
    ],
    [
      { address, authentication: { basicAuth: { password: 'secret' } } },
      'missing mandatory parameter in metric for basic auth setup: username',
    ],
    [
      { address, authentication: { oauth2: { tokenUrl: 'http://token.test', clientId: 'me' } } },
      'missing mandatory parameter in metric for OAuth2 setup',
    ],
    [
      { address: AMAZONS, authentication: { sigv4: { region: 'eu-west-1' } } },
      'could not get SigV4 credentials: the settings of the cluster give none',
    ],
  ] satisfies [PrometheusMetric, string][])('%j', async (spec, message) => {
    await expect(prometheus.read(spec, aContext())).rejects.toMatchObject({
      code: 'ASSAY_METRIC_INVALID',
      message,
    });
  });

  test('a signature without region', async () => {
    const spec = { address: AMAZONS, authentication: { sigv4: { roleArn: 'arn:x' } } };
    const reading = prometheus.read(spec, aContext({ awsCredentials: someCredentials }));
    await expect(reading).rejects.toThrow('region not configured in sigv4 or in default credentials chain');
  });
});

describe('who asks', () => {
  const basic = `Basic ${Buffer.from('me:sec:ret').toString('base64')}`;
  const basicAuth = { username: 'me', password: 'sec:ret' };

  test.each([
    { name: 'nobody', spec: {}, want: undefined },
    { name: 'basic', spec: { authentication: { basicAuth } }, want: basic },
    { name: 'a bearer token', spec: { headers: [{ key: 'Authorization', value: 'Bearer t' }] }, want: 'Bearer t' },
    {
      name: 'a header counts more than basic',
      spec: { authentication: { basicAuth }, headers: [{ key: 'authorization', value: 'Bearer t' }] },
      want: 'Bearer t',
    },
    { name: 'the address', spec: { address: '' }, user: 'me:sec%3Aret@', want: basic },
    {
      name: 'no signature for a server that is not Amazon’s',
      spec: { authentication: { sigv4: { region: 'eu-west-1' } } },
      want: undefined,
    },
  ] satisfies { name: string; spec: PrometheusMetric; user?: string; want: string | undefined }[])(
    '$name',
    async ({ spec, want, ...row }) => {
      const server = await serveHttp(answers(VECTOR));
      const address = `http://${'user' in row ? row.user : ''}127.0.0.1:${server.port}`;
      const headers = [...('headers' in spec ? spec.headers : []), { key: 'X-Scope-OrgID', value: 'tenant' }];
      await prometheus.read({ query: 'up', ...spec, headers, address }, aContext());
      expect(server.seen[0]?.headers.authorization).toBe(want);
      expect(server.seen[0]?.headers['x-scope-orgid']).toBe('tenant');
    },
  );

  test('a signature for Amazon’s', async () => {
    const identities: unknown[] = [];
    const awsCredentials = async (identity: unknown) => {
      identities.push(identity);
      return { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session' };
    };
    const sigv4 = { region: 'eu-west-1', roleArn: 'arn:aws:iam::1:role/x' };
    const sent: HttpRequest[] = [];
    const fetch = async (request: HttpRequest) => {
      sent.push(request);
      return { status: 200, headers: {}, body: VECTOR };
    };
    const spec = { query: 'up', address: AMAZONS, authentication: { sigv4 }, headers: [{ key: 'X-Own', value: '1' }] };
    await prometheus.read(spec, aContext({ awsCredentials, fetch }));
    const headers = Object.fromEntries(sent[0]?.headers ?? []);
    expect(identities).toEqual([sigv4]);
    expect(headers).toMatchObject({ 'x-amz-date': '20261105T100000Z', 'x-amz-security-token': 'session' });
    expect(headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/20261105\/eu-west-1\/aps\/aws4_request, SignedHeaders=content-type;host;/,
    );
    expect(headers['authorization']).not.toContain('x-own');
    expect(new URLSearchParams(sent[0]?.body).get('query')).toBe('up');
  });
});

describe('a signature goes to Amazon’s own servers alone', () => {
  test.each([
    { host: 'https://aps-workspaces.eu-west-1.amazonaws.com', isSigned: true },
    { host: 'https://aps-workspaces-fips.us-gov-west-1.amazonaws.com', isSigned: true },
    { host: 'https://aps-workspaces.cn-north-1.amazonaws.com.cn', isSigned: true },
    { host: 'http://aps-workspaces.eu-west-1.amazonaws.com', isSigned: false },
    { host: 'https://aps-workspaces.eu-west-1.amazonaws.com:8443', isSigned: false },
    { host: 'https://aps-workspaces.eu-west-1.amazonaws.com.evil.test', isSigned: false },
    { host: 'https://evil.test/aps-workspaces.eu-west-1.amazonaws.com', isSigned: false },
    { host: 'https://evil-aps-workspaces.eu-west-1.amazonaws.com', isSigned: false },
    { host: 'https://aps-workspaces.eu-west-1.amazonaws.com@evil.test', isSigned: false },
    { host: 'https://evil.test/#aps-workspaces', isSigned: false },
  ])('$host: $isSigned', async ({ host, isSigned }) => {
    const asked: unknown[] = [];
    const awsCredentials = async (identity: unknown) => {
      asked.push(identity);
      return someCredentials();
    };
    const spec = { address: host, query: 'up', authentication: { sigv4: { region: 'eu-west-1' } } };
    const refusal = await prometheus.read(spec, aContext({ awsCredentials, fetch: anyFetch })).then(
      () => 'none',
      (error: Error) => error.message,
    );
    expect(refusal).toMatch(isSigned ? /^none$/ : /^requests are signed only for https:\/\/aps-workspaces/);
    expect(asked).toHaveLength(isSigned ? 1 : 0);
  });
});

async function anyFetch() {
  return { status: 200, headers: {}, body: VECTOR };
}
