import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificate } from '../../../lib/webhook/certificate.ts';
import { createScratchFolder, removeScratchFolder } from './scratch-folder.ts';

/** What the process of many-clusters-process.ts is to serve. */
export interface ManyClustersOptions {
  /** `c-0`, `c-1` and so on. */
  readonly clusters: number;
  /** Finished runs in each. */
  readonly finished: number;
  /** Runs that measure without an end, in the first so many of them; each a measurement every `intervalSeconds`. */
  readonly busy?: { readonly clusters: number; readonly runs: number; readonly intervalSeconds: number };
  /** How long a list takes, as far as that is not the machine's. Default 20. */
  readonly listMs?: number;
}

/** What the server has seen. Of one moment: at once. */
export interface ManyClustersCounts {
  readonly connections: number;
  readonly mostConnections: number;
  /** Lists under way at once, of all clusters together, at most. */
  readonly mostLists: number;
  /** Clusters in which a list was under way at once, at most. */
  readonly mostClustersListed: number;
  readonly lists: number;
  readonly watches: number;
  readonly patches: number;
  /** By cluster: which users have watches there now. */
  readonly watchedBy: Readonly<Record<string, readonly string[]>>;
  readonly measurements: number;
}

/** What it is told, and answers with its counts. */
export type ManyClustersOrder =
  | { readonly order: 'counts' }
  /** Every watch of the cluster expires, and each that comes, so many times a second, until another order says 0. */
  | { readonly order: 'storm'; readonly cluster: string; readonly timesASecond: number };

/**
 * Clusters that answer over TLS like API servers, in a process of their own: each is a path of one server. They store, list,
 * watch and patch as the memory clusters do, which pass the contract of a real API server.
 */
export interface ManyClusters {
  /** The path of a kubeconfig with a context a cluster, of its name; all as one user. */
  kubeconfigFor(user: string): string;
  readonly contexts: readonly string[];
  counts(): Promise<ManyClustersCounts>;
  storm(cluster: string, timesASecond: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startManyClusters(options: ManyClustersOptions): Promise<ManyClusters> {
  const files = await makeCertificate(['127.0.0.1'], new Date());
  const child = fork(join(import.meta.dirname, 'many-clusters-process.ts'), { env: {} });
  child.send({ options, files });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const folder = createScratchFolder('many-clusters');
  const contexts = Array.from({ length: options.clusters }, (_, index) => `c-${index}`);
  const authority = Buffer.from(files.authorities).toString('base64');
  const kubeconfigFor = (user: string): string => {
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'c-0',
      clusters: contexts.map((name) => ({
        name,
        cluster: { server: `https://127.0.0.1:${port}/${name}`, 'certificate-authority-data': authority },
      })),
      users: contexts.map((name) => ({ name, user: { token: user } })),
      contexts: contexts.map((name) => ({ name, context: { cluster: name, user: name } })),
    };
    const path = join(folder, `${user}.kubeconfig`);
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  };

  const ask = async (order: ManyClustersOrder): Promise<ManyClustersCounts> => {
    child.send(order);
    const [counts] = (await once(child, 'message')) as [ManyClustersCounts];
    return counts;
  };
  return {
    kubeconfigFor,
    contexts,
    counts: async () => ask({ order: 'counts' }),
    storm: async (cluster, timesASecond) => void (await ask({ order: 'storm', cluster, timesASecond })),
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      removeScratchFolder(folder);
    },
  };
}
