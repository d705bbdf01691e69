import type { Rollout } from '../../model/rollout.ts';
import type { RouterName } from '../../model/router-rows.ts';
import type { TrafficRouting } from '../../model/traffic-routing.ts';
import { alb } from './alb.ts';
import { apisix } from './apisix.ts';
import { gatewayApi } from './gateway-api.ts';
import { GATEWAY_API } from './gateway-api-config.ts';
import { istio } from './istio.ts';
import { nginx } from './nginx.ts';
import type { Router } from './router.ts';
import { smi } from './smi.ts';
import { traefik } from './traefik.ts';

/**
 * By the field that turns each on, in the order in which they are asked. A new one is a file here, a line below, and its
 * facts in `ROUTER_ROWS`.
 */
const ROUTERS = { istio, nginx, alb, smi, traefik, apisix } as const satisfies Readonly<
  Record<RouterName & keyof TrafficRouting, Router>
>;

/** Those that Argo has as plugins, by the key under `plugins` that turns each on; asked after all others. */
const PLUGINS: Readonly<Record<string, Router>> = { [GATEWAY_API]: gatewayApi };

/** The routers of a Rollout; none where its traffic is split by the number of pods. */
export function routersOf({ spec }: Pick<Rollout, 'spec'>): readonly Router[] {
  const routing = spec.strategy?.canary?.trafficRouting;
  return routing ? [...chosen(ROUTERS, routing), ...chosen(PLUGINS, routing.plugins ?? {})] : [];
}

function chosen(table: Readonly<Record<string, Router>>, keys: object): readonly Router[] {
  return Object.entries(table).flatMap(([key, router]) => (Object.hasOwn(keys, key) ? [router] : []));
}

/** Fields of the traffic routing that turn no router on by themselves. */
const SETTINGS = new Set<string>(['managedRoutes', 'maxTrafficWeight', 'plugins']);

/** The field of a router that is not in the table; undefined: there is none. */
export function findUnknownRouter({ spec }: Pick<Rollout, 'spec'>): string | undefined {
  const routing = spec.strategy?.canary?.trafficRouting ?? {};
  return Object.keys(routing).find((field) => !SETTINGS.has(field) && !Object.hasOwn(ROUTERS, field));
}

/** The name of a plugin that is not in the table, and those that are; undefined: there is none. */
export function findUnknownPlugin({
  spec,
}: Pick<Rollout, 'spec'>): { readonly name: string; readonly known: readonly string[] } | undefined {
  const { plugins = {} } = spec.strategy?.canary?.trafficRouting ?? {};
  const name = Object.keys(plugins).find((key) => !Object.hasOwn(PLUGINS, key));
  return name === undefined ? undefined : { name, known: Object.keys(PLUGINS) };
}
