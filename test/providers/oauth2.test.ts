import { describe, expect, test } from 'vitest';
import { prometheus } from '../../lib/providers/prometheus.ts';
import { web } from '../../lib/providers/web.ts';
import { serveHttp, type Answer, type SeenRequest } from '../http/server.ts';
import { aContext, NOW } from './context.ts';

const SECRET = 'p&ss wörd';
const PAGE = '{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}';

interface Setup {
  readonly token: Answer;
  readonly page?: Answer;
  readonly provider?: 'web' | 'prometheus';
  readonly clientId?: string;
  readonly headers?: readonly { key: string; value: string }[];
}

let clients = 0;

/** A server of tokens and pages, and a client of its own, so that tests share no kept tokens. */
async function setUp({ token, page, provider = 'web', clientId = `client-${++clients}`, headers = [] }: Setup) {
  let nthToken = 0;
  let nthPage = 0;
  const server = await serveHttp((request, response) => {
    if (request.path.startsWith('/token')) return token(request, response, ++nthToken);
    return page ? page(request, response, ++nthPage) : response.end(PAGE);
  });
  const base = `http://127.0.0.1:${server.port}`;
  const authentication = { oauth2: { tokenUrl: `${base}/token`, clientId, clientSecret: SECRET, scopes: ['a', 'b'] } };
  const own = { authentication, headers: [...headers] };
  const read = (context = aContext()) =>
    provider === 'web'
      ? web.read({ url: `${base}/page`, ...own }, context)
      : prometheus.read({ address: base, query: 'up', ...own }, context);
  const at = (prefix: string): readonly SeenRequest[] => server.seen.filter(({ path }) => path.startsWith(prefix));
  return {
    read,
    base,
    tokens: () => at('/token'),
    pages: () => server.seen.filter(({ path }) => !path.startsWith('/token')),
  };
}

const json =
  (fields: object, status = 200): Answer =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(fields));
const numbered: Answer = (_request, response, nth) =>
  response.end(JSON.stringify({ access_token: `token-${nth}`, token_type: 'bearer', expires_in: 3600 }));

describe('a token', () => {
  test.each(['web', 'prometheus'] as const)('is fetched and sent along: %s', async (provider) => {
    const { read, tokens, pages } = await setUp({ token: numbered, provider, clientId: `id ${provider}` });
    expect(await read()).toMatchObject({ is: 'value' });
    expect(pages()[0]?.headers.authorization).toBe('Bearer token-1');
    const [asked] = tokens();
    const escaped = `id+${provider}:p%26ss+w%C3%B6rd`;
    expect(asked?.headers.authorization).toBe(`Basic ${Buffer.from(escaped).toString('base64')}`);
    expect(asked).toMatchObject({ method: 'POST', body: 'grant_type=client_credentials&scope=a+b' });
    expect(asked?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  test('is asked for with parameters where the server wants no basic authentication', async () => {
    const { read, tokens, pages } = await setUp({
      clientId: 'me',
      token: ({ body }, response) =>
        body.includes('client_secret=')
          ? response.end('{"access_token":"t","token_type":"MAC"}')
          : response.writeHead(401).end('{"error":"invalid_client"}'),
    });
    expect(await read()).toMatchObject({ is: 'value' });
    expect(new URLSearchParams(tokens()[1]?.body).get('client_secret')).toBe(SECRET);
    expect(tokens()[1]?.headers.authorization).toBeUndefined();
    expect(pages()[0]?.headers.authorization).toBe('MAC t');
  });

  test('is read from a form', async () => {
    const { read, pages } = await setUp({
      token: (_request, response) =>
        response
          .writeHead(200, { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' })
          .end('access_token=f%20t&token_type=custom&expires_in=60'),
    });
    await read();
    expect(pages()[0]?.headers.authorization).toBe('custom f t');
  });

  test.each([
    { name: 'is kept until 10 s before it expires', expires_in: 3600, laterSeconds: 3589, want: 1 },
    { name: 'is fetched anew from then on', expires_in: 3600, laterSeconds: 3590, want: 2 },
    { name: 'has its life as a text', expires_in: '3600', laterSeconds: 3589, want: 1 },
    { name: 'without expiry is kept for 5 minutes', laterSeconds: 299, want: 1 },
    { name: 'without expiry is not kept for longer', laterSeconds: 300, want: 2 },
    { name: 'of no use for long is not kept', expires_in: 5, laterSeconds: 0, want: 2 },
  ])('$name', async ({ laterSeconds, want, name: _name, ...fields }) => {
    const { read, tokens } = await setUp({ token: json({ access_token: 't', ...fields }) });
    await read();
    await read(aContext({ now: () => new Date(NOW.getTime() + laterSeconds * 1000) }));
    expect(tokens()).toHaveLength(want);
  });

  test('is fetched once for all who ask at one time', async () => {
    const { read, tokens, pages } = await setUp({ token: numbered });
    await Promise.all([read(), read(), read()]);
    expect(tokens()).toHaveLength(1);
    expect(pages()).toHaveLength(3);
  });

  test('that was kept and is not taken any more is replaced, once', async () => {
    const { read, tokens, pages } = await setUp({
      token: numbered,
      page: ({ headers }, response, nth) =>
        nth > 1 && headers.authorization === 'Bearer token-1' ? response.writeHead(401).end() : response.end(PAGE),
    });
    await read();
    expect(await read()).toMatchObject({ is: 'value' });
    expect(tokens()).toHaveLength(2);
    expect(pages().map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  test('that is new and not taken is an Error', async () => {
    const { read, tokens } = await setUp({
      token: numbered,
      page: (_request, response) => response.writeHead(401).end(),
    });
    expect(await read()).toMatchObject({ message: 'received non 2xx response code: 401' });
    expect(tokens()).toHaveLength(1);
  });

  test('is not shared where the headers differ that go with it', async () => {
    const setup = { token: numbered, provider: 'prometheus' as const, clientId: 'shared' };
    const one = await setUp({ ...setup, headers: [{ key: 'X-Tenant', value: 'a' }] });
    await one.read();
    expect(one.tokens()[0]?.headers['x-tenant']).toBe('a');
    const other = await setUp({ ...setup, headers: [{ key: 'X-Tenant', value: 'b' }] });
    await other.read();
    expect(other.tokens()).toHaveLength(1);
  });
});

describe('no token', () => {
  const text: Answer = (_request, response) =>
    response.writeHead(500).end(`<p>${SECRET} ${encodeURIComponent(SECRET)}</p>`);
  test.each([
    { name: 'a named error', token: json({ error: 'invalid_client' }, 401), says: 'oauth2: "invalid_client"' },
    {
      name: 'an error that is told',
      token: json({ error: 'invalid_scope', error_description: `no "b" for ${SECRET}`, error_uri: 'http://x' }, 400),
      says: 'oauth2: "invalid_scope" "no \\"b\\" for *****" "http://x"',
    },
    { name: 'an error with 200', token: json({ error: 'nope', access_token: 't' }), says: 'oauth2: "nope"' },
    {
      name: 'an error without name',
      token: text,
      says: 'oauth2: cannot fetch token: 500 Internal Server Error\nResponse: <p>***** *****</p>',
    },
    { name: 'a token that is missing', token: json({}), says: 'oauth2: server response missing access_token' },
    {
      name: 'no JSON',
      token: (_request, response) => response.end('<html>'),
      says: "oauth2: cannot parse json: invalid character '<' looking for beginning of value",
    },
  ] satisfies { name: string; token: Answer; says: string }[])('$name is an Error', async ({ token, says }) => {
    const { read, base, pages } = await setUp({ token });
    expect(await read()).toEqual({ is: 'verdict', phase: 'Error', message: `Get "${base}/page": ${says}` });
    expect(pages()).toEqual([]);
  });

  test('a token server that is away is asked for again at the next measurement', async () => {
    let isAway = true;
    const { read, base } = await setUp({
      token: (request, response, nth) =>
        isAway ? request && void response.socket?.destroy() : numbered(request, response, nth),
    });
    expect(await read()).toMatchObject({ message: `Get "${base}/page": Post "${base}/token": EOF` });
    isAway = false;
    expect(await read()).toMatchObject({ is: 'value' });
  });

  test('a redirect of the token request to another host is refused', async () => {
    const { read, base } = await setUp({
      token: (_request, response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
    });
    expect(await read()).toMatchObject({
      message: `Get "${base}/page": Post "${base}/token": the redirect would send a secret to another host`,
    });
  });
});
