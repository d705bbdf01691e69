import { setImmediate as pause } from 'node:timers/promises';
import { lazyBus } from '../sinks/open-bus.ts';
import { LOG_ADDRESS } from '../sinks/registry.ts';
import type { CachedCluster } from '../clusters/store/cached.ts';
import { laterEvents, type LaterEventsOptions } from '../clusters/later-events.ts';
import { wrap } from '../clusters/wrap.ts';
import { KINDS } from '../kinds/registry.ts';
import { AssayError } from '../model/errors.ts';
import { mergePatch } from '../model/merge-patch.ts';
import type { Clusters } from '../model/cluster.ts';
import type { Connections, ConnectionUse } from '../model/connections.ts';
import type { Kind, KindRow } from '../model/kind.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import type { Log, Ports } from '../model/ports.ts';
import { resourceKind } from '../model/resources.ts';
import { openRoutesMemory } from '../model/left-routes.ts';
import type { LoadBalancers } from '../model/load-balancer.ts';
import type { ProviderSettings } from '../model/provider.ts';
import { formatRef, type ObjectRef, refOf } from '../model/ref.ts';
import { openSlices } from '../model/slices.ts';
import { memoryQueue, type Place } from '../queues/memory.ts';
import { systemTimers } from '../queues/system-timers.ts';
import { errorFields } from '../log/error-fields.ts';
import { isOverdue } from '../runtime/overdue.ts';
import { onOwnedNews } from './owned.ts';
import { onRoutedNews } from './routed-news.ts';
import { type Page, prometheusMeter } from './prometheus-meter.ts';
import { receive } from './receive.ts';
import { serveSchedules } from './serve-schedules.ts';
import { steadyClock } from '../runtime/steady-clock.ts';
import { setAside } from '../runtime/set-aside.ts';
import { step } from '../runtime/step.ts';
import type { Timers } from '../model/timers.ts';

export interface ServeOptions {
  /**
   * With stores of at least the objects that are looked after; of what they own too, if what becomes of that is to be
   * noticed at once.
   */
  readonly clusters: readonly CachedCluster[];
  readonly log: Log;
  /** The time of day; it may be set meanwhile, see `steadyClock`. */
  readonly now: () => Date;
  /** Default: those of the process. */
  readonly timers?: Timers;
  /** Steps of one cluster at once; the queue has the default. */
  readonly concurrencyPerCluster?: number;
  /** What is set for the metrics of all clusters. */
  readonly settings?: ProviderSettings;
  /** How the metric sources of a cluster are reached, with a meter to tell. Default: as metrics say. */
  readonly openConnections?: ((cluster: CachedCluster, onUse: (use: ConnectionUse) => void) => Connections) | undefined;
  /** Where the weights of load balancers are verified. Default: they are not. */
  readonly loadBalancers?: LoadBalancers | undefined;
  /** Between two looks at everything, which finds what was lost. Default 60,000. */
  readonly resyncMs?: number;
  /** Default: all that there are. */
  readonly kinds?: readonly KindRow[];
}

export interface Serving {
  /**
   * Begins no more steps, lets those under way end, for four seconds at most, and closes the watches. The next start goes
   * on from the statuses.
   */
  stop(): Promise<void>;
  /**
   * Asks for a step of an object that somebody says has changed; what is not served is passed over. Rejects for a bug
   * alone. `mayRead`: whether the cluster may be asked once more, beside the first time.
   */
  readonly receive: (ref: ObjectRef, mayRead?: () => boolean) => Promise<void>;
  /** Counts an object that a store could not read or keep. */
  readonly setAside: (cluster: string, kind: string) => void;
  /** Clusters whose objects have been read, and those that have not answered yet. */
  progress(): { readonly synced: readonly string[]; readonly waiting: readonly string[] };
  /** The page for a scrape. */
  metrics(): Page;
  /** Rejects if a watch ends for a reason that is a bug. */
  readonly failed: Promise<never>;
}

/**
 * Measurements that are due within a quarter of a second begin together, at its start, for less processor time. None
 * begins sooner than its status allows: statuses keep whole seconds, cut off, and these are slots too.
 */
const SLOT_MS = 250;

/** News of objects that several may write to, which may go round in circles, and what else comes meanwhile, are one step. */
const SHARED_MS = 1_000;

/** How often the time of day is looked at, at least: whether it was set is noticed by somebody who looks. */
const CLOCK_MS = 5_000;

/**
 * Does in one process what the functions do on AWS: a watch brings the objects, a timer queue their time, and `step`
 * is the same. Each cluster is followed by itself: one that cannot be reached is tried again and slows nobody down.
 */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { clusters, log, concurrencyPerCluster, settings = {} } = options;
  const { resyncMs = 60_000, timers = systemTimers, kinds = KINDS } = options;
  const facts = kinds.map((kind) => kind.facts);
  const loaded = new Map<string, Kind>();
  for (const { facts: known, load } of kinds) loaded.set(known.kind, await load());
  const now = steadyClock({
    now: options.now,
    nowMs: timers.nowMs,
    onSet({ fromMs, toMs }) {
      log.warn('clock was set', { bySeconds: Math.round((toMs - fromMs) / 1000) });
      // They go by the time of day, and by nothing else.
      schedules.resync();
    },
  });
  const stopping = new AbortController();
  const aborting = new AbortController();
  const slicesOfWork = () => openSlices({ nowMs: timers.nowMs, pause });
  const page = prometheusMeter(() => clusters, { log, facts, openSlices: slicesOfWork });
  const { meter } = page;
  const underway = new Map<string, Underway>();
  const queue = memoryQueue({
    work: stepAlone,
    slotMs: SLOT_MS,
    now,
    timers,
    ...(concurrencyPerCluster !== undefined && { concurrencyPerCluster }),
    onFailure(ref, error, retryInMs) {
      meter.failed(ref);
      log.error('step failed', { ...ref, ...errorFields(error), retryInMs });
    },
  });
  const recording = clusters.map((each) =>
    laterEvents(notingWrites(each, underway), { onFailure: notRecorded(each, log) }),
  );
  const connections = new Map(
    clusters.map((each) => [each.name, options.openConnections?.(each, (use) => meter.connected?.(use))] as const),
  );
  const ports: Ports = {
    clusters: registryOf(recording.map(({ cluster }) => cluster)),
    queue,
    bus: lazyBus(LOG_ADDRESS, { log }),
    log,
    meter,
    now,
    settingsOf: () => settings,
    loadBalancersOf: () => options.loadBalancers,
    connectionsOf: (name) => connections.get(name),
    routes: openRoutesMemory(),
    signal: aborting.signal,
  };

  /** The step itself says when the next is due; a change by somebody else meanwhile may say sooner. */
  async function stepAlone(ref: ObjectRef, { aside }: Place): Promise<void> {
    const mine: Underway = { isChanged: false, wrote: undefined };
    underway.set(ref.uid, mine);
    try {
      await step(ref, { ...ports, aside }, undefined, kinds);
    } finally {
      underway.delete(ref.uid);
    }
    const object = mine.isChanged ? await ports.clusters.get(ref.cluster).get(resourceKind(ref.kind), ref) : undefined;
    if (object && object.metadata.resourceVersion !== mine.wrote) enqueue(ref, object);
  }

  function eachAlone(cluster: string, object: KubernetesObject, look: (ref: ObjectRef) => void): void {
    const ref = refOf(cluster, object);
    try {
      look(ref);
    } catch (error) {
      leaveAlone(ref, error);
    }
  }

  function leaveAlone(ref: ObjectRef, error: unknown): void {
    page.setAside(ref.cluster, ref.kind);
    setAside(ref, error, ports);
  }

  function ask(ref: ObjectRef, at: Date): void {
    queue.send(ref, at).catch((error: unknown) => leaveAlone(ref, error));
  }

  function inMs(ms: number): Date {
    return new Date(now().getTime() + ms);
  }

  function enqueue(ref: ObjectRef, object: KubernetesObject): void {
    const at = loaded.get(object.kind)?.dueAt(object, now());
    if (at) ask(ref, at);
  }

  /** In slices: a look at ten thousand objects must not hold up what is due meanwhile. */
  async function resync(): Promise<void> {
    const slices = slicesOfWork();
    for (const cluster of clusters) {
      for (const decides of loaded.values()) {
        for (const object of cluster.stored(decides.facts.kind)) {
          eachAlone(cluster.name, object, (ref) => {
            if (isOverdue(object, now(), decides)) ask(ref, now());
          });
          if (slices.isOver()) await slices.pause();
        }
      }
    }
  }

  for (const cluster of clusters) {
    for (const { kind } of facts) {
      cluster.onChange(kind, (object, previous, type) =>
        eachAlone(cluster.name, object, (ref) => {
          const taking = underway.get(ref.uid);
          if (type === 'DELETED') {
            page.forget(ref);
            return;
          }
          page.meet(ref);
          if (previous) page.changed(cluster.name, previous, object);
          // What it asks for now may end a wait that its status knows of.
          if (previous && asksForOther(previous, object)) ask(ref, now());
          else if (taking) taking.isChanged = true;
          else enqueue(ref, object);
        }),
      );
    }
    const alone = (object: KubernetesObject, look: () => void): void => eachAlone(cluster.name, object, look);
    onOwnedNews(cluster, (owner, mayWaitMs) => ask(owner, inMs(mayWaitMs)), facts, alone);
    // Not at once: two Rollouts that write to one object would take turns without a pause.
    onRoutedNews(cluster, loaded.values(), (owner) => ask(owner, inMs(SHARED_MS)), alone);
    void cluster.whenSynced().then(() => log.info('cluster synced', { cluster: cluster.name }));
  }
  const schedules = serveSchedules({ clusters, log, now, timers });
  let looking = Promise.resolve();
  const cancelLooks = every(timers, resyncMs, () => {
    // One after the other, however long they take.
    looking = looking.then(resync);
    schedules.resync();
  });
  // Also where nothing is due for hours.
  const cancelClock = every(timers, CLOCK_MS, now);

  const following = Promise.all(clusters.map((cluster) => cluster.start(stopping.signal)));

  return {
    async stop() {
      cancelLooks();
      cancelClock();
      const steps = Promise.all([queue.stop(), schedules.stop()]);
      const ended = steps.then(async () => Promise.all(recording.map(({ recorded }) => recorded())));
      await inTime(ended, PATIENCE_MS, timers);
      aborting.abort();
      // What hangs in an API server's answer ends with the connections.
      await inTime(ended, PATIENCE_MS, timers);
      stopping.abort();
      // `failed` tells of it.
      await following.catch(() => {});
    },
    receive: (ref, mayRead) => receive(ref, { clusters, queue, log, now, facts, ...(mayRead && { mayRead }) }),
    progress() {
      const [synced, waiting] = [true, false].map((isSynced) => clusters.filter((each) => each.synced() === isSynced));
      return { synced: namesOf(synced), waiting: namesOf(waiting) };
    },
    setAside: (cluster, kind) => page.setAside(cluster, kind),
    metrics: () => page.render(),
    failed: following.then(() => new Promise<never>(() => {})),
  };
}

type WithSpec = KubernetesObject & { readonly spec?: unknown };

function asksForOther(previous: WithSpec, object: WithSpec): boolean {
  return mergePatch({ spec: previous.spec }, { spec: object.spec }) !== undefined;
}

/** @returns ends it */
function every(timers: Timers, ms: number, call: () => void): () => void {
  let cancel = timers.after(ms, again);
  function again(): void {
    cancel = timers.after(ms, again);
    call();
  }
  return () => cancel();
}

/** A verdict stands, whether or not an Event tells of it. */
function notRecorded({ name }: CachedCluster, log: Log): LaterEventsOptions['onFailure'] {
  return ({ kind, namespace, name: object, uid = '' }, reason, error) =>
    log.warn('event not recorded', {
      object: formatRef({ cluster: name, kind, namespace, name: object, uid }),
      reason,
      ...errorFields(error),
    });
}

/** For steps that are under way when all is to stop; then they are aborted, and have as long again. */
const PATIENCE_MS = 2_000;

/** Waits for `work`, but no longer than that. */
async function inTime(work: Promise<unknown>, ms: number, timers: Timers): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = timers.after(ms, resolve);
  await Promise.race([work, promise]);
  cancel();
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
    isBehind: 'as is',
    refresh: 'as is',
    refreshAll: 'as is',
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
