import { isObject } from '../../model/is-object.ts';

/** Paths of one rule of an Ingress, as somebody wrote them. */
type Paths = readonly unknown[];

/** The specification of an Ingress with other paths in each of its rules; rules for anything but HTTP stay. */
export function withPaths(spec: unknown, change: (paths: Paths) => Paths): unknown {
  if (!isObject(spec) || !Array.isArray(spec['rules'])) return spec;
  const rules: readonly unknown[] = spec['rules'];
  return {
    ...spec,
    rules: rules.map((rule) => {
      const http = isObject(rule) ? rule['http'] : undefined;
      if (!isObject(rule) || !isObject(http)) return rule;
      const paths: Paths = Array.isArray(http['paths']) ? http['paths'] : [];
      return { ...rule, http: { ...http, paths: change(paths) } };
    }),
  };
}

/** Everything goes to a backend that annotations describe, before what the rule says. */
export function withFirst(paths: Paths, name: string): Paths {
  const service = { name, port: { name: 'use-annotation' } };
  return [{ path: '/*', pathType: 'ImplementationSpecific', backend: { service } }, ...paths];
}

/** Without the first path to a Service. */
export function withoutOne(paths: Paths, name: string): Paths {
  const index = paths.findIndex((path) => serviceOf(path) === name);
  return index === -1 ? paths : paths.toSpliced(index, 1);
}

/** Those to certain Services first, in their order. */
export function inOrder(paths: Paths, names: readonly string[]): Paths {
  const ranks = new Map(names.map((name, index) => [name, index]));
  const rankOf = (path: unknown): number => ranks.get(serviceOf(path) ?? '') ?? ranks.size;
  return paths.toSorted((left, right) => rankOf(left) - rankOf(right));
}

function serviceOf(path: unknown): string | undefined {
  const backend = isObject(path) ? path['backend'] : undefined;
  const service = isObject(backend) ? backend['service'] : undefined;
  const name = isObject(service) ? service['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}
