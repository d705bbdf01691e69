import { errorFields } from '../log/error-fields.ts';
import { refOfDetail } from '../model/change-event.ts';
import type { Log } from '../model/ports.ts';
import { formatRef, type ObjectRef } from '../model/ref.ts';
import { bearerAccess, type BearerToken, type Sender } from '../web/bearer.ts';
import { type Answer, jsonAnswer, type Route } from '../web/routes.ts';
import { type ReadAllowance, readAllowance, READS_AT_ONCE } from './read-allowance.ts';

export interface EventsRouteOptions {
  /** What whoever posts must know. A token with a name speaks for the cluster of that name alone. */
  readonly tokens: readonly BearerToken[];
  /** Names of the clusters that are served. */
  readonly clusters: readonly string[];
  /** Called with each object that an event is about; `mayRead` says whether its cluster may be asked once more. */
  readonly receive: (ref: ObjectRef, mayRead: () => boolean) => Promise<void>;
  readonly log: Log;
  readonly now: () => Date;
}

/** A hundred events take 60 KB. */
const LONGEST_BODY = 256 * 1024;
/** Events whose objects are being looked up; with more, the sender waits. */
const MOST_UNDERWAY = 1000;

/**
 * Takes events from the webhooks of clusters: `POST /events` with `{"events": […]}`, as `lib/sinks/http.ts` sends them.
 * What is about other clusters than those of the token, or than are served, is ignored. Each cluster may be read 50
 * times a second for them, 200 at once: requests with more are answered 429 whole, and their sender comes again.
 */
export function eventsRoute(options: EventsRouteOptions): Route {
  const { tokens, clusters, log, now } = options;
  const allowances = new Map(clusters.map((name) => [name, readAllowance(now)]));
  const underway = new Map<string, { isChanged: boolean }>();

  /** What comes while an object is being looked up is one more look afterwards, however much it is. */
  async function take(ref: ObjectRef, allowance: ReadAllowance): Promise<void> {
    const key = formatRef(ref);
    const taking = { isChanged: true };
    underway.set(key, taking);
    try {
      for (let isFirst = true; taking.isChanged && (isFirst || allowance.take(1)); isFirst = false) {
        taking.isChanged = false;
        await options.receive(ref, () => allowance.take(1));
      }
    } catch (error) {
      log.error('event failed', { object: key, ...errorFields(error) });
    } finally {
      underway.delete(key);
    }
  }

  function takeAll(refs: readonly ObjectRef[]): Answer | undefined {
    const byKey = new Map(refs.map((ref) => [formatRef(ref), ref]));
    const fresh = [...byKey].filter(([key]) => !underway.has(key)).map(([, ref]) => ref);
    const shares = [...allowances].map(([name, allowance]) => ({
      allowance,
      share: fresh.filter(({ cluster }) => cluster === name),
    }));
    if (shares.some(({ share }) => share.length > READS_AT_ONCE)) {
      return jsonAnswer(413, { error: `at most ${READS_AT_ONCE} objects of a cluster` });
    }
    if (underway.size + fresh.length > MOST_UNDERWAY) return tooMany(1000);
    const waitMs = Math.max(...shares.map(({ allowance, share }) => allowance.waitMs(share.length)), 0);
    if (waitMs > 0) return tooMany(waitMs);
    for (const key of byKey.keys()) {
      const taking = underway.get(key);
      if (taking) taking.isChanged = true;
    }
    for (const { allowance, share } of shares) {
      allowance.take(share.length);
      for (const ref of share) void take(ref, allowance);
    }
    return undefined;
  }

  return {
    method: 'POST',
    path: '/events',
    access: bearerAccess(tokens),
    longestBody: LONGEST_BODY,
    answer({ body, sender }) {
      const details = detailsOf(body);
      if (!details) return jsonAnswer(400, { error: 'expected {"events": […]}' });
      const refs = details.flatMap((detail) => refOfDetail(detail) ?? []);
      const own = refs.filter(({ cluster }) => allowances.has(cluster) && maySpeakFor(sender, cluster));
      return takeAll(own) ?? jsonAnswer(202, { taken: own.length, ignored: details.length - own.length });
    },
  };
}

function maySpeakFor(sender: Sender | undefined, cluster: string): boolean {
  return sender !== undefined && (sender.name === undefined || sender.name === cluster);
}

function tooMany(waitMs: number): Answer {
  return jsonAnswer(429, { error: 'too many events at once' }, { 'retry-after': String(Math.ceil(waitMs / 1000)) });
}

function detailsOf(body: string): unknown[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  const { events } = (parsed ?? {}) as { readonly events?: unknown };
  return Array.isArray(events) ? events.map((event: { readonly detail?: unknown } | null) => event?.detail) : undefined;
}
