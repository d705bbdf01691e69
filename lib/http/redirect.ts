import { AssayError } from '../model/errors.ts';
import type { Hop } from './hop.ts';

/** Go's client gives up when it would send the eleventh request. */
const LONGEST_CHAIN = 10;

/** What says nothing of who asks. Monitoring services have credentials under any name: X-Vault, X-Shop-Access. */
const HARMLESS = new Set(['accept', 'accept-charset', 'accept-language', 'content-type', 'user-agent']);
const ABOUT_BODY = new Set(['content-encoding', 'content-language', 'content-location', 'content-type']);

/**
 * The request that a redirect asks for, or undefined where the answer is no redirect (or one without Location, which
 * then stands as it is). 301, 302 and 303 go on with GET (HEAD with HEAD) and without body; 307 and 308 repeat the request.
 *
 * Headers stay on the host where the chain began and the names below it, as credentials do with Go. Stricter than Go:
 * they also stay where they are when the port changes (but for http → https) and on the way from https to http, and all
 * do but the few that are harmless, whatever their names; there is no Referer; a secret body never leaves the host.
 *
 * @throws AssayError ASSAY_HTTP_REDIRECTED after ten requests, or when a secret body would go to another host;
 *         ASSAY_HTTP_INVALID for a Location that is no http URL
 * @source net/http/client.go of Go 1.26
 */
export function nextHop(
  chain: readonly [first: Hop, ...Hop[]],
  answer: { readonly status: number; readonly location: string | undefined },
  secretBody: boolean,
): Hop | undefined {
  const keepsBody = answer.status === 307 || answer.status === 308;
  const isRedirect = keepsBody || (answer.status >= 301 && answer.status <= 303);
  if (!isRedirect || answer.location === undefined || answer.location === '') return undefined;

  const [first] = chain;
  const last = chain.at(-1) ?? first;
  const url = locate(answer.location, last.url);
  if (chain.length >= LONGEST_CHAIN) throw new AssayError('ASSAY_HTTP_REDIRECTED', 'stopped after 10 redirects');

  const keepsAll = chain.every((hop) => mayFollow(hop.url, first.url)) && mayFollow(url, first.url);
  const { body } = last;
  if (keepsBody && body !== undefined && secretBody && !keepsAll) {
    throw new AssayError('ASSAY_HTTP_REDIRECTED', 'the redirect would send a secret to another host');
  }
  const method = keepsBody || last.method === 'HEAD' ? last.method : 'GET';
  const headers = new Map(
    [...last.headers].filter(([name]) => (keepsAll || HARMLESS.has(name)) && (keepsBody || !ABOUT_BODY.has(name))),
  );
  // The query may be a signature or a token that the server made, which is not for messages.
  const shown = `${url.origin}${url.pathname}`;
  return { method, url, shown, headers, ...(keepsBody && body !== undefined && { body }) };
}

/** Location may be relative. The text stays out of the error: it may hold credentials. */
function locate(location: string, base: URL): URL {
  if (!URL.canParse(location, base.href)) throw new AssayError('ASSAY_HTTP_INVALID', 'failed to parse Location header');
  const url = new URL(location, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new AssayError('ASSAY_HTTP_INVALID', `unsupported protocol scheme "${url.protocol.slice(0, -1)}"`);
  }
  return url;
}

/** Whether credentials meant for `first` may be sent to `url`. */
function mayFollow(url: URL, first: URL): boolean {
  if (first.protocol === 'https:' && url.protocol === 'http:') return false;
  const isUpgrade = first.protocol === 'http:' && url.protocol === 'https:';
  if (url.port !== first.port && !isUpgrade) return false;
  return url.hostname === first.hostname || isBelow(url.hostname, first.hostname);
}

/** Names only: addresses have nothing below them. */
function isBelow(host: string, parent: string): boolean {
  return !host.includes(':') && host.endsWith(`.${parent}`);
}
