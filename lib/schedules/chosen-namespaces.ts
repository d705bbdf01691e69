import type { Cluster } from '../model/cluster.ts';

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
  let at: string | undefined;
  do {
    const page = await cluster.list('Namespace', {
      labelSelector,
      limit: 500,
      ...(at !== undefined && { continue: at }),
    });
    const alive = page.items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    names.push(...alive.map(({ metadata }) => metadata.name ?? ''));
    at = page.continue;
  } while (at !== undefined && at !== '');
  return names;
}
