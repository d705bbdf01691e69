import { AssayError } from '../../model/errors.ts';
import type { Cluster, ListQuery, Scope, WatchEvent } from '../../model/cluster.ts';
import { listPages } from '../../model/list-pages.ts';
import type { ResourceKind, Resources } from '../../model/resources.ts';

/** Who is told. What they throw ends the following. */
export interface Follower<T> {
  /** All objects, as they were at `resourceVersion`. Nothing else is told until it resolves. */
  listed(items: readonly T[], resourceVersion: string): Promise<void>;
  changed(event: WatchEvent<T>): void;
  failed(error: AssayError, retryInMs: number): void;
}

export interface FollowTiming {
  /** Resolves after `ms`, or at once when `signal` aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Of a clock that never jumps. */
  readonly nowMs: () => number;
  /** Resolves when whatever waits in the process has had a turn. */
  readonly pause: () => Promise<void>;
  /** Lists when it is its turn: lists take time and memory, and many clusters may want theirs at once. Default: at once. */
  readonly inTurn?: <T>(list: () => Promise<T>) => Promise<T>;
}

/** A watch that ends sooner has failed: else two of them a millisecond apart would be a loop without rest. */
const SHORT_WATCH_MS = 1000;
/** What a version cannot go on from may be the reason. */
const FAILURES_BEFORE_RELIST = 5;

/**
 * Lists what is in scope, then follows its changes until `signal` aborts, whatever happens to the cluster: lists anew
 * when versions expire, and tries again after 1 to 30 s when there is no answer.
 */
export async function follow<K extends ResourceKind>(
  cluster: Cluster,
  { kind, ...scope }: Scope<K>,
  follower: Follower<Resources[K]>,
  { sleep, random, nowMs, inTurn = async (list) => list() }: FollowTiming,
  signal: AbortSignal,
): Promise<void> {
  const { ownerKind: _, ...query } = scope;
  let version: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const startedMs = nowMs();
    let failure: AssayError | undefined;
    try {
      version ??= await inTurn(async () => listAll(cluster, kind, query, follower));
      for await (const event of cluster.watch(kind, { ...query, resourceVersion: version }, signal)) {
        version = event.object.metadata.resourceVersion ?? version;
        failures = 0;
        follower.changed(event);
      }
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      failure = error;
    }
    if (signal.aborted) return;

    const isExpired = failure?.code === 'ASSAY_CLUSTER_EXPIRED';
    if (isExpired || failures >= FAILURES_BEFORE_RELIST) version = undefined;
    const isRegularEnd = !failure && nowMs() - startedMs >= SHORT_WATCH_MS;
    if (isRegularEnd) failures = 0;
    // The first time an expired version is replaced at once.
    const delayMs = isRegularEnd || (isExpired && failures === 0) ? 0 : backoffMs(failures, random());
    if (!isRegularEnd) failures += 1;
    if (delayMs === 0) continue;
    const waitMs = Math.max(delayMs, failure?.retryAfterMs ?? 0);
    if (failure) follower.failed(failure, waitMs);
    await sleep(waitMs, signal);
  }
}

async function listAll<K extends ResourceKind>(
  cluster: Cluster,
  kind: K,
  query: ListQuery,
  follower: Follower<Resources[K]>,
): Promise<string> {
  const items: Resources[K][] = [];
  let version = '';
  for await (const page of listPages(cluster, kind, query)) {
    items.push(...page.items);
    version = page.resourceVersion;
  }
  await follower.listed(items, version);
  return version;
}

/** Somewhere between 1 s and a bound that doubles up to 30 s. */
function backoffMs(failures: number, random: number): number {
  const bound = Math.min(30_000, 2000 * 2 ** Math.min(failures, 10));
  return 1000 + random * (bound - 1000);
}
