import { type ClusterSettings, isClusterName, parseClusterSettings } from '../model/cluster-settings.ts';
import { AssayError } from '../model/errors.ts';
import type { Cluster, Clusters } from '../model/cluster.ts';
import type { Log } from '../model/ports.ts';
import type { ClusterDocuments } from '../model/cluster-documents.ts';
import { errorFields } from '../log/error-fields.ts';

/** The clusters that a registry names. */
export interface ClusterRegistry extends Clusters {
  /**
   * Reads the registry, unless it was read a short time ago: cheap enough for every invocation. Where it cannot be
   * read, what was read before goes on.
   * @throws AssayError ASSAY_REGISTRY_UNREACHABLE or ASSAY_REGISTRY_REFUSED, where nothing was read before
   */
  refresh(): Promise<void>;
  /** Undefined for clusters that are unknown, broken or disabled. */
  settingsOf(name: string): ClusterSettings | undefined;
  /** Why clusters are left alone, by name. */
  broken(): ReadonlyMap<string, AssayError>;
  close(): Promise<void>;
}

/** A cluster whose connections can be ended. */
export type OpenCluster = Cluster & { close(): Promise<void> };

export interface RegistryOptions {
  readonly documents: ClusterDocuments;
  /** Opens no connection yet. An AssayError that it throws makes the cluster a broken one. */
  readonly openCluster: (name: string, settings: ClusterSettings) => OpenCluster;
  readonly now: () => Date;
  readonly log: Log;
  /** Default 60,000. */
  readonly maxAgeMs?: number;
  /** Called for each cluster that is broken, whenever the registry is read. */
  readonly onBroken?: (name: string) => void;
}

interface Entry {
  readonly text: string;
  /** Undefined: the document is broken. */
  readonly settings: ClusterSettings | undefined;
  problem: AssayError | undefined;
  cluster: OpenCluster | undefined;
}

/** After a failure the registry is read again so soon, or after its age if that is less. */
const RETRY_MS = 10_000;

/**
 * Opens the registry; reads nothing yet. A cluster whose document has not changed keeps its connections; one whose
 * document changed, broke or went has them closed. A broken document disables its own cluster and no other.
 */
export function openRegistry(options: RegistryOptions): ClusterRegistry {
  const { documents, openCluster, now, log, maxAgeMs = 60_000, onBroken } = options;
  let entries: ReadonlyMap<string, Entry> = new Map();
  let isRead = false;
  let dueMs = -Infinity;
  let reading: Promise<void> | undefined;

  const readAgain = async (): Promise<void> => {
    const startedMs = now().getTime();
    try {
      const texts = await documents.readAll();
      const before = entries;
      entries = new Map([...texts].map(([name, text]) => [name, entryOf(name, text, before.get(name))]));
      isRead = true;
      dueMs = startedMs + maxAgeMs;
      for (const [name, { problem }] of entries) if (problem) report(name, problem);
      await closeGone(before, entries, log);
    } catch (error) {
      dueMs = startedMs + Math.min(RETRY_MS, maxAgeMs);
      if (!isRead || !(error instanceof AssayError)) throw error;
      log.warn('registry not read', errorFields(error));
    }
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
    async refresh() {
      if (now().getTime() < dueMs) return;
      reading ??= readAgain().finally(() => (reading = undefined));
      await reading;
    },
    get(name) {
      const entry = entries.get(name);
      if (entry?.problem) throw entry.problem;
      if (!entry?.settings) throw new AssayError('ASSAY_CLUSTER_UNKNOWN', `no cluster ${name} is registered`);
      if (entry.settings.disabled) throw new AssayError('ASSAY_CLUSTER_UNKNOWN', `cluster ${name} is disabled`);
      entry.cluster ??= open(name, entry.settings, entry);
      return entry.cluster;
    },
    names: () => [...entries].filter(([, entry]) => isServed(entry)).map(([name]) => name),
    settingsOf(name) {
      const entry = entries.get(name);
      return entry && isServed(entry) ? entry.settings : undefined;
    },
    broken: () => new Map([...entries].flatMap(([name, { problem }]) => (problem ? [[name, problem] as const] : []))),
    async close() {
      await closeGone(entries, new Map(), log);
      entries = new Map();
      dueMs = -Infinity;
    },
  };
}

function isServed({ settings, problem }: Entry): boolean {
  return settings !== undefined && !settings.disabled && problem === undefined;
}

/** The entry of before where the document is the same: its cluster is open, and its problem has not gone. */
function entryOf(name: string, text: string, before: Entry | undefined): Entry {
  if (before?.text === text) return before;
  try {
    if (!isClusterName(name)) {
      throw new AssayError('ASSAY_CLUSTER_SETTINGS_INVALID', `${JSON.stringify(name)} is no name of a cluster`);
    }
    return { text, settings: parseClusterSettings(name, text), problem: undefined, cluster: undefined };
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return { text, settings: undefined, problem: error, cluster: undefined };
  }
}

async function closeGone(
  before: ReadonlyMap<string, Entry>,
  after: ReadonlyMap<string, Entry>,
  log: Log,
): Promise<void> {
  const gone = [...before].filter(([name, entry]) => after.get(name) !== entry && entry.cluster);
  const outcomes = await Promise.allSettled(gone.map(async ([, { cluster }]) => cluster?.close()));
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') log.warn('connections not closed', { error: String(outcome.reason) });
  }
}
