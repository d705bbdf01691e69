import { AssayError } from '../model/errors.ts';

/**
 * A query string as Go's url.Values writes it: sorted by name, blanks as `+`, everything but letters, digits and `-_.~`
 * escaped. Pairs of one name keep their order.
 */
export function encodeQuery(pairs: readonly (readonly [name: string, value: string])[]): string {
  const byName = pairs.toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return byName.map(([name, value]) => `${escapeQuery(name)}=${escapeQuery(value)}`).join('&');
}

function escapeQuery(text: string): string {
  const escaped = encodeURIComponent(text.toWellFormed()).replaceAll('%20', '+');
  return escaped.replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * The URL, with more parameters in its query.
 * @throws AssayError ASSAY_METRIC_UNREADABLE for what is no URL
 */
export function withQuery(address: string, parameters: Readonly<Record<string, string>>): string {
  const url = parseAddress(address);
  const pairs = new Map([...url.searchParams, ...Object.entries(parameters)]);
  url.search = encodeQuery([...pairs]);
  return url.href;
}

/**
 * What users give as the address of a server. Line ends, which files and secrets often end in, are no part of one.
 * @throws AssayError ASSAY_METRIC_UNREADABLE
 */
export function parseAddress(address: string): URL {
  const fail = (reason: string) =>
    new AssayError('ASSAY_METRIC_UNREADABLE', `parse ${JSON.stringify(withoutCredentials(address))}: ${reason}`);
  if (hasControl(address)) throw fail('net/url: invalid control character in URL');
  if (URL.canParse(address)) return new URL(address);
  throw fail(address.includes('://') ? 'invalid URL' : 'unsupported protocol scheme ""');
}

/** Whether a text has what no URL has: line ends, tabs and other control characters. */
export function hasControl(text: string): boolean {
  return Array.from(text, (char) => char.charCodeAt(0)).some((code) => code < 0x20 || code === 0x7f);
}

function withoutCredentials(address: string): string {
  return address.includes('@') ? address.slice(address.lastIndexOf('@') + 1) : address;
}

/** A path without the slashes at its end, however many there are. */
export function withoutEndSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}
