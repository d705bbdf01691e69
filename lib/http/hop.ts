import { AssayError } from '../model/errors.ts';
import type { HttpRequest } from '../model/http.ts';
import { requestFailure, shownUrl } from '../model/request-text.ts';
import { headerBytes } from './header-bytes.ts';

/** One request of a chain of redirects. */
export interface Hop {
  readonly method: string;
  readonly url: URL;
  /** The URL for messages: without credentials. */
  readonly shown: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body?: string;
}

/** What the connection itself decides; Go's client ignores the first five too. */
const OWN_HEADERS = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'trailer',
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'upgrade',
]);

/**
 * Reads a request: its URL must be http or https with a host, its headers must be ones. Of a name given twice the
 * last value counts. Credentials in the URL become an Authorization header when the hop is sent.
 *
 * @throws AssayError ASSAY_HTTP_INVALID
 */
export function firstHop(request: HttpRequest): Hop {
  const { method = 'GET', body } = request;
  const fail = (reason: string) => new AssayError('ASSAY_HTTP_INVALID', requestFailure(method, request.url, reason));

  const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(request.url)?.[1]?.toLowerCase() ?? '';
  if (scheme !== 'http' && scheme !== 'https') throw fail(`unsupported protocol scheme "${scheme}"`);
  if (!url) throw fail(/^https?:\/*(?:$|[?#])/i.test(request.url) ? 'http: no Host in request URL' : 'invalid URL');
  return {
    method,
    url,
    headers: readHeaders(request.headers ?? [], fail),
    shown: shownUrl(request.url),
    ...(body !== undefined && { body }),
  };
}

function readHeaders(
  pairs: readonly (readonly [name: string, value: string])[],
  fail: (reason: string) => AssayError,
): Map<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of pairs) {
    const bytes = headerBytes(name, value, fail);
    if (!OWN_HEADERS.has(name.toLowerCase())) headers.set(name.toLowerCase(), bytes);
  }
  return headers;
}

/** The headers to send: with credentials of the URL as basic authentication, as Go does, unless there are others. */
export function sentHeaders({ url, headers }: Hop): ReadonlyMap<string, string> {
  if ((url.username === '' && url.password === '') || headers.has('authorization')) return headers;
  const credentials = `${decode(url.username)}:${decode(url.password)}`;
  return new Map([...headers, ['authorization', `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`]]);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A bare % is itself.
  }
}
