import type { Asker } from './http.ts';
import { isLike } from './is-like.ts';

/** A port of a Service. */
export interface ServicePort {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
}

const PART = String.raw`[a-z0-9*](?:[-a-z0-9*]{0,61}[a-z0-9*])?`;
const PATTERN = new RegExp(String.raw`^(${PART})/(${PART})(?::(\*|[1-9]\d{0,4}))?$`);

/** Whether a text is `namespace/service` or `namespace/service:port`; `*` stands for anything within a part. */
export function isServicePattern(text: string): boolean {
  return PATTERN.test(text);
}

/**
 * Whether a request may reach a Service through the API server, where network policies do not see who asks: those of
 * its own namespace, any that answers queries of Prometheus (templates name it wherever it is), and what is listed.
 *
 * @param path      of the request, without query
 * @param patterns  as `isServicePattern` has them
 */
export function mayReach(target: ServicePort, path: string, from: Asker, patterns: readonly string[]): boolean {
  if (target.namespace === from.namespace) return true;
  if (from.provider === 'Prometheus' && QUERY.test(path)) return true;
  return patterns.some((pattern) => matches(pattern, target));
}

const QUERY = /\/api\/v1\/query(?:_range)?$/;

function matches(pattern: string, { namespace, service, port }: ServicePort): boolean {
  const [, namespaces = '', services = '', ports = '*'] = PATTERN.exec(pattern) ?? [];
  return isLike(namespaces, namespace) && isLike(services, service) && (ports === '*' || Number(ports) === port);
}
