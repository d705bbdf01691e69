import type { Asker } from './http.ts';

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

/** Without backtracking: each part between asterisks is looked for where it can be first. */
function isLike(pattern: string, text: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
