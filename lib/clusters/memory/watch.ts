import { AssayError } from '../../model/errors.ts';
import type { WatchEvent, WatchQuery } from '../../model/cluster.ts';
import type { KubernetesObject } from '../../model/kubernetes.ts';
import { RESOURCES, type ResourceKind } from '../../model/resources.ts';
import type { MemoryStore, StoreChange } from './store.ts';
import type { Selects } from '../../model/label-selector.ts';
import { selectsOf } from '../selectors.ts';

/** Every watch of a memory cluster, and what ends or disturbs them. */
export interface MemoryWatches {
  watch(kind: ResourceKind, query: WatchQuery, signal: AbortSignal): AsyncGenerator<WatchEvent<KubernetesObject>>;
  /** Sends a BOOKMARK of the present version to every watch. */
  bookmark(): void;
  /** Ends every watch, as servers do every few minutes; with `reason` they break. */
  end(reason?: Error): void;
}

interface Watcher {
  readonly kind: ResourceKind;
  push(event: WatchEvent<KubernetesObject>): void;
  end(reason: Error | undefined): void;
}

export function memoryWatches(store: MemoryStore): MemoryWatches {
  const watchers = new Set<Watcher>();
  return {
    async *watch(kind, query, signal) {
      const selects = selectsOf(kind, query);
      const queue: WatchEvent<KubernetesObject>[] = [];
      let ended: { readonly reason: Error | undefined } | undefined;
      let wake: (() => void) | undefined;

      const watcher: Watcher = {
        kind,
        push(event) {
          queue.push(event);
          wake?.();
        },
        end(reason) {
          ended = { reason };
          wake?.();
        },
      };
      const see = (change: StoreChange): void => {
        const event = change.kind === kind ? toWatchEvent(change, selects) : undefined;
        if (event) watcher.push(event);
      };
      const stop = (): void => watcher.end(undefined);

      for (const change of store.changesSince(parseVersion(query.resourceVersion))) see(change);
      const unsubscribe = store.subscribe(see);
      watchers.add(watcher);
      signal.addEventListener('abort', stop);
      try {
        while (!signal.aborted) {
          const event = queue.shift();
          if (event) yield event;
          else if (ended) break;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
        if (ended?.reason) throw ended.reason;
      } finally {
        signal.removeEventListener('abort', stop);
        watchers.delete(watcher);
        unsubscribe();
      }
    },
    bookmark() {
      const metadata = { resourceVersion: String(store.version()) };
      for (const watcher of watchers) {
        const { kind } = watcher;
        watcher.push({ type: 'BOOKMARK', object: { apiVersion: RESOURCES[kind].apiVersion, kind, metadata } });
      }
    },
    end(reason) {
      for (const watcher of watchers) watcher.end(reason);
    },
  };
}

/** What comes into, changes within, or leaves the selection. @source convertToWatchEvent of k8s.io/apiserver's cacher */
function toWatchEvent(change: StoreChange, selects: Selects): WatchEvent<KubernetesObject> | undefined {
  const { type, object, previous } = change;
  const isIn = type !== 'DELETED' && selects(object);
  const wasIn = previous !== undefined && selects(previous);
  if (isIn) return { type: wasIn ? 'MODIFIED' : 'ADDED', object };
  if (!wasIn) return undefined;
  const metadata = { ...previous.metadata, resourceVersion: String(change.version) };
  return { type: 'DELETED', object: type === 'DELETED' ? object : { ...previous, metadata } };
}

function parseVersion(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new AssayError('ASSAY_CLUSTER_REFUSED', `resourceVersion: Invalid value: "${text}"`);
}
