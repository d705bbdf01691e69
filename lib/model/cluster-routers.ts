import { z } from 'zod';
import { RESOURCES, resourceKind } from './resources.ts';
import {
  isRouterName,
  type RoutedKind,
  ROUTER_NAMES,
  ROUTER_ROWS,
  type RouterName,
  type RouterRow,
} from './router-rows.ts';

/** @param row  of the router that is set */
const settingsOf = ({ apiVersions }: RouterRow) =>
  z
    .strictObject({
      apiVersion: z.enum(apiVersions).describe('Version of its API (default: the first).').exactOptional(),
    })
    .exactOptional();

const fields = Object.fromEntries(
  Object.entries<RouterRow>(ROUTER_ROWS).map(([name, row]) => [name, settingsOf(row)]),
) as Readonly<Record<RouterName, ReturnType<typeof settingsOf>>>;

/** The traffic routers of a cluster in its settings. */
export const clusterRouters = z
  .strictObject(fields)
  .describe('Traffic routers that Rollouts of this cluster use, each with the version of its API.');

/** The traffic routers of a cluster, by name, each with the version of its API where that is chosen. */
export type ClusterRouters = z.infer<typeof clusterRouters>;

/**
 * Reads `istio` or `istio=networking.istio.io/v1`.
 * @returns `problem`: what was expected, completing the sentence "expected …"
 */
export function parseClusterRouter(text: string): ClusterRouters | { readonly problem: string } {
  const [name = '', ...rest] = text.split('=');
  if (!isRouterName(name)) return { problem: `one of ${ROUTER_NAMES.join(', ')}` };
  if (rest.length === 0) return { [name]: {} };
  const { apiVersions }: RouterRow = ROUTER_ROWS[name];
  const apiVersion = rest.join('=');
  if (!apiVersions.includes(apiVersion)) return { problem: `${name}= and one of ${apiVersions.join(', ')}` };
  return { [name]: { apiVersion } };
}

/** Where routers' kinds stand in a cluster, as far as its settings choose another version than the first. */
export function apiVersionsOf(routers: ClusterRouters = {}): Readonly<Record<string, string>> {
  const chosen = ROUTER_NAMES.flatMap((name) => {
    const { apiVersions, resources, verification = {} }: RouterRow = ROUTER_ROWS[name];
    const [first] = apiVersions;
    const { apiVersion = first } = routers[name] ?? {};
    const kinds = [...Object.keys(resources), ...Object.keys(verification)];
    const moved = kinds.filter((kind) => RESOURCES[resourceKind(kind)].apiVersion === first);
    return apiVersion === first ? [] : moved.map((kind) => [kind, apiVersion] as const);
  });
  return Object.fromEntries(chosen);
}

/** The kinds that a cluster's routers read and write, each once. */
export function routedKindsOf(routers: ClusterRouters = {}): readonly RoutedKind[] {
  const kinds = routerNamesOf(routers).flatMap((name) => Object.keys(ROUTER_ROWS[name].resources) as RoutedKind[]);
  return [...new Set(kinds)];
}

/** The names of a cluster's routers. */
export function routerNamesOf(routers: ClusterRouters = {}): readonly RouterName[] {
  return ROUTER_NAMES.filter((name) => routers[name] !== undefined);
}
