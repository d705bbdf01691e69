import type { OpenCluster } from './registered.ts';
import { tokenBucket } from '../model/token-bucket.ts';
import { wrap } from './wrap.ts';
import { AssayError, isAbout } from '../model/errors.ts';
import type { ListQuery, ObjectKey, Patch, PatchOptions } from '../model/cluster.ts';
import type { ResourceKind, Resources } from '../model/resources.ts';

export interface GuardOptions {
  /** Of the API server; as many may go at once after a pause. */
  readonly requestsPerSecond: number;
  readonly now: () => Date;
  /** Told whenever the breaker opens, or stays open after a probe. */
  readonly onOpen?: () => void;
  /** Waits so many milliseconds. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** Requests in a row without an answer, after which the next are not even made. */
const FAILURES_TO_OPEN = 3;
/** Or one alone, if it took so long: others wait while an invocation does. */
const LONG_FAILURE_MS = 2000;
const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 60_000;
/** Who would wait longer for its turn is told to come back later: waiting inside an invocation is paid for. */
const LONGEST_WAIT_MS = 2000;

/**
 * Puts limits in front of a cluster, so that one API server that is dead or overrun costs the others nothing.
 *
 * Requests beyond the rate wait their turn, and fail with ASSAY_CLUSTER_THROTTLED where that would be long. After
 * three requests in a row without an answer, or one that was waited for for 2 s, the breaker opens: all requests fail at
 * once with ASSAY_CLUSTER_UNREACHABLE until the pause is over; then one goes through as a probe, and its success closes
 * the breaker. Pauses double, from 5 s to a minute. What metrics request of other servers passes by.
 */
export function guard(cluster: OpenCluster, options: GuardOptions): OpenCluster {
  const { name } = cluster;
  const rate = rateLimit(name, options);
  const breaker = openBreaker(name, options);
  const guarded = async <T>(request: () => Promise<T>): Promise<T> => {
    breaker.check();
    await rate.take();
    return breaker.watch(request);
  };
  return wrap(cluster, {
    get: <K extends ResourceKind>(kind: K, key: ObjectKey) => guarded(() => cluster.get(kind, key)),
    list: <K extends ResourceKind>(kind: K, query?: ListQuery) => guarded(() => cluster.list(kind, query)),
    create: <K extends ResourceKind>(kind: K, object: Resources[K]) => guarded(() => cluster.create(kind, object)),
    patch: <K extends ResourceKind>(kind: K, key: ObjectKey, patch: Patch, patching?: PatchOptions) =>
      guarded(() => cluster.patch(kind, key, patch, patching)),
    delete: (kind, key, deletion) => guarded(() => cluster.delete(kind, key, deletion)),
    recordEvent: (about, event) => guarded(() => cluster.recordEvent(about, event)),
    // No store stands behind this.
    listStored: 'as is',
    isBehind: 'as is',
    refresh: 'as is',
    refreshAll: 'as is',
    // Lasts for minutes, and the server ends it: its own follower waits between two.
    watch: 'as is',
    // Asks other servers.
    fetch: 'as is',
  });
}

/** A bucket that holds the requests of one second. */
function rateLimit(name: string, { requestsPerSecond, now, sleep = wait }: GuardOptions) {
  const bucket = tokenBucket(requestsPerSecond, requestsPerSecond, () => now().getTime());
  return {
    async take(): Promise<void> {
      const waitMs = bucket.waitMs();
      if (waitMs > LONGEST_WAIT_MS) {
        const message = `more than ${requestsPerSecond} requests a second, the limit in its settings`;
        throw new AssayError('ASSAY_CLUSTER_THROTTLED', message, { retry: true, retryAfterMs: waitMs, cluster: name });
      }
      bucket.take();
      if (waitMs > 0) await sleep(waitMs);
    },
  };
}

function openBreaker(name: string, { now, onOpen }: GuardOptions) {
  let failures = 0;
  let isOpen = false;
  let pauseMs = 0;
  let closedAgainMs = 0;
  let isProbing = false;

  const open = (): void => {
    isOpen = true;
    pauseMs = Math.min(Math.max(pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
    closedAgainMs = now().getTime() + pauseMs;
    onOpen?.();
  };
  const answered = (): void => {
    failures = 0;
    isOpen = false;
    pauseMs = 0;
  };
  const unanswered = (isProbe: boolean, tookMs: number): void => {
    failures += 1;
    const isEnough = failures >= FAILURES_TO_OPEN || tookMs >= LONG_FAILURE_MS;
    // What was under way when the breaker opened says nothing new.
    if (isProbe || (isEnough && !isOpen)) open();
  };

  /** @throws AssayError ASSAY_CLUSTER_UNREACHABLE while the breaker is open */
  const check = (): void => {
    if (!isOpen) return;
    const leftMs = closedAgainMs - now().getTime();
    if (leftMs <= 0 && !isProbing) return;
    const message = 'no answer of late, so it is not asked just now';
    const retryAfterMs = Math.max(leftMs, FIRST_PAUSE_MS);
    throw new AssayError('ASSAY_CLUSTER_UNREACHABLE', message, { retry: true, retryAfterMs, cluster: name });
  };

  return {
    check,
    async watch<T>(request: () => Promise<T>): Promise<T> {
      check();
      const isProbe = isOpen;
      if (isProbe) isProbing = true;
      const startedMs = now().getTime();
      try {
        const result = await request();
        answered();
        return result;
      } catch (error) {
        const code = error instanceof AssayError ? error.code : '';
        if (code === 'ASSAY_CLUSTER_UNREACHABLE') unanswered(isProbe, now().getTime() - startedMs);
        // Whatever the API server itself says is an answer, a failure too (`api/failure.ts` tells them apart): else whose
        // requests fail could have those of all others refused. A secret that cannot be read, or a bug, says nothing of it.
        else if (isAbout(error, 'CLUSTER')) answered();
        throw error;
      } finally {
        if (isProbe) isProbing = false;
      }
    },
  };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
