import type { Rollout } from '../../model/rollout.ts';
import type { RouterName } from '../../model/router-rows.ts';
import { alb } from './alb.ts';
import { ambassador } from './ambassador.ts';
import { apisix } from './apisix.ts';
import { appMesh } from './app-mesh.ts';
import { gatewayApi } from './gateway-api.ts';
import { istio } from './istio.ts';
import { PLUGINS } from './known.ts';
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

/** The routers of a Rollout; none where its traffic is split by the number of pods. */
export function routersOf({ spec }: Pick<Rollout, 'spec'>): readonly Router[] {
  const { plugins = {}, ...fields } = spec.strategy?.canary?.trafficRouting ?? {};
  const named = new Set([...Object.keys(fields), ...Object.keys(plugins).map((key) => PLUGINS.get(key))]);
  return Object.entries(ROUTERS).flatMap(([name, router]) => (named.has(name) ? [router] : []));
}
