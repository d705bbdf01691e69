import { LONGEST_BEFORE } from './before.ts';
import { clusterSource } from './change-event.ts';
import { isObject } from './is-object.ts';
import type { ObjectRef } from './ref.ts';

/** What waits on a queue: whom a step is for. The rest are hints, which nobody believes. */
export interface Message {
  /** Of kind `Cluster`, whose namespace and uid are empty: everything in that cluster is to be looked at. */
  readonly ref: ObjectRef;
  /** The resourceVersion of the object as the sender left it. Events carry none. */
  readonly version?: string;
  /** Of an event: what is there until the change is stored that it tells of (lib/model/before.ts). */
  readonly before?: string;
  /** How often in a row a step has failed for now, or came too early. */
  readonly tries?: number;
  /** Of kind `Cluster`: those that are to be looked at too. */
  readonly more?: readonly string[];
}

/** Names in Kubernetes are no longer, nor are uids, nor resourceVersions. */
const LONGEST = 253;

/** The kind of messages that ask for a look at a whole cluster. */
export const CLUSTER_KIND = 'Cluster';

/** Clusters that one message asks to look at: it is received, handled and deleted at the price of one. */
export const LOOKS_A_MESSAGE = 10;

/** Asks for a look at everything in a cluster, and in `more`. */
export function clusterMessage(cluster: string, more: readonly string[] = []): Message {
  const ref = { cluster, kind: CLUSTER_KIND, namespace: '', name: cluster, uid: '' };
  return { ref, ...(more.length > 0 && { more }) };
}

/** The body of a message: one line of JSON. */
export function formatMessage({ ref, version, before, tries, more }: Message): string {
  const { cluster, kind, namespace, name, uid } = ref;
  const hints = {
    ...(version && { version }),
    ...(before && { before }),
    ...(tries && { tries }),
    ...(more && { more }),
  };
  return JSON.stringify({ cluster, kind, namespace, name, uid, ...hints });
}

/**
 * Whether a body is what the rule of the bus made of an event (infra/aws/bus.yml): whoever may send events had it made,
 * so that one that is no message says nothing of Assay itself.
 */
export function isFromBus(body: string): boolean {
  return body.startsWith('{"source":');
}

/**
 * What a body asks for; undefined where it is no message, or an event whose sender is another cluster than the one that
 * it is about. Hints that cannot be read are left out.
 */
export function parseMessage(body: string): Message | undefined {
  const value = parseJson(body);
  if (!isObject(value)) return undefined;
  const { source, cluster, kind, namespace, name, uid, version, before, tries, more } = value;
  if (!isWord(cluster) || !isWord(kind) || !isWord(name)) return undefined;
  if (!isWordOrEmpty(namespace) || !isWordOrEmpty(uid)) return undefined;
  if (uid === '' && kind !== CLUSTER_KIND) return undefined;
  if (source !== undefined && source !== clusterSource(cluster)) return undefined;
  return {
    ref: { cluster, kind, namespace, name, uid },
    ...(isWord(version) && { version }),
    ...(isText(before, LONGEST_BEFORE) && before !== '' && { before }),
    ...(isCount(tries) && { tries }),
    // No event asks for looks.
    ...(kind === CLUSTER_KIND && source === undefined && isWords(more) && { more }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isWord(value: unknown): value is string {
  return isWordOrEmpty(value) && value !== '';
}

function isWordOrEmpty(value: unknown): value is string {
  return isText(value, LONGEST);
}

function isWords(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length < LOOKS_A_MESSAGE && value.every(isWord);
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
