import type { Cluster } from '../model/cluster.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import type { LeftRoutes } from '../model/left-routes.ts';
import { listAll } from '../model/list-pages.ts';
import type { Change } from '../model/outcome.ts';
import type { Found, Reply } from '../model/reply.ts';
import { resourceKind } from '../model/resources.ts';
import type { Rollout } from '../model/rollout.ts';
import type { RolloutStatus } from '../model/rollout-status.ts';
import { type RoutedKind, ROUTED_KINDS } from '../model/router-rows.ts';
import { findCondition } from '../rollout/conditions.ts';
import { findIn, type RolloutNeeds, routesOf } from '../rollout/needs.ts';
import type { Routed, RoutedList, RoutedObject } from '../rollout/routers/router.ts';
import { routeKey, routeListKey } from '../rollout/routing/open-routing.ts';
import type { SeenRollout } from '../rollout/seen.ts';
import { isSameStatus } from '../rollout/stored.ts';
import { problemOf } from './problem-of.ts';

/** Objects of routers, as a decision sees them. */
export type SeenRoutes = Required<Pick<SeenRollout, 'routes' | 'routeLists'>>;

/** What is taken to be as it was left, by `routeKey` or `routeListKey`; the rest is read. */
export interface Leaning {
  readonly left: SeenRoutes;
  readonly isTaken: (key: string) => boolean;
}

/** Somebody else's change of an object that is not followed is set right by the first step after so long. */
const TRUSTED_MS = 60_000;

/**
 * What the last step left is no more than a hint where the status does not say the same: another process has worked on
 * the Rollout since.
 */
export function isUsable({ weights }: LeftRoutes, { status = {} }: Rollout): boolean {
  const now = status.canary?.weights;
  if (weights === undefined || now === undefined) return weights === now;
  return isSameStatus({ canary: { weights } }, { canary: { weights: now } });
}

/** Whether all is taken to be as the last step left it: not for long, and only while nobody has written to the Rollout. */
export function isFresh({ version, lookedAt }: LeftRoutes, { metadata }: Rollout, now: Date): boolean {
  const ageMs = now.getTime() - lookedAt.getTime();
  return version === metadata.resourceVersion && ageMs >= 0 && ageMs < TRUSTED_MS;
}

/**
 * Whether the next step may start from what this one left: weights that have not been seen to take effect, and objects
 * that the specification is invalid for, are looked at each time.
 */
export function mayBeKept(status: RolloutStatus): boolean {
  return status.canary?.weights?.verified !== false && findCondition(status, 'InvalidSpec') === undefined;
}

/** Reads the objects of routers: those that are named, those that these name, and those with certain labels. */
export async function readRoutes(
  cluster: Cluster,
  owner: Rollout,
  { routes, routeLists }: Pick<RolloutNeeds, 'routes' | 'routeLists'>,
  leaning?: Leaning,
): Promise<SeenRoutes> {
  const read: Read = async (routed) => {
    const key = routeKey(routed);
    if (!leaning?.isTaken(key)) return readRouted(cluster, routed);
    const before = leaning.left.routes.get(key);
    const { kind, namespace, name } = routed;
    // What is followed costs nothing to read, unless it is not there.
    const stored = cluster.listStored?.(resourceKind(kind), { namespace });
    if (!stored) return before;
    if (before) return readRouted(cluster, routed);
    const object = stored.find(({ metadata }) => metadata.name === name);
    return object && { object };
  };
  const [named, listed] = await Promise.all([
    readNamed(owner, routes, read),
    Promise.all(routeLists.map((list) => readList(cluster, list, read, leaning))),
  ]);
  return {
    routes: new Map([...listed.flatMap(({ objects }) => objects), ...named]),
    routeLists: new Map(listed.map(({ key, names }) => [key, names])),
  };
}

/** Objects that a decision would patch. Their patches carry the version that they rest on. */
export function patchedIn(changes: readonly Change[]): ReadonlySet<string> {
  const patched = changes.flatMap((change) => (change.verb === 'patch' ? routeKey(change.target) : []));
  return new Set(patched);
}

/** What has become of the objects by the changes of a step, and by what these gave. */
export function afterChanges(seen: SeenRoutes, changes: readonly Change[], replies: readonly Reply[]): SeenRoutes {
  const routes = new Map(seen.routes);
  for (const [index, change] of changes.entries()) {
    const reply = replies[index];
    if (change.verb === 'delete') routes.delete(routeKey(change.target));
    else if (reply?.went === 'done' && reply.object && isRouted(reply.object)) {
      routes.set(keyOf(reply.object), { object: reply.object });
    } else if (reply?.went === 'exists' && 'object' in reply.found && isRouted(reply.found.object)) {
      routes.set(keyOf(reply.found.object), reply.found);
    }
  }
  return { ...seen, routes };
}

type Read = (routed: Routed) => Promise<Found<RoutedObject> | undefined>;
type Entry = readonly [string, Found<RoutedObject>];

function isRouted({ kind }: KubernetesObject): boolean {
  return ROUTED_KINDS.includes(kind as RoutedKind);
}

async function readNamed(owner: Rollout, wanted: readonly Routed[], read: Read): Promise<readonly Entry[]> {
  const first = await readEach(wanted, read);
  const known = new Set(wanted.map(routeKey));
  const further = routesOf(owner, findIn(new Map(first))).filter((routed) => !known.has(routeKey(routed)));
  return further.length === 0 ? first : [...first, ...(await readEach(further, read))];
}

async function readEach(wanted: readonly Routed[], read: Read): Promise<readonly Entry[]> {
  const found = await Promise.all(wanted.map(async (routed) => [routeKey(routed), await read(routed)] as const));
  return found.flatMap(([key, each]) => (each ? [[key, each] as const] : []));
}

interface Listed {
  readonly key: string;
  readonly names: Found<readonly string[]>;
  readonly objects: readonly Entry[];
}

async function readList(cluster: Cluster, list: RoutedList, read: Read, leaning?: Leaning): Promise<Listed> {
  const key = routeListKey(list);
  const names = leaning?.isTaken(key) ? leaning.left.routeLists.get(key) : undefined;
  if (names && 'object' in names) {
    const { kind, namespace } = list;
    return {
      key,
      names,
      objects: await readEach(
        names.object.map((name) => ({ kind, namespace, name })),
        read,
      ),
    };
  }
  const found = await listRouted(cluster, list);
  if ('problem' in found) return { key, names: found, objects: [] };
  const objects = found.object.map((object): Entry => [keyOf(object), { object }]);
  return { key, names: { object: found.object.map(({ metadata }) => metadata.name ?? '') }, objects };
}

function keyOf({ kind, metadata }: KubernetesObject): string {
  return routeKey({ kind, namespace: metadata.namespace ?? '', name: metadata.name ?? '' });
}

/** @throws AssayError as `readRouted` */
async function listRouted(
  cluster: Cluster,
  { kind, namespace, labelSelector }: RoutedList,
): Promise<Found<readonly RoutedObject[]>> {
  try {
    const query = { namespace, ...(labelSelector !== '' && { labelSelector }) };
    return { object: await listAll(cluster, resourceKind(kind), query) };
  } catch (error) {
    return problemOf(error);
  }
}

/** What cannot be read for good is the router's to complain of. @throws AssayError if the cluster cannot be asked just now */
async function readRouted(
  cluster: Cluster,
  { kind, namespace, name }: Routed,
): Promise<Found<RoutedObject> | undefined> {
  try {
    const object = await cluster.get(resourceKind(kind), { namespace, name });
    return object && { object };
  } catch (error) {
    return problemOf(error);
  }
}
