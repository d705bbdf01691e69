import { setTimeout as wait } from 'node:timers/promises';
import type { CachedCluster } from '../clusters/store/cached.ts';
import { FACTS, type Facts, factsOf } from '../kinds/facts/registry.ts';
import { AssayError } from '../model/errors.ts';
import type { OwnedFacts } from '../model/kind-facts.ts';
import type { Log } from '../model/ports.ts';
import type { Queue } from '../model/queue.ts';
import { formatRef, type ObjectRef } from '../model/ref.ts';
import type { ResourceKind, Resources } from '../model/resources.ts';
import { errorFields } from '../log/error-fields.ts';

export interface ReceiveOptions {
  readonly clusters: readonly CachedCluster[];
  readonly queue: Queue;
  readonly log: Log;
  readonly now: () => Date;
  readonly facts?: Facts;
  /** Whether the cluster may be asked once more for this event, beside the first time. Default: always. */
  readonly mayRead?: () => boolean;
}

/**
 * A webhook tells of an object before the API server has stored it, which other webhooks may hold up: the pauses after
 * which one that is not there is looked for again.
 */
const STORED_WITHIN_MS = [50, 150, 300, 500];

/** A watch tells of a change long before its event is here: 25 ms at least. One that has told nothing may be away. */
const QUIET_MS = 500;

/**
 * Asks for a step of an object that somebody says has changed. Nothing of it is believed: the object is looked up, and
 * passed over unless it is there and is one of those that are served. While a watch is quiet the cluster itself is asked,
 * about the object and what it owns; with the watch an event costs no request, and what is not there yet the watch will
 * tell. Never rejects, but for a bug: what is lost here the watch tells too.
 */
export async function receive(ref: ObjectRef, options: ReceiveOptions): Promise<void> {
  const { clusters, queue, log, now, facts = FACTS, mayRead = () => true } = options;
  const cluster = clusters.find(({ name }) => name === ref.cluster);
  const known = factsOf(ref.kind, facts);
  if (!cluster || !known) {
    log.info('event ignored', { object: formatRef(ref), why: cluster ? 'kind not known' : 'cluster not served' });
    return;
  }
  const { kind, owns } = known;
  try {
    const wasStored = cluster.peek(kind, ref)?.metadata.uid === ref.uid;
    const object = await lookFor(cluster, kind, ref, mayRead);
    if (object?.metadata.uid !== ref.uid || !cluster.selects(kind, object)) return;
    if (wasStored) await Promise.all(owns.map((owned) => refreshOwned(owned, ref, cluster, mayRead)));
    await queue.send(ref, now());
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    log.warn('event ignored', { object: formatRef(ref), ...errorFields(error) });
  }
}

/** What a change in the cluster may have happened to, beside the object itself. What is looked after itself is told of. */
async function refreshOwned(
  { kind, labelSelector, uidLabel }: OwnedFacts,
  { namespace, uid }: ObjectRef,
  cluster: CachedCluster,
  mayRead: () => boolean,
): Promise<void> {
  if (labelSelector === undefined || cluster.quietMs(kind) <= QUIET_MS || !mayRead()) return;
  await cluster.refreshAll(kind, {
    namespace,
    labelSelector: uidLabel === undefined ? labelSelector : `${uidLabel}=${uid}`,
  });
}

/** Looks in the cluster, again and again for a while, as long as the watch of the kind is quiet; else in the store. */
async function lookFor<K extends ResourceKind>(
  cluster: CachedCluster,
  kind: K,
  ref: ObjectRef,
  mayRead: () => boolean,
): Promise<Resources[K] | undefined> {
  const isQuiet = (): boolean => cluster.quietMs(kind) > QUIET_MS;
  if (!isQuiet()) return cluster.peek(kind, ref);
  let object = await cluster.refresh(kind, ref);
  for (const pauseMs of STORED_WITHIN_MS) {
    if (object) break;
    await wait(pauseMs, undefined, { ref: false });
    if (!isQuiet() || !mayRead()) return cluster.peek(kind, ref);
    object = await cluster.refresh(kind, ref);
  }
  return object;
}
