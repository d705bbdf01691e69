import type { Rollout } from '../../model/rollout.ts';
import type { RouterName } from '../../model/router-rows.ts';
import type { TrafficRouting } from '../../model/traffic-routing.ts';
import { alb } from './alb.ts';
import { ambassador } from './ambassador.ts';
import { appMesh } from './app-mesh.ts';
import { istio } from './istio.ts';
import { nginx } from './nginx.ts';
import type { Router } from './router.ts';
import { smi } from './smi.ts';
import { traefik } from './traefik.ts';

/**
 * By the field that turns each on, in the order in which they are asked. A new one is a file here, a line below, and its
 * facts in `ROUTER_ROWS`.
 */
const ROUTERS = { istio, nginx, alb, smi, ambassador, appMesh, traefik } as const satisfies Readonly<
  Record<RouterName & keyof TrafficRouting, Router>
>;

/** The routers of a Rollout; none where its traffic is split by the number of pods. */
export function routersOf({ spec }: Pick<Rollout, 'spec'>): readonly Router[] {
  const routing = spec.strategy?.canary?.trafficRouting;
  if (!routing) return [];
  return Object.entries(ROUTERS).flatMap(([field, router]) =>
    routing[field as keyof typeof ROUTERS] === undefined ? [] : [router],
  );
}

/** Fields of the traffic routing that turn no router on. */
const SETTINGS = new Set<string>(['managedRoutes', 'maxTrafficWeight']);

/** The field of a router that is not in the table; undefined: there is none. */
export function findUnknownRouter({ spec }: Pick<Rollout, 'spec'>): string | undefined {
  const routing = spec.strategy?.canary?.trafficRouting ?? {};
  return Object.keys(routing).find((field) => !SETTINGS.has(field) && !Object.hasOwn(ROUTERS, field));
}
