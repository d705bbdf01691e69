import type { KubernetesObject, OwnerReference } from '../../model/kubernetes.ts';
import { forgetBeyond } from '../../model/forget-beyond.ts';

/** A core/v1 Event, as far as it is written here. Times in whole seconds. */
export interface CoreEvent extends KubernetesObject {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly involvedObject: InvolvedObject;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly source: { readonly component: string };
  readonly reportingComponent: string;
  readonly reportingInstance: string;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly count: number;
}

/** What an Event is about. */
export interface InvolvedObject extends Pick<OwnerReference, 'apiVersion' | 'kind' | 'name'> {
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** What is to be done with an Event. */
export type Correlated =
  | { readonly verb: 'create' | 'update'; readonly event: CoreEvent; readonly key: string }
  | { readonly verb: 'drop' };

/** Decides which Events are new, which are counted up, and which are one too many. */
export interface EventCorrelator {
  readonly correlate: (event: CoreEvent, nowMs: number) => Correlated;
}

const MAX_ENTRIES = 4096;
const MAX_SIMILAR = 10;
const SIMILAR_WITHIN_MS = 600_000;
const BURST = 25;
const REFILL_MS = 300_000;

/**
 * A correlator of its own memory, which is bounded.
 *
 * Equal events are counted up. Of those that differ only in their message, the tenth within 10 minutes and all after
 * it become one `(combined from similar events): …`. An object has 25 events of a type, then one more every 5 minutes.
 *
 * @source EventCorrelator of k8s.io/client-go/tools/record, with its defaults, which Argo's controller uses
 */
export function eventCorrelator(): EventCorrelator {
  const similar = new LruMap<{ messages: Set<string>; lastMs: number }>();
  const seen = new LruMap<Pick<CoreEvent, 'count' | 'firstTimestamp' | 'metadata'>>();
  const allowances = new LruMap<{ tokens: number; atMs: number }>();

  const combine = (event: CoreEvent, nowMs: number): { event: CoreEvent; key: string } => {
    const key = keyOf(event, [event.type, event.reason]);
    const before = similar.get(key);
    const isFresh = before && nowMs - before.lastMs <= SIMILAR_WITHIN_MS;
    const messages = isFresh ? before.messages : new Set<string>();
    messages.add(event.message);
    similar.set(key, { messages, lastMs: nowMs });
    if (messages.size < MAX_SIMILAR) return { event, key: `${key}\n${event.message}` };
    messages.delete(event.message);
    return { event: { ...event, message: `(combined from similar events): ${event.message}` }, key };
  };

  const count = (event: CoreEvent, key: string): CoreEvent => {
    const before = seen.get(key);
    const counted = before
      ? { ...event, metadata: before.metadata, firstTimestamp: before.firstTimestamp, count: before.count + 1 }
      : event;
    const { metadata, firstTimestamp } = counted;
    seen.set(key, { metadata, firstTimestamp, count: counted.count });
    return counted;
  };

  const takeToken = (event: CoreEvent, nowMs: number): boolean => {
    const key = keyOf(event, [event.type]);
    const { tokens, atMs } = allowances.get(key) ?? { tokens: BURST, atMs: nowMs };
    const refilled = Math.min(BURST, tokens + (nowMs - atMs) / REFILL_MS);
    const isAllowed = refilled >= 1;
    allowances.set(key, { tokens: isAllowed ? refilled - 1 : refilled, atMs: nowMs });
    return isAllowed;
  };

  return {
    correlate(newEvent, nowMs) {
      const { event, key } = combine(newEvent, nowMs);
      const counted = count(event, key);
      if (!takeToken(counted, nowMs)) return { verb: 'drop' };
      return { verb: counted.count > 1 ? 'update' : 'create', event: counted, key };
    },
  };
}

function keyOf({ involvedObject: about }: CoreEvent, rest: readonly string[]): string {
  return [about.kind, about.namespace, about.name, about.uid, about.apiVersion, ...rest].join('\n');
}

/** Forgets what was used longest ago. */
class LruMap<Value> {
  readonly #entries = new Map<string, Value>();

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    forgetBeyond(MAX_ENTRIES, this.#entries);
  }
}
