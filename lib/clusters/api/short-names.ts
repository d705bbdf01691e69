import { isIP } from 'node:net';
import type { ObjectKey } from '../../model/cluster.ts';
import { AssayError } from '../../model/errors.ts';
import type { HttpRequest } from '../../model/http.ts';
import { isObject } from '../../model/is-object.ts';
import type { KubernetesObject } from '../../model/kubernetes.ts';
import { forgetBeyond } from '../../model/forget-beyond.ts';

const LABEL = '[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?';
const SHORT_HOST = new RegExp(String.raw`^(${LABEL})(?:\.([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?))?$`);

/**
 * The Service that a pod of `namespace` might mean by the host of a URL: `prometheus` is one of its own namespace,
 * `prometheus.monitoring` one of another. Undefined for what can be none: addresses, `localhost`, longer names.
 */
export function shortServiceName(url: string, namespace: string): ObjectKey | undefined {
  const { hostname = '' } = URL.parse(url) ?? {};
  if (isIP(hostname) !== 0 || hostname === 'localhost' || hostname.endsWith('.localhost')) return undefined;
  const [, name, other] = SHORT_HOST.exec(hostname) ?? [];
  return name === undefined ? undefined : { name, namespace: other ?? namespace };
}

/** A Service comes and goes by deployments, and nobody asks for it more often. */
const KEPT_MS = 30_000;
const MOST_KEPT = 1_000;

export interface ShortNamesOptions {
  /** Looks for a Service. */
  readonly find: (key: ObjectKey) => Promise<KubernetesObject | undefined>;
  /** Of a clock that never jumps. */
  readonly nowMs: () => number;
}

/**
 * Completes short names as the search domains of a pod would: where a Service of that name is there, the request goes to
 * `<service>.<namespace>.svc`; else it stays as it is. Only where a metric asks. Where the cluster cannot be asked, or
 * does not let us, no Service is there.
 */
export function completeShortNames({ find, nowMs }: ShortNamesOptions): (request: HttpRequest) => Promise<HttpRequest> {
  const kept = new Map<string, { readonly isThere: Promise<boolean>; readonly untilMs: number }>();

  const isThere = (key: ObjectKey): Promise<boolean> => {
    const id = `${key.namespace}/${key.name}`;
    const known = kept.get(id);
    if (known && nowMs() < known.untilMs) return known.isThere;
    const asking = find(key).then(leadsToPods, (error: unknown) => {
      if (!(error instanceof AssayError)) throw error;
      if (error.retry) kept.delete(id);
      return false;
    });
    kept.delete(id);
    kept.set(id, { isThere: asking, untilMs: nowMs() + KEPT_MS });
    forgetBeyond(MOST_KEPT, kept);
    return asking;
  };

  return async (request) => {
    const { url, from } = request;
    const key = from && shortServiceName(url, from.namespace);
    if (!key || !(await isThere(key))) return request;
    const whole = new URL(url);
    whole.hostname = `${key.name}.${key.namespace}.svc`;
    return { ...request, url: whole.href };
  };
}

/** Names of type ExternalName are somebody else's, which the service proxy does not lead to. */
function leadsToPods(service: KubernetesObject | undefined): boolean {
  const spec = service === undefined ? undefined : Reflect.get(service, 'spec');
  return service !== undefined && !(isObject(spec) && spec['type'] === 'ExternalName');
}
