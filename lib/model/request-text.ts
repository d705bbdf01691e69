/**
 * The text of a failed request, in the words that Go's net/http has and Argo's users know:
 * `Get "http://prometheus:9090/api/v1/query": dial tcp: lookup prometheus: no such host`.
 * Credentials in the URL are left out.
 *
 * @source url.Error of Go 1.26
 */
export function requestFailure(method: string, url: string, reason: string): string {
  return `${method.slice(0, 1)}${method.slice(1).toLowerCase()} ${JSON.stringify(shownUrl(url))}: ${reason}`;
}

/** The URL without `user:password@`. A text that is no URL of a host (`user:password@host`) loses everything before its last `@`. */
export function shownUrl(url: string): string {
  if (!url.includes('@')) return url;
  const shown = URL.canParse(url) ? new URL(url) : undefined;
  if (!shown || shown.host === '') return url.slice(url.lastIndexOf('@') + 1);
  if (shown.username === '' && shown.password === '') return url;
  shown.username = '';
  shown.password = '';
  return shown.href;
}
