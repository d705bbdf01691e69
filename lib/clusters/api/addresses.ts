import { AssayError } from '../../model/errors.ts';
import type { HttpRequest } from '../../model/http.ts';
import { requestFailure } from '../../model/request-text.ts';
import { mayReach } from '../../model/service-rules.ts';
import { headerBytes } from '../../http/header-bytes.ts';

/**
 * How `<service>.<namespace>.svc` addresses of templates are reached: by the network that the process stands in
 * (`direct`), through the API server's service proxy (`proxy`), or not at all (`deny`). The service proxy leads to pods
 * alone: not to Services of type ExternalName, nor to those whose endpoints are no pods.
 */
export type AddressMode = 'direct' | 'proxy' | 'deny';

/** A Service's address, as templates give it. */
export interface ServiceAddress {
  readonly scheme: 'http' | 'https';
  readonly service: string;
  readonly namespace: string;
  readonly port: number;
  /** Path and query, starting with `/`. */
  readonly path: string;
}

/** Where a request goes: to its own address, or to `path` on the API server, of which all below `root` is the Service. */
export type Route =
  | { readonly via: 'network' }
  | {
      readonly via: 'proxy';
      readonly root: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
    };

const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const SERVICE_HOST = new RegExp(String.raw`^(${LABEL})\.(${LABEL})\.svc(?:\.cluster\.local)?\.?$`);

/**
 * Recognises `http(s)://<service>.<namespace>.svc[.cluster.local][:port]/…`. `<service>.<namespace>` alone is not
 * recognised: it could be any host of the network.
 */
export function parseServiceAddress(url: string): ServiceAddress | undefined {
  const { protocol, hostname, port, pathname, search } = URL.parse(url) ?? {};
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  const [, service, namespace] = SERVICE_HOST.exec(hostname ?? '') ?? [];
  if (!service || !namespace) return undefined;
  const scheme = protocol === 'https:' ? 'https' : 'http';
  const standardPort = scheme === 'https' ? 443 : 80;
  return { scheme, service, namespace, port: Number(port || standardPort), path: `${pathname}${search}` };
}

/**
 * Decides how `request` is reached.
 *
 * @param services  which Services of other namespaces those who ask may reach; undefined: any
 * @throws AssayError ASSAY_ADDRESS_DENIED in mode `deny`, and where the Service is not for who asks;
 *         ASSAY_ADDRESS_CREDENTIALS where the service proxy would keep the request's credentials for itself;
 *         ASSAY_HTTP_INVALID for what must not be sent through it
 */
export function routeRequest(
  request: Pick<HttpRequest, 'url' | 'method' | 'headers' | 'from'>,
  mode: AddressMode,
  services?: readonly string[],
): Route {
  const address = parseServiceAddress(request.url);
  if (!address || mode === 'direct') return { via: 'network' };
  const host = `${address.service}.${address.namespace}.svc`;
  if (mode === 'deny') throw new AssayError('ASSAY_ADDRESS_DENIED', `in-cluster address ${host} is denied`);
  requireReach(address, request, services);

  const { username, password } = new URL(request.url);
  if (username || password || request.headers?.some(([name]) => name.toLowerCase() === 'authorization')) {
    throw new AssayError(
      'ASSAY_ADDRESS_CREDENTIALS',
      `${host} is reached through the API server, which keeps the Authorization header for itself: credentials cannot be sent there`,
    );
  }
  if (hasHiddenDots(address.path)) throw new AssayError('ASSAY_HTTP_INVALID', `${host}: ".." in the path`);
  const root = proxyRoot(address);
  return { via: 'proxy', root, path: root + address.path, headers: forwardedHeaders(request, host) };
}

/** @throws AssayError ASSAY_ADDRESS_DENIED, which names the line to add */
function requireReach(
  address: ServiceAddress,
  { from }: Pick<HttpRequest, 'from'>,
  services: readonly string[] | undefined,
): void {
  if (!from || !services) return;
  const [path = ''] = address.path.split('?');
  if (mayReach(address, path, from, services)) return;
  const { service, namespace, port } = address;
  const entry = `${namespace}/${service}:${port}`;
  throw new AssayError(
    'ASSAY_ADDRESS_DENIED',
    `in-cluster address ${service}.${namespace}.svc:${port} is not for namespace ${from.namespace}: ` +
      `who runs Assay may add "${entry}" to services of the cluster's settings (assay serve --service ${entry})`,
  );
}

/** `/api/v1/namespaces/NS/services/SCHEME:SVC:PORT/proxy` @source SplitSchemeNamePort of k8s.io/apimachinery */
function proxyRoot({ scheme, service, namespace, port }: ServiceAddress): string {
  return `/api/v1/namespaces/${namespace}/services/${scheme}:${service}:${port}/proxy`;
}

/** URLs resolve `..` and `%2e%2e`, but not `..%2f`, which the API server decodes again. */
function hasHiddenDots(path: string): boolean {
  const [pathname = ''] = path.split('?');
  return pathname.split(/\/|%2f|\\|%5c/i).some((part) => /^(?:\.|%2e){2}$/i.test(part));
}

/** Headers between two neighbours of a connection; the connection to the API server is ours. @source RFC 9110, 7.6.1 */
const HOP_BY_HOP: ReadonlySet<string> = new Set(
  (
    'connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding ' +
    'upgrade host content-length expect'
  ).split(' '),
);

/** What templates say must not speak to the API server itself, which takes `Impersonate-User` and the like from us. */
function forwardedHeaders(
  { url, method = 'GET', headers = [] }: Pick<HttpRequest, 'url' | 'method' | 'headers'>,
  host: string,
): Record<string, string> {
  const forwarded = new Map<string, string>();
  const fail = (reason: string) => new AssayError('ASSAY_HTTP_INVALID', requestFailure(method, url, reason));
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (/^(?:impersonate-|x-remote-)/.test(lower)) {
      throw new AssayError('ASSAY_HTTP_INVALID', `${host}: the header ${name} cannot be sent through the API server`);
    }
    const bytes = headerBytes(name, value, fail);
    if (HOP_BY_HOP.has(lower)) continue;
    const before = forwarded.get(lower);
    forwarded.set(lower, before === undefined ? bytes : `${before}, ${bytes}`);
  }
  return Object.fromEntries(forwarded);
}

/**
 * Where a redirect of a proxied answer leads: to a path below `root`, or undefined where it leaves the Service (the
 * API server has already put `root` in front of the Service's own paths).
 *
 * @param base  address of the API server, without a path
 */
export function redirectPath(location: string, from: string, root: string, base: string): string | undefined {
  const origin = new URL(base).origin;
  const target = URL.parse(location, origin + from);
  if (target?.origin !== origin) return undefined;
  const path = target.pathname + target.search;
  return path.startsWith(`${root}/`) && !hasHiddenDots(path) ? path : undefined;
}
