import type { AnalysisRun } from '../model/analysis-run.ts';
import type { Cluster } from '../model/cluster.ts';
import { INSTANCE_ID_LABEL } from '../model/labels.ts';
import type { LeftRoutes } from '../model/left-routes.ts';
import { listAll } from '../model/list-pages.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Found } from '../model/reply.ts';
import type { ResourceKind, Resources } from '../model/resources.ts';
import type { Rollout } from '../model/rollout.ts';
import type { RolloutStatus } from '../model/rollout-status.ts';
import { dueAt } from '../rollout/due-at.ts';
import { listsOf } from '../rollout/lists.ts';
import { neededLoadBalancers, needs, routesOf } from '../rollout/needs.ts';
import { rolloutOutcome } from '../rollout/outcome.ts';
import { maxRevision, revisionOf } from '../rollout/revision.ts';
import { neededRegistrations } from '../rollout/target-groups.ts';
import { NOTHING_SEEN, type SeenRollout, type Service, type Workload } from '../rollout/seen.ts';
import { formatSelector, selectorFailure } from '../rollout/selector.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';
import { REPLICA_SETS } from './facts/experiment.ts';
import { ROLLOUT } from './facts/rollout.ts';
import { readLoadBalancers, readRegistrations } from './load-balancers.ts';
import { problemOf } from './problem-of.ts';
import { readTemplates } from './read-templates.ts';
import { readableKind } from './readable-kind.ts';
import { afterChanges, isFresh, isUsable, mayBeKept, patchedIn, readRoutes } from './routes.ts';

/** Rollouts: bring pods up to date step by step, start analyses and experiments, and go back where these say so. */
export const rollout = readableKind<RolloutStatus, Seen>({
  facts: ROLLOUT,
  mayLookAgain: true,

  async observe(object, ref, ports) {
    const cluster = ports.clusters.get(ref.cluster);
    const { namespace, uid } = ref;
    const now = ports.now();
    const wanted = needs(object, now);
    const lists = listsOf(object, now);
    const left = leftFor(object, ports.routes?.take(ref));
    const instance = instanceSelector(object);
    const { selector } = object.spec;
    const [replicaSets, analysisRuns, experiments, services, known, pods, templates, workload] = await Promise.all([
      readReplicaSets(cluster, object, { namespace, ownerUid: uid, ...REPLICA_SETS_OF_ROLLOUTS }),
      readRuns(cluster, wanted.runs, lists.runs, { namespace, ownerUid: uid, labelSelector: instance }),
      readOwned(cluster, 'Experiment', lists.experiments, { namespace, ownerUid: uid, labelSelector: instance }),
      Promise.all(wanted.services.map((name) => cluster.get('Service', { namespace, name }))),
      readRoutes(cluster, object, wanted, left && { left, isTaken: () => true }),
      wanted.pods && selector && selectorFailure(selector) === undefined
        ? listAll(cluster, 'Pod', { namespace, labelSelector: formatSelector(selector) })
        : [],
      readTemplates(cluster, namespace, wanted.templates, true),
      readWorkload(cluster, namespace, object),
    ]);
    const named = new Map(
      services.flatMap((service) => (service ? [[service.metadata.name ?? '', service as Service]] : [])),
    );
    const verified = neededRegistrations(object, replicaSets, named);
    const seen: Seen = {
      object,
      rollout: object,
      replicaSets,
      analysisRuns,
      experiments,
      services: named,
      ...known,
      pods,
      templates,
      ...(cluster.apiVersions && { apiVersions: cluster.apiVersions }),
      ...workload,
    };
    const isLeft = left !== undefined && isFresh(left, object, now);
    // The API server refuses a patch of what has changed meanwhile: only what would not be written is looked at.
    const patched = left && !isLeft ? patchedIn(rolloutOutcome(seen, now).changes) : undefined;
    const routes = patched
      ? await readRoutes(cluster, object, wanted, { left: known, isTaken: (key) => patched.has(key) })
      : known;
    return {
      ...seen,
      ...routes,
      routesLookedAt: isLeft ? left.lookedAt : now,
      loadBalancers: await readLoadBalancers(ref.cluster, neededLoadBalancers(object, routes.routes), ports),
      registrations: await readRegistrations(cluster, verified, ports),
    };
  },

  reconcile(seen, now, replies = []) {
    if (seen.malformation !== undefined) return refuse(seen.object, seen.malformation);
    return rolloutOutcome({ ...seen, replies }, now);
  },

  keep(ref, { object, routes, routeLists = new Map(), routesLookedAt }, { version, outcome, replies }, ports) {
    if (routesLookedAt === undefined || version === undefined || !mayBeKept(outcome.status)) return;
    if (routesOf(object).length === 0 && routeLists.size === 0) return;
    const { weights } = outcome.status.canary ?? {};
    const after = afterChanges({ routes, routeLists }, outcome.changes, replies);
    ports.routes?.keep(ref, { version, weights, lookedAt: routesLookedAt, ...after });
  },

  observeUnreadable: (object, malformation) => ({ ...NOTHING_SEEN, object, rollout: object, malformation }),
  dueAt,
  routed: (object) => routesOf(object),
});

interface Seen extends SeenRollout {
  readonly object: Rollout;
  /** Why the object cannot be read; nothing else was looked at then. */
  readonly malformation?: string;
  /** When the objects of routers were looked at: some of them at least then. */
  readonly routesLookedAt?: Date;
}

function leftFor(object: Rollout, left: LeftRoutes | undefined): LeftRoutes | undefined {
  return left && isUsable(left, object) ? left : undefined;
}

/** Says why, and leaves everything as it is: a status that cannot be read is nothing to build on. */
function refuse({ status = {} }: Rollout, malformation: string): Outcome<RolloutStatus> {
  const message = `Rollout cannot be read: ${malformation}`;
  return { status, nextAt: undefined, events: [{ type: 'Warning', reason: 'InvalidSpec', message }], changes: [] };
}

interface OwnedQuery {
  readonly namespace: string;
  readonly ownerUid: string;
  readonly labelSelector: string;
  readonly ownerKind?: string;
}

/** From a store where there is one; else from the cluster, but only what is wanted. */
async function readOwned<K extends ResourceKind>(
  cluster: Cluster,
  kind: K,
  isWanted: boolean,
  query: OwnedQuery,
): Promise<readonly Resources[K][]> {
  const stored = cluster.listStored?.(kind, query);
  if (stored) return stored;
  return isWanted ? listAll(cluster, kind, { namespace: query.namespace, labelSelector: query.labelSelector }) : [];
}

const REPLICA_SETS_OF_ROLLOUTS = { labelSelector: REPLICA_SETS.labelSelector, ownerKind: 'Rollout' } as const;

/** A Rollout that shows a revision that none of them has is newer than the store of these, which is told what it lacks. */
async function readReplicaSets(cluster: Cluster, owner: Rollout, query: OwnedQuery): Promise<readonly ReplicaSet[]> {
  const replicaSets = (await readOwned(cluster, 'ReplicaSet', true, query)) as readonly ReplicaSet[];
  if (!cluster.refreshAll || revisionOf(owner) <= maxRevision(replicaSets)) return replicaSets;
  const { namespace, labelSelector } = query;
  await cluster.refreshAll('ReplicaSet', { namespace, labelSelector });
  return (await readOwned(cluster, 'ReplicaSet', true, query)) as readonly ReplicaSet[];
}

/** Those that the status names are read one by one where a list lacks them: a store may be a moment behind. */
async function readRuns(
  cluster: Cluster,
  names: readonly string[],
  isWanted: boolean,
  query: OwnedQuery,
): Promise<readonly AnalysisRun[]> {
  const { namespace } = query;
  const listed = await readOwned(cluster, 'AnalysisRun', isWanted, query);
  const known = new Set(listed.map(({ metadata }) => metadata.name));
  const missing = names.filter((name) => !known.has(name));
  const read = await Promise.all(missing.map((name) => cluster.get('AnalysisRun', { namespace, name })));
  return [...listed, ...read.filter((run) => run !== undefined)];
}

async function readWorkload(
  cluster: Cluster,
  namespace: string,
  { spec }: Rollout,
): Promise<Pick<SeenRollout, 'workload' | 'deployment'>> {
  const { kind = '', name = '' } = spec.workloadRef ?? {};
  if (spec.workloadRef === undefined || !WORKLOADS.has(kind)) return {};
  try {
    const object = (await cluster.get(kind as ResourceKind, { namespace, name })) as Workload | undefined;
    if (!object) return {};
    const workload: Found<Workload> = { object };
    return { workload, ...(kind === 'Deployment' && { deployment: object }) };
  } catch (error) {
    return { workload: problemOf(error) };
  }
}

const WORKLOADS: ReadonlySet<string> = new Set(['Deployment', 'ReplicaSet', 'PodTemplate']);

/** What is made for a Rollout has its instance. */
function instanceSelector({ metadata }: Rollout): string {
  const instanceId = metadata.labels?.[INSTANCE_ID_LABEL];
  return instanceId === undefined ? `!${INSTANCE_ID_LABEL}` : `${INSTANCE_ID_LABEL}=${instanceId}`;
}
