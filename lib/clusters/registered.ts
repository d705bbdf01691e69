import { type ClusterSettings, isClusterName, parseClusterSettings } from '../model/cluster-settings.ts';
import { AssayError } from '../model/errors.ts';
import type { Cluster, Clusters } from '../model/cluster.ts';
import type { Log } from '../model/ports.ts';
import { type ClusterDocuments, DOCUMENTS_A_READ } from '../model/cluster-documents.ts';
import { errorFields } from '../log/error-fields.ts';

/** The clusters of a registry, each known once it was asked for. */
export interface ClusterRegistry extends Clusters {
  /**
   * Reads the documents of these clusters, but for those that were read a short time ago: cheap enough for every
   * invocation. Where one cannot be read, what was read of it before goes on.
   *
   * @param sure  those of them that were registered a short time ago: that they were not before is not gone by
   * @throws AssayError ASSAY_REGISTRY_REFUSED, where none of them may be read, and none was read before
   */
  refresh(names: readonly string[], sure?: ReadonlySet<string>): Promise<void>;
  /**
   * Undefined for clusters that are unknown, broken or disabled.
   * @throws AssayError ASSAY_REGISTRY_UNREACHABLE or ASSAY_REGISTRY_REFUSED, where its document could never be read
   */
  settingsOf(name: string): ClusterSettings | undefined;
  close(): Promise<void>;
}

/** A cluster whose connections can be ended. */
export type OpenCluster = Cluster & {
  close(): Promise<void>;
  /** Ends connections that nobody uses, and forgets what is quickly made again. It can be used on. */
  rest?(): Promise<void>;
};

export interface RegistryOptions {
  readonly documents: Pick<ClusterDocuments, 'readSome'>;
  /** Opens no connection yet. An AssayError that it throws makes the cluster a broken one. */
  readonly openCluster: (name: string, settings: ClusterSettings) => OpenCluster;
  readonly now: () => Date;
  readonly log: Log;
  /** Default 60,000. */
  readonly maxAgeMs?: number;
  /** Clusters that may have connections; beyond it, those that were used the longest ago rest. Default 100. */
  readonly mostConnected?: number;
  /** Documents that are kept, with what is made of them. Default 2,000. */
  readonly mostKept?: number;
  /** Called for each cluster that is broken, whenever its document is read. */
  readonly onBroken?: (name: string) => void;
}

interface Entry {
  /** Undefined: there is none, or it could not be read. */
  readonly text: string | undefined;
  /** Undefined: the document is broken, or there is none. */
  readonly settings: ClusterSettings | undefined;
  problem: AssayError | undefined;
  /** Whether `problem` is that the document could never be read. */
  readonly isUnread: boolean;
  cluster: OpenCluster | undefined;
  /** When it is to be read again. */
  dueMs: number;
  usedMs: number;
}

/** After a failure a document is read again so soon, or after its age if that is less; so is one that was not there. */
const RETRY_MS = 10_000;

/**
 * Opens the registry; reads nothing yet. A cluster whose document has not changed keeps its connections; one whose
 * document changed, broke or went has them closed. A broken document disables its own cluster and no other.
 *
 * What it keeps is bounded: a thousand clusters may come by in a process, and few of them have connections at a time.
 */
export function openRegistry(options: RegistryOptions): ClusterRegistry {
  const { documents, openCluster, now, log, maxAgeMs = 60_000, onBroken } = options;
  const { mostConnected = 100, mostKept = 2000 } = options;
  // In the order of their last use.
  const entries = new Map<string, Entry>();
  let reading: Promise<void> = Promise.resolve();
  const nowMs = (): number => now().getTime();

  /** With those that will be asked for soon, up to what a request reads at the price of one. */
  const filled = (due: readonly string[]): readonly string[] => {
    const room = (DOCUMENTS_A_READ - (due.length % DOCUMENTS_A_READ)) % DOCUMENTS_A_READ;
    const atMs = nowMs();
    const soon = [...entries]
      .filter(([name, { text, usedMs, dueMs }]) => {
        const isOld = dueMs - atMs < maxAgeMs / 2;
        return isOld && text !== undefined && atMs - usedMs < maxAgeMs && !due.includes(name);
      })
      .slice(-room)
      .map(([name]) => name);
    return room === 0 ? due : [...due, ...soon];
  };

  const readDue = async (names: readonly string[], sure: ReadonlySet<string>): Promise<void> => {
    const isDue = (name: string): boolean => {
      const entry = entries.get(name);
      return !entry || entry.dueMs <= nowMs() || (entry.text === undefined && sure.has(name));
    };
    const due = names.filter(isDue);
    if (due.length === 0) return;
    const startedMs = nowMs();
    const gone: (OpenCluster | undefined)[] = [];
    for (const { names: some, texts, error } of await readEach(filled(due))) {
      for (const name of some) {
        const before = entries.get(name);
        const entry = error ? unread(before, error) : entryOf(name, texts.get(name), before);
        const ageMs = error || entry.text === undefined ? Math.min(RETRY_MS, maxAgeMs) : maxAgeMs;
        entry.dueMs = entry.isUnread ? startedMs : startedMs + ageMs;
        if (before !== entry) gone.push(before?.cluster);
        entries.set(name, entry);
        if (entry.problem && !error) report(name, entry.problem);
      }
      if (error) log.warn('registry not read', { clusters: some.length, ...errorFields(error) });
    }
    await endAll(gone, 'close', log);
    const refused = due.map((name) => entries.get(name)).filter((entry) => entry?.isUnread && !entry.problem?.retry);
    if (refused[0]?.problem && refused.length === due.length) throw refused[0].problem;
  };

  /** What may not be read of one cluster is its own affair: then each is asked for alone. */
  const readEach = async (names: readonly string[]): Promise<readonly Read[]> => {
    const all = await readSome(names);
    if (!all.error || all.error.retry || names.length === 1) return [all];
    return Promise.all(names.map((name) => readSome([name])));
  };

  const readSome = async (names: readonly string[]): Promise<Read> => {
    try {
      return { names, texts: await documents.readSome(names), error: undefined };
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      return { names, texts: new Map(), error };
    }
  };

  /** Of clusters that may have some, in the order of their last use. */
  const connections = new Set<string>();

  /** The least recently used rest, or go. Those of `names` are in use. */
  const keepFew = async (names: readonly string[]): Promise<void> => {
    const inUse = new Set(names);
    if (connections.size > mostConnected) {
      const resting = [...connections].filter((name) => !inUse.has(name)).slice(0, connections.size - mostConnected);
      for (const name of resting) connections.delete(name);
      await endAll(
        resting.map((name) => entries.get(name)?.cluster),
        'rest',
        log,
      );
    }
    if (entries.size > mostKept) await forget(entries.size - mostKept, inUse);
  };

  const forget = async (howMany: number, inUse: ReadonlySet<string>): Promise<void> => {
    // Names may come from outside: those of no cluster go first, and push out nobody.
    const forgotten = [...entries]
      .filter(([name]) => !inUse.has(name))
      .toSorted(([, left], [, right]) => Number(left.text !== undefined) - Number(right.text !== undefined))
      .slice(0, howMany);
    for (const [name] of forgotten) {
      entries.delete(name);
      connections.delete(name);
    }
    await endAll(
      forgotten.map(([, { cluster }]) => cluster),
      'close',
      log,
    );
  };

  const report = (name: string, { code, message }: AssayError): void => {
    log.error('cluster broken', { cluster: name, code, error: message });
    onBroken?.(name);
  };

  const open = (name: string, settings: ClusterSettings, entry: Entry): OpenCluster => {
    try {
      return openCluster(name, settings);
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      entry.problem = error;
      report(name, error);
      throw error;
    }
  };

  return {
    async refresh(given, sure = NONE) {
      // What is no name would have the request refused for all the others.
      const names = [...new Set(given)].filter(isClusterName);
      const read = reading.then(() => readDue(names, sure));
      reading = read.catch(() => undefined);
      await read;
      for (const name of names) {
        const entry = entries.get(name);
        if (!entry) continue;
        entry.usedMs = nowMs();
        entries.delete(name);
        entries.set(name, entry);
      }
      await keepFew(names);
    },
    get(name) {
      const entry = entries.get(name);
      if (entry?.problem) throw entry.problem;
      if (!entry?.settings) throw new AssayError('ASSAY_CLUSTER_UNKNOWN', `no cluster ${name} is registered`);
      if (entry.settings.disabled) throw new AssayError('ASSAY_CLUSTER_UNKNOWN', `cluster ${name} is disabled`);
      entry.cluster ??= open(name, entry.settings, entry);
      connections.delete(name);
      connections.add(name);
      return entry.cluster;
    },
    names: () => [...entries].filter(([, entry]) => isServed(entry)).map(([name]) => name),
    settingsOf(name) {
      const entry = entries.get(name);
      if (entry?.isUnread && entry.problem) throw entry.problem;
      return entry && isServed(entry) ? entry.settings : undefined;
    },
    async close() {
      const all = [...entries.values()].map(({ cluster }) => cluster);
      entries.clear();
      connections.clear();
      await endAll(all, 'close', log);
    },
  };
}

const NONE: ReadonlySet<string> = new Set();

/** What came of one request for documents. */
interface Read {
  readonly names: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
  readonly error: AssayError | undefined;
}

function isServed({ settings, problem }: Entry): boolean {
  return settings !== undefined && !settings.disabled && problem === undefined;
}

/** The entry of before where there is one. */
function unread(before: Entry | undefined, error: AssayError): Entry {
  if (before && !before.isUnread) return before;
  return { ...anEntry(undefined), problem: error, isUnread: true };
}

/** The entry of before where the document is the same: its cluster is open, and its problem has not gone. */
function entryOf(name: string, text: string | undefined, before: Entry | undefined): Entry {
  if (before && before.text === text && !before.isUnread) return before;
  const entry = anEntry(text, before);
  if (text === undefined) return entry;
  try {
    return { ...entry, settings: parseClusterSettings(name, text) };
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return { ...entry, problem: error };
  }
}

function anEntry(text: string | undefined, before?: Entry): Entry {
  const usedMs = before?.usedMs ?? 0;
  return { text, settings: undefined, problem: undefined, isUnread: false, cluster: undefined, dueMs: 0, usedMs };
}

async function endAll(clusters: readonly (OpenCluster | undefined)[], how: 'close' | 'rest', log: Log): Promise<void> {
  const outcomes = await Promise.allSettled(clusters.map(async (cluster) => cluster?.[how]?.()));
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') log.warn('connections not closed', { error: String(outcome.reason) });
  }
}
