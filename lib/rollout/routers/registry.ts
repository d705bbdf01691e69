import type { Rollout } from '../../model/rollout.ts';
import { ROUTER_NAMES, ROUTER_ROWS, type RouterName, type RouterRow } from '../../model/router-rows.ts';
import { alb } from './alb.ts';
import { ambassador } from './ambassador.ts';
import { apisix } from './apisix.ts';
import { appMesh } from './app-mesh.ts';
import { gatewayApi } from './gateway-api.ts';
import { istio } from './istio.ts';
import { nginx } from './nginx.ts';
import type { Router } from './router.ts';
import { smi } from './smi.ts';
import { traefik } from './traefik.ts';

/** By name, in the order in which they are asked. A new one is a file here, a line below, and its facts in `ROUTER_ROWS`. */
const ROUTERS: Readonly<Record<RouterName, Router>> = {
  istio,
  nginx,
  alb,
  smi,
  ambassador,
  appMesh,
  traefik,
  apisix,
  gatewayAPI: gatewayApi,
};

/** Those that Argo has as plugins, by the key under `plugins` that turns each on; of others, the field is the name. */
const PLUGINS: ReadonlyMap<string, RouterName> = new Map(
  ROUTER_NAMES.flatMap((name) => {
    const { plugin }: RouterRow = ROUTER_ROWS[name];
    return plugin === undefined ? [] : [[plugin, name] as const];
  }),
);

/** The routers of a Rollout; none where its traffic is split by the number of pods. */
export function routersOf({ spec }: Pick<Rollout, 'spec'>): readonly Router[] {
  const { plugins = {}, ...fields } = spec.strategy?.canary?.trafficRouting ?? {};
  const named = new Set([...Object.keys(fields), ...Object.keys(plugins).map((key) => PLUGINS.get(key))]);
  return Object.entries(ROUTERS).flatMap(([name, router]) => (named.has(name) ? [router] : []));
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
  const name = Object.keys(plugins).find((key) => !PLUGINS.has(key));
  return name === undefined ? undefined : { name, known: [...PLUGINS.keys()] };
}
