import { quote } from '../expression/go/strconv.ts';
import { GoInt, type Value } from '../expression/value.ts';
import { AssayError } from '../model/errors.ts';
import type { HttpRequest, HttpResponse } from '../model/http.ts';
import type { MetricValue } from '../model/metric-value.ts';
import type { Provider, ProviderContext, Reading } from '../model/provider.ts';
import type { WebMetric } from '../model/providers/web.ts';
import { marshalCompact } from '../expression/go/json.ts';
import { tryDecodeJson } from './json.ts';
import { fetchAuthorized, readOAuth2, type OAuth2 } from './oauth2.ts';
import { errorReading, readingOf } from './reading.ts';
import { compileJsonPath, type JsonPath } from './web-json-path.ts';
import { JsonPathError } from './web-json-path-parse.ts';

const DEFAULT_TIMEOUT_SECONDS = 10;

/**
 * Reads a URL. A JSON answer gives the first value that `jsonPath` finds in it, any other its text.
 *
 * With OAuth 2 Argo sets no time limit to the request itself; here `timeoutSeconds` limits token and request together.
 *
 * @throws AssayError ASSAY_METRIC_INVALID where Argo cannot make the provider: OAuth 2 incomplete, `jsonPath` malformed
 * @source metricproviders/webmetric/webmetric.go of argoproj/argo-rollouts
 */
export const web: Provider<WebMetric> = {
  async read(spec, context) {
    const oauth2 = readOAuth2(spec.authentication);
    const find = compilePath(spec.jsonPath || '{$}');
    return readingOf(async () => {
      const request = requestOf(spec);
      return typeof request === 'string' ? errorReading(request) : read(await send(request, oauth2, context), find);
    });
  },
};

function compilePath(path: string): JsonPath {
  try {
    return compileJsonPath(path);
  } catch (error) {
    throw error instanceof JsonPathError ? new AssayError('ASSAY_METRIC_INVALID', error.message) : error;
  }
}

/** A text says why there is none. */
function requestOf(spec: WebMetric): HttpRequest | string {
  const method = spec.method || 'GET';
  if (!TOKEN.test(method)) return `net/http: invalid method ${quote(method)}`;
  const text = spec.body ?? '';
  if (text !== '' && spec.jsonBody) return 'use either Body or JSONBody; both cannot exists for WebMetric payload';
  if ((text !== '' || spec.jsonBody) && method === 'GET') {
    return 'Body/JSONBody can only be used with POST or PUT WebMetric Method types';
  }
  const headers = (spec.headers ?? []).map(({ key, value }) => [key, value] as const);
  if (spec.jsonBody) headers.push(['Content-Type', 'application/json']);
  const body = spec.jsonBody ? JSON.stringify(spec.jsonBody) : text;
  const timeoutSeconds = spec.timeoutSeconds ?? 0;
  return {
    url: spec.url,
    method,
    headers,
    timeoutMs: (timeoutSeconds > 0 ? timeoutSeconds : DEFAULT_TIMEOUT_SECONDS) * 1000,
    insecure: spec.insecure ?? false,
    ...(body !== '' && { body }),
  };
}

/** What Go's client sends as it stands, `DELETE` and `get` alike. @source RFC 9110, 5.6.2 */
const TOKEN = /^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/;

async function send(request: HttpRequest, oauth2: OAuth2 | undefined, context: ProviderContext): Promise<HttpResponse> {
  try {
    if (!oauth2) return await context.fetch(request);
    return await fetchAuthorized(request, oauth2, context, { prepare: (part) => part, variant: 'web' });
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== 'ASSAY_HTTP_TIMEOUT') throw error;
    const message = `${error.message} (Client.Timeout exceeded while awaiting headers)`;
    throw new AssayError(error.code, message, { retry: error.retry });
  }
}

function read({ status, body }: HttpResponse, find: JsonPath): Reading {
  if (status < 200 || status >= 300) return errorReading(`received non 2xx response code: ${status}`);
  const document = tryDecodeJson(body);
  if (!document) return { is: 'value', result: { type: 'string', value: body }, shown: body };

  const found = findFirst(find, document.value);
  if ('problem' in found) return errorReading(found.problem);
  return { is: 'value', result: resultOf(found.value), shown: marshalCompact(found.value) };
}

function findFirst(find: JsonPath, document: Value): { readonly value: Value } | { readonly problem: string } {
  try {
    for (const [value] of find(document)) if (value !== undefined) return { value };
    return { problem: 'result of web metric produced no value' };
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    return { problem: `Could not find JSONPath in body: ${error.message}` };
  }
}

/** Literals of a path are ints and characters bytes: to a condition they are the numbers that they look like. */
function resultOf(value: Value): MetricValue {
  if (value instanceof GoInt) return { type: 'json', value: Number(value.value) };
  return { type: 'json', value: typeof value === 'bigint' ? Number(value) : value };
}
