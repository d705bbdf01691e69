import { lazyBus } from '../sinks/registry.ts';
import type { CachedCluster } from '../clusters/store/cached.ts';
import { wrap } from '../clusters/wrap.ts';
import { kindOf, WATCHED_KINDS } from '../kinds/registry.ts';
import { AssayError } from '../model/errors.ts';
import { mergePatch } from '../model/merge-patch.ts';
import type { Clusters } from '../model/cluster.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import type { Log, Ports } from '../model/ports.ts';
import { resourceKind } from '../model/resources.ts';
import type { ProviderSettings } from '../model/provider.ts';
import { type ObjectRef, refOf } from '../model/ref.ts';
import { memoryQueue } from '../queues/memory.ts';
import { errorFields } from '../log/error-fields.ts';
import { isOverdue } from '../runtime/overdue.ts';
import { OWNED_KINDS, ownerOf, tells } from './owned.ts';
import { prometheusMeter, type Inventory } from './prometheus-meter.ts';
import { receive } from './receive.ts';
import { serveSchedules } from './serve-schedules.ts';
import { step } from '../runtime/step.ts';

export interface ServeOptions {
  /**
   * With stores of at least the kinds in `kinds/registry.ts`; of Jobs and ReplicaSets too, if what becomes of them is to
   * be noticed at once.
   */
  readonly clusters: readonly CachedCluster[];
  readonly log: Log;
  readonly now: () => Date;
  /** Steps of one cluster at once; the queue has the default. */
  readonly concurrencyPerCluster?: number;
  /** What is set for the metrics of all clusters. */
  readonly settings?: ProviderSettings;
  /** Between two looks at everything, which finds what was lost. Default 60,000. */
  readonly resyncMs?: number;
}

export interface Serving {
  /** Begins no more steps, lets those under way end, and closes the watches. The next start goes on from the statuses. */
  stop(): Promise<void>;
  /** Asks for a step of an object that somebody says has changed. Never rejects; what is not served is passed over. */
  readonly receive: (ref: ObjectRef) => Promise<void>;
  /** Clusters whose objects have been read, and those that have not answered yet. */
  progress(): { readonly synced: readonly string[]; readonly waiting: readonly string[] };
  /** The page for a scrape. */
  metrics(): Promise<{ readonly contentType: string; readonly body: string }>;
  /** Rejects if a watch ends for a reason that is a bug. */
  readonly failed: Promise<never>;
}

/**
 * Measurements that are due within a quarter of a second begin together, at its start, for less processor time. None
 * begins sooner than its status allows: statuses keep whole seconds, cut off, and these are slots too.
 */
const SLOT_MS = 250;

/**
 * Does in one process what the functions do on AWS: a watch brings the objects, a timer queue their time, and `step`
 * is the same. Each cluster is followed by itself: one that cannot be reached is tried again and slows nobody down.
 */
export function serve(options: ServeOptions): Serving {
  const { clusters, log, now, concurrencyPerCluster, settings = {}, resyncMs = 60_000 } = options;
  const stopping = new AbortController();
  const page = prometheusMeter(() => clusters.map(inventoryOf));
  const { meter } = page;
  const underway = new Map<string, Underway>();
  const queue = memoryQueue({
    work: stepAlone,
    slotMs: SLOT_MS,
    now,
    ...(concurrencyPerCluster !== undefined && { concurrencyPerCluster }),
    onFailure(ref, error, retryInMs) {
      meter.failed(ref);
      log.error('step failed', { ...ref, ...errorFields(error), retryInMs });
    },
  });
  const ports: Ports = {
    clusters: registryOf(clusters.map((each) => notingWrites(each, underway))),
    queue,
    bus: lazyBus({ busLog: log }),
    log,
    meter,
    now,
    settingsOf: () => settings,
  };

  /** The step itself says when the next is due; a change by somebody else meanwhile may say sooner. */
  async function stepAlone(ref: ObjectRef): Promise<void> {
    const mine: Underway = { isChanged: false, wrote: undefined };
    underway.set(ref.uid, mine);
    try {
      await step(ref, ports);
    } finally {
      underway.delete(ref.uid);
    }
    const object = mine.isChanged ? await ports.clusters.get(ref.cluster).get(resourceKind(ref.kind), ref) : undefined;
    if (object && object.metadata.resourceVersion !== mine.wrote) enqueue(ref.cluster, object);
  }

  function enqueue(cluster: string, object: KubernetesObject): void {
    const at = kindOf(object.kind).dueAt(object, now());
    if (at) void queue.send(refOf(cluster, object), at);
  }

  function resync(): void {
    for (const cluster of clusters) {
      for (const kind of WATCHED_KINDS) {
        const lost = cluster.stored(kind).filter((object) => isOverdue(object, now()));
        lost.forEach((object) => void queue.send(refOf(cluster.name, object), now()));
      }
    }
  }

  for (const cluster of clusters) {
    for (const kind of WATCHED_KINDS) {
      cluster.onChange(kind, (object, previous, type) => {
        const taking = underway.get(object.metadata.uid ?? '');
        if (type === 'DELETED') {
          page.forget(refOf(cluster.name, object));
          return;
        }
        const ref = refOf(cluster.name, object);
        page.meet(ref);
        // What it asks for now may end a wait that its status knows of.
        if (previous && mergePatch({ spec: previous.spec }, { spec: object.spec })) void queue.send(ref, now());
        else if (taking) taking.isChanged = true;
        else enqueue(cluster.name, object);
      });
    }
    for (const kind of OWNED_KINDS) {
      cluster.onChange(kind, (object, previous, type) => {
        const owner = tells(object, previous, type) ? ownerOf(cluster, object) : undefined;
        if (owner) void queue.send(owner, now());
      });
    }
    void cluster.whenSynced().then(() => log.info('cluster synced', { cluster: cluster.name }));
  }
  const schedules = serveSchedules({ clusters, log, now });
  const timer = setInterval(() => {
    resync();
    schedules.resync();
  }, resyncMs);
  const following = Promise.all(clusters.map((cluster) => cluster.start(stopping.signal)));

  return {
    async stop() {
      clearInterval(timer);
      await Promise.all([queue.stop(), schedules.stop()]);
      stopping.abort();
      // `failed` tells of it.
      await following.catch(() => {});
    },
    receive: (ref) => receive(ref, { clusters, queue, log, now }),
    progress() {
      const [synced, waiting] = [true, false].map((isSynced) => clusters.filter((each) => each.synced() === isSynced));
      return { synced: namesOf(synced), waiting: namesOf(waiting) };
    },
    metrics: () => page.render(),
    failed: following.then(() => new Promise<never>(() => {})),
  };
}

/** A step that is being taken. */
interface Underway {
  /** The store has changed: by the step's own write, or by somebody else. */
  isChanged: boolean;
  /** The version that the step's own write made. */
  wrote: string | undefined;
}

function notingWrites(cluster: CachedCluster, underway: ReadonlyMap<string, Underway>): CachedCluster {
  return wrap(cluster, {
    async patch(kind, key, patch, patching) {
      const object = await cluster.patch(kind, key, patch, patching);
      const taking = underway.get(object.metadata.uid ?? '');
      if (taking) taking.wrote = object.metadata.resourceVersion;
      return object;
    },
    get: 'as is',
    list: 'as is',
    listStored: 'as is',
    create: 'as is',
    delete: 'as is',
    watch: 'as is',
    recordEvent: 'as is',
    fetch: 'as is',
  });
}

function registryOf(clusters: readonly CachedCluster[]): Clusters {
  const byName = new Map(clusters.map((cluster) => [cluster.name, cluster]));
  return {
    names: () => [...byName.keys()],
    get(name) {
      const cluster = byName.get(name);
      if (!cluster) throw new AssayError('ASSAY_CLUSTER_UNKNOWN', `no cluster ${JSON.stringify(name)} is served here`);
      return cluster;
    },
  };
}

function namesOf(clusters: readonly CachedCluster[] = []): readonly string[] {
  return clusters.map(({ name }) => name);
}

function inventoryOf(cluster: CachedCluster): Inventory {
  return {
    cluster: cluster.name,
    runs: cluster.stored('AnalysisRun'),
    experiments: cluster.stored('Experiment'),
    templates: [...cluster.stored('AnalysisTemplate'), ...cluster.stored('ClusterAnalysisTemplate')],
  };
}
