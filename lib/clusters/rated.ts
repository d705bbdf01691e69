import type { Cluster, ListQuery, ObjectKey, Patch, PatchOptions } from '../model/cluster.ts';
import { fairLine, fairPlaces } from '../model/fair-places.ts';
import type { ResourceKind, Resources } from '../model/resources.ts';
import type { Timers } from '../model/timers.ts';
import { tokenBucket } from '../model/token-bucket.ts';
import { wrap } from './wrap.ts';

export interface Rate {
  /** Requests to the API server a second. */
  readonly qps: number;
  /** As many may go at once after a pause. */
  readonly burst: number;
  readonly timers: Timers;
}

/**
 * Holds the requests to a cluster's API server to a rate, as client-go does. Those beyond it wait their turn, and the
 * namespaces take turns, so that one whose objects ask for much delays its own. Watches do not count: they last for
 * minutes. What metrics ask of other servers, and of Services through the API server, passes by.
 *
 * @source the token bucket of k8s.io/client-go/util/flowcontrol
 */
export function rated<C extends Cluster>(cluster: C, rate: Rate): C {
  const turns = openTurns(rate);
  const inTurn = async <T>(namespace: string | undefined, request: () => Promise<T>): Promise<T> => {
    await turns.take(namespace ?? '');
    return request();
  };
  return wrap(cluster, {
    get: async <K extends ResourceKind>(kind: K, key: ObjectKey) => inTurn(key.namespace, () => cluster.get(kind, key)),
    list: async <K extends ResourceKind>(kind: K, query?: ListQuery) =>
      inTurn(query?.namespace, () => cluster.list(kind, query)),
    create: async <K extends ResourceKind>(kind: K, object: Resources[K]) =>
      inTurn(object.metadata.namespace, () => cluster.create(kind, object)),
    patch: async <K extends ResourceKind>(kind: K, key: ObjectKey, patch: Patch, patching?: PatchOptions) =>
      inTurn(key.namespace, () => cluster.patch(kind, key, patch, patching)),
    delete: async (kind, key, deletion) => inTurn(key.namespace, () => cluster.delete(kind, key, deletion)),
    recordEvent: async (about, event) => inTurn(about.namespace, () => cluster.recordEvent(about, event)),
    // No store stands behind this.
    listStored: 'as is',
    isBehind: 'as is',
    refresh: 'as is',
    refreshAll: 'as is',
    watch: 'as is',
    fetch: 'as is',
  });
}

function openTurns({ qps, burst, timers }: Rate) {
  const bucket = tokenBucket(qps, burst, timers.nowMs);
  // Nobody takes a place for longer than a moment: so the line goes round the namespaces.
  const line = fairLine<() => void>(fairPlaces(1));
  let inLine = 0;
  let isArmed = false;

  const arm = (): void => {
    if (inLine === 0 || isArmed) return;
    isArmed = true;
    timers.after(Math.ceil(bucket.waitMs()), () => {
      isArmed = false;
      while (inLine > 0 && bucket.waitMs() === 0) {
        bucket.take();
        inLine -= 1;
        line.next()?.waiting();
      }
      arm();
    });
  };
  return {
    async take(namespace: string): Promise<void> {
      if (inLine === 0 && bucket.waitMs() === 0) {
        bucket.take();
        return;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      line.push(namespace, resolve);
      inLine += 1;
      arm();
      await promise;
    },
  };
}
