import { setTimeout as wait } from 'node:timers/promises';
import type { CachedCluster } from '../clusters/cached.ts';
import { isWatchedKind } from '../kinds/registry.ts';
import { AssayError } from '../model/errors.ts';
import type { Log, Queue } from '../model/ports.ts';
import { formatRef, type ObjectRef } from '../model/ref.ts';

export interface ReceiveOptions {
  readonly clusters: readonly CachedCluster[];
  readonly queue: Queue;
  readonly log: Log;
  readonly now: () => Date;
}

/** A webhook tells of an object before the API server has stored it, which other webhooks may hold up. */
const STORED_WITHIN_MS = 1000;

/**
 * Asks for a step of an object that somebody says has changed. Nothing of it is believed: the object is looked up, and
 * passed over unless it is there and is one of those that are served. Never rejects: what is lost here the watch tells
 * too.
 */
export async function receive(ref: ObjectRef, { clusters, queue, log, now }: ReceiveOptions): Promise<void> {
  const cluster = clusters.find(({ name }) => name === ref.cluster);
  const { kind } = ref;
  if (!cluster || !isWatchedKind(kind)) {
    log.info('event ignored', { object: formatRef(ref), why: cluster ? 'kind not known' : 'cluster not served' });
    return;
  }
  try {
    let object = await cluster.get(kind, ref);
    if (!object) {
      await wait(STORED_WITHIN_MS, undefined, { ref: false });
      object = await cluster.get(kind, ref);
    }
    if (object?.metadata.uid === ref.uid && cluster.selects(kind, object)) await queue.send(ref, now());
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    log.warn('event ignored', { object: formatRef(ref), code: error.code, error: error.message });
  }
}
