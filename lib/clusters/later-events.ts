import type { Cluster } from '../model/cluster.ts';
import { wrap } from './wrap.ts';

export interface LaterEventsOptions {
  /** Events that may be under way; with more, whoever tells one waits. Default 1,000, as many as Argo's controller keeps. */
  readonly most?: number;
  /** Told of an Event that was not recorded. */
  readonly onFailure: (about: Parameters<Cluster['recordEvent']>[0], reason: string, error: unknown) => void;
}

/**
 * Events that are recorded beside everything else: whoever tells one waits for no answer, so that they hold up nothing.
 *
 * @returns the cluster, and what resolves once all that were told so far are recorded, or are not
 */
export function laterEvents<C extends Cluster>(
  cluster: C,
  { most = 1000, onFailure }: LaterEventsOptions,
): { readonly cluster: C; readonly recorded: () => Promise<void> } {
  const underway = new Set<Promise<void>>();
  const waiting: (() => void)[] = [];
  const later = wrap(cluster, {
    async recordEvent(about, event) {
      if (underway.size >= most) await new Promise<void>((resolve) => void waiting.push(resolve));
      const recording = cluster
        .recordEvent(about, event)
        .catch((error: unknown) => onFailure(about, event.reason, error))
        .finally(() => {
          underway.delete(recording);
          waiting.shift()?.();
        });
      underway.add(recording);
    },
    get: 'as is',
    list: 'as is',
    listStored: 'as is',
    isBehind: 'as is',
    refresh: 'as is',
    refreshAll: 'as is',
    create: 'as is',
    patch: 'as is',
    delete: 'as is',
    watch: 'as is',
    fetch: 'as is',
  });
  return { cluster: later, recorded: async () => void (await Promise.all(underway)) };
}
