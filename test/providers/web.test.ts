import { describe, expect, test } from 'vitest';
import { parseJson } from '../../lib/model/exact-json.ts';
import type { HttpRequest } from '../../lib/model/http.ts';
import type { WebMetric } from '../../lib/model/providers/web.ts';
import { web } from '../../lib/providers/web.ts';
import { serveHttp, type Answer } from '../http/server.ts';
import { aContext } from './context.ts';

async function readFrom(answer: string | Answer, spec: Partial<WebMetric> = {}) {
  const server = await serveHttp(typeof answer === 'string' ? (_request, response) => response.end(answer) : answer);
  const url = `http://127.0.0.1:${server.port}/`;
  const reading = await web.read({ url, ...spec }, aContext());
  return { reading, seen: server.seen, url };
}

const failed = (message: string) => ({ is: 'verdict', phase: 'Error', message });

describe('values', () => {
  const body = '{"b": [1, {"c": "x<y"}], "a": 1.0, "n": null, "t": true, "10": 1e21, "9": -0.0}';
  test.each([
    { jsonPath: undefined, shown: '{"10":1e+21,"9":-0,"a":1,"b":[1,{"c":"x\\u003cy"}],"n":null,"t":true}' },
    { jsonPath: '', shown: '{"10":1e+21,"9":-0,"a":1,"b":[1,{"c":"x\\u003cy"}],"n":null,"t":true}' },
    { jsonPath: '{$.a}', shown: '1', value: 1 },
    { jsonPath: '{.a}', shown: '1', value: 1 },
    { jsonPath: '{$.b[1].c}', shown: '"x\\u003cy"', value: 'x<y' },
    { jsonPath: '{$.b}', shown: '[1,{"c":"x\\u003cy"}]', value: [1, { c: 'x<y' }] },
    { jsonPath: '{$.b[*]}', shown: '1', value: 1 },
    { jsonPath: '{$.n}', shown: 'null', value: null },
    { jsonPath: '{$.t}', shown: 'true', value: true },
    { jsonPath: '{$.a}{$.t}', shown: '1', value: 1 },
    { jsonPath: '$.a', shown: '"$.a"', value: '$.a' },
    { jsonPath: '{7}', shown: '7', value: 7 },
    { jsonPath: '{.b[1].c.*}', shown: '120', value: 120 },
  ])('$jsonPath: $shown', async ({ jsonPath, shown, ...row }) => {
    const { reading } = await readFrom(body, jsonPath === undefined ? {} : { jsonPath });
    const value: unknown = 'value' in row ? row.value : JSON.parse(body);
    expect(reading).toEqual({ is: 'value', result: { type: 'json', value }, shown });
  });

  test.each(['', 'OK', 'test: notJson', '{"a":', '{"a":1} trailing', '1e999', "{'a':1}"])(
    '%j is text',
    async (text) => {
      const { reading } = await readFrom(text, { jsonPath: '{$.a}' });
      expect(reading).toEqual({ is: 'value', result: { type: 'string', value: text }, shown: text });
    },
  );

  test.each([
    ['"\\ud800"', '"\ufffd"'],
    ['"\\ud83d\\ude00"', '"😀"'],
    [' [1]\n', '[1]'],
    ['{"__proto__":1}', '{"__proto__":1}'],
    ['{"a":1,"a":2}', '{"a":2}'],
    ['12345678901234567890', '12345678901234567000'],
    ['1e-7', '1e-7'],
  ])('%s is shown as %s', async (text, shown) => expect((await readFrom(text)).reading).toMatchObject({ shown }));
});

describe('what cannot be read is an Error', () => {
  test.each([
    [{}, '{$.b}', 'Could not find JSONPath in body: b is not found'],
    [{ a: [] }, '{$.a[0]}', 'Could not find JSONPath in body: array index out of bounds: index 0, length 0'],
    [{ a: 1 }, '{$.a[0]}', 'Could not find JSONPath in body: float64 is not array or slice'],
    [{ a: [1] }, '{$.a[?(@>0)]}', 'Could not find JSONPath in body: incompatible types for comparison'],
    [{ a: [] }, '{$.a[*]}', 'result of web metric produced no value'],
  ])('%j %s', async (document, jsonPath, message) => {
    expect((await readFrom(JSON.stringify(document), { jsonPath })).reading).toEqual(failed(message));
  });

  test.each([300, 304, 400, 404, 500])('status %i', async (status) => {
    const { reading } = await readFrom((_request, response) => response.writeHead(status).end('{}'));
    expect(reading).toEqual(failed(`received non 2xx response code: ${status}`));
  });

  test('no answer in time', async () => {
    const server = await serveHttp(() => undefined);
    const context = aContext();
    const fetch = async (request: HttpRequest) => context.fetch({ ...request, timeoutMs: 20 });
    const url = `http://127.0.0.1:${server.port}/`;
    expect(await web.read({ url }, { ...context, fetch })).toEqual(
      failed(`Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`),
    );
  });

  test.each([
    ['bad://url.com', 'Get "bad://url.com": unsupported protocol scheme "bad"'],
    ['http://127.0.0.1:1/x?y=1', 'Get "http://127.0.0.1:1/x?y=1": dial tcp 127.0.0.1:1: connect: connection refused'],
    ['http://user:secret@[::1]/', 'Get "http://[::1]/": ::1 is refused: a loopback address'],
  ])('%s', async (url, message) => expect((await readFrom('', { url })).reading).toEqual(failed(message)));

  test('a document nested too deeply', async () => {
    const { reading } = await readFrom(`${'['.repeat(2000)}${']'.repeat(2000)}`);
    expect(reading).toEqual(failed('the answer is nested in more than 1000 levels'));
  });

  test('with a message of bounded length', async () => {
    const { reading } = await readFrom(JSON.stringify({ a: 'x'.repeat(5000) }), { jsonPath: '{.a[?(@.b)]}' });
    expect(reading).toMatchObject({ phase: 'Error', message: expect.stringMatching(/^Could not find .{1970,1990}…$/) });
  });
});

describe('requests', () => {
  test.each([
    { spec: {}, want: { method: 'GET', body: '' } },
    { spec: { method: 'POST', body: 'some body' }, want: { method: 'POST', body: 'some body' } },
    { spec: { method: 'PUT', body: 'some body' }, want: { method: 'PUT', body: 'some body' } },
    { spec: { method: 'POST' }, want: { method: 'POST', body: '' } },
    {
      spec: { method: 'POST', jsonBody: { key: { b: [1], a: '<' } } },
      want: { method: 'POST', body: '{"key":{"b":[1],"a":"<"}}' },
      type: 'application/json',
    },
    {
      spec: { method: 'PUT', jsonBody: {}, headers: [{ key: 'content-type', value: 'text/plain' }] },
      want: { method: 'PUT', body: '{}' },
      type: 'application/json',
    },
  ])('$spec', async ({ spec, want, ...row }) => {
    const headers = [...('headers' in spec ? (spec.headers ?? []) : []), { key: 'X-Key', value: 'value' }];
    const { reading, seen } = await readFrom('{}', { ...spec, headers });
    expect(reading).toMatchObject({ is: 'value' });
    expect(seen[0]).toMatchObject(want);
    expect(seen[0]?.headers['x-key']).toBe('value');
    expect(seen[0]?.headers['content-type']).toBe('type' in row ? row.type : undefined);
  });

  const notWithGet = 'Body/JSONBody can only be used with POST or PUT WebMetric Method types';
  test.each([
    [{ body: 'x' }, notWithGet],
    [{ jsonBody: {} }, notWithGet],
    [{ body: 'x', jsonBody: {} }, 'use either Body or JSONBody; both cannot exists for WebMetric payload'],
    [{ method: 'GET IT' }, 'net/http: invalid method "GET IT"'],
    [{ method: 'GÉT' }, 'net/http: invalid method "GÉT"'],
  ])('%j is an Error', async (spec, message) => {
    const { reading, seen } = await readFrom('{}', spec);
    expect(reading).toEqual(failed(message));
    expect(seen).toEqual([]);
  });

  test.each(['DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'PURGE'])('%s is sent', async (method) => {
    const { reading, seen } = await readFrom('{}', { method });
    expect(reading).toMatchObject({ is: 'value' });
    expect(seen).toMatchObject([{ method, path: '/', body: '' }]);
  });

  test('the digits of integers go out as they are written, up to 64 bits', async () => {
    const text =
      '{"jsonBody":{"id":9007199254740993,"since":[-9223372036854775808,{"n":1.0}],"most":18446744073709551616}}';
    const { seen } = await readFrom('{}', { method: 'POST', ...(parseJson(text) as Pick<WebMetric, 'jsonBody'>) });
    expect(seen[0]?.body).toBe(
      '{"id":9007199254740993,"since":[-9223372036854775808,{"n":1}],"most":18446744073709552000}',
    );
  });

  test('follow redirects', async () => {
    const { reading } = await readFrom(({ path }, response) => {
      if (path === '/') response.writeHead(302, { location: '/there' }).end();
      else response.end('{"a":1}');
    });
    expect(reading).toMatchObject({ shown: '{"a":1}' });
  });
});

describe('what cannot be asked is thrown', () => {
  const oauth2 = { tokenUrl: 'http://token.test', clientId: 'me' };
  test.each([
    [{ jsonPath: '{$.a' }, 'unclosed action'],
    [{ jsonPath: '{$.a[x]}' }, 'invalid array index x'],
    [{ authentication: { oauth2 } }, 'missing mandatory parameter in metric for OAuth2 setup'],
    [{ authentication: { oauth2 }, jsonPath: '{' }, 'missing mandatory parameter in metric for OAuth2 setup'],
  ])('%j', async (spec, message) => {
    await expect(readFrom('', spec)).rejects.toMatchObject({ code: 'ASSAY_METRIC_INVALID', message });
  });
});
