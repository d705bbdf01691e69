/** Where requests of templates go instead: what begins with `from` begins with `to`. */
export interface Readdressing {
  /** `host`, `host:port` or `scheme://host[:port][/path]`. */
  readonly from: string;
  readonly to: string;
}

/** `old=new`, each a host, a host with a port, or the beginning of a URL; undefined for what is none. */
export function parseReaddressing(text: string): Readdressing | undefined {
  const at = text.indexOf('=');
  const [from, to] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  return partsOf(from) && partsOf(to) ? { from, to } : undefined;
}

/** The URL as the first of `all` that is about it has it; what `to` leaves out (scheme, port, path) stays as it is. */
export function readdress(url: string, all: readonly Readdressing[]): string {
  if (!URL.canParse(url)) return url;
  for (const { from, to } of all) {
    const [old, wanted] = [partsOf(from), partsOf(to)];
    const target = new URL(url);
    if (!old || !wanted || !isAbout(target, old)) continue;
    const rest = target.pathname.slice(old.path.length);
    target.protocol = wanted.scheme ?? target.protocol;
    target.hostname = wanted.host;
    target.port = wanted.port ?? (wanted.scheme === undefined ? target.port : '');
    target.pathname = wanted.path + (rest.startsWith('/') ? rest : `/${rest}`);
    return target.href;
  }
  return url;
}

interface Parts {
  readonly scheme: string | undefined;
  readonly host: string;
  readonly port: string | undefined;
  /** Without a slash at its end. */
  readonly path: string;
}

function partsOf(text: string): Parts | undefined {
  const isWhole = /^https?:\/\//i.test(text);
  const url = URL.parse(isWhole ? text : `http://${text}`);
  if (!url || url.username || url.password || url.search || url.hash) return undefined;
  const [, port] = /:(\d+)(?:\/|$)/.exec(text.replace(/^https?:\/\//i, '')) ?? [];
  const path = url.pathname.replace(/\/+$/, '');
  return { scheme: isWhole ? url.protocol : undefined, host: url.hostname, port, path };
}

function isAbout(url: URL, { scheme, host, port, path }: Parts): boolean {
  if (scheme !== undefined && url.protocol !== scheme) return false;
  const standardPort = url.protocol === 'https:' ? '443' : '80';
  if (url.hostname !== host || (port !== undefined && (url.port || standardPort) !== port)) return false;
  if (scheme !== undefined && port === undefined && url.port !== '') return false;
  return path === '' || url.pathname === path || url.pathname.startsWith(`${path}/`);
}
