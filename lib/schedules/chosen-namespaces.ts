import type { Cluster } from '../model/cluster.ts';
import { listPages } from '../model/list-pages.ts';

/** Many templates have one selector, and are due at the same moment. */
const MAX_AGE_MS = 10_000;

/** The names of the namespaces that a label selector selects, but for those that are going. */
export type ChosenNamespaces = (labelSelector: string) => Promise<readonly string[]>;

/** Asks a cluster, and remembers for ten seconds. A failure is not remembered. */
export function chosenNamespaces(cluster: Cluster, now: () => Date): ChosenNamespaces {
  const known = new Map<string, { readonly atMs: number; readonly names: Promise<readonly string[]> }>();
  return async (labelSelector) => {
    const nowMs = now().getTime();
    const before = known.get(labelSelector);
    if (before && Math.abs(nowMs - before.atMs) < MAX_AGE_MS) return before.names;
    const names = list(cluster, labelSelector);
    known.set(labelSelector, { atMs: nowMs, names });
    names.catch(() => known.delete(labelSelector));
    return names;
  };
}

async function list(cluster: Cluster, labelSelector: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { items } of listPages(cluster, 'Namespace', { labelSelector })) {
    const alive = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    names.push(...alive.map(({ metadata }) => metadata.name ?? ''));
  }
  return names;
}
