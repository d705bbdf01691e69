import type { Rollout } from '../../model/rollout.ts';
import { ROUTER_NAMES, ROUTER_ROWS, type RouterName, type RouterRow } from '../../model/router-rows.ts';

/** Those that Argo has as plugins, by the key under `plugins` that turns each on; of others, the field is the name. */
export const PLUGINS: ReadonlyMap<string, RouterName> = new Map(
  ROUTER_NAMES.flatMap((name) => {
    const { plugin }: RouterRow = ROUTER_ROWS[name];
    return plugin === undefined ? [] : [[plugin, name] as const];
  }),
);

/** Fields of the traffic routing that turn no router on by themselves. */
const SETTINGS = new Set<string>(['managedRoutes', 'maxTrafficWeight', 'plugins']);

/** The field of a router that is not in the table; undefined: there is none. */
export function findUnknownRouter({ spec }: Pick<Rollout, 'spec'>): string | undefined {
  const routing = spec.strategy?.canary?.trafficRouting ?? {};
  return Object.keys(routing).find((field) => !SETTINGS.has(field) && !isField(field));
}

function isField(name: string): boolean {
  return Object.hasOwn(ROUTER_ROWS, name);
}

/** The name of a plugin that is not in the table, and those that are; undefined: there is none. */
export function findUnknownPlugin({
  spec,
}: Pick<Rollout, 'spec'>): { readonly name: string; readonly known: readonly string[] } | undefined {
  const { plugins = {} } = spec.strategy?.canary?.trafficRouting ?? {};
  const name = Object.keys(plugins).find((key) => !PLUGINS.has(key));
  return name === undefined ? undefined : { name, known: [...PLUGINS.keys()] };
}
