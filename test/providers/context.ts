import { measurementKey } from '../../lib/analysis/names.ts';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { openHttp } from '../../lib/http/open-http.ts';
import { providerSecrets } from '../../lib/kinds/provider-secrets.ts';
import { runJobs } from '../../lib/kinds/run-jobs.ts';
import type { JobContext } from '../../lib/model/provider.ts';
import { refOf } from '../../lib/model/ref.ts';
import { aRun } from '../builders.ts';

export const NOW = new Date('2026-11-05T10:00:00.250Z');

/**
 * What the provider of `aRun` may use, Jobs included, and the cluster behind it: one that reaches servers on 127.0.0.1 and
 * gives the uid of `aRun` to the first object created. The clock stands still unless `now` is given.
 */
export function aContext(override: Partial<JobContext> = {}): JobContext & { readonly cluster: MemoryCluster } {
  const now = override.now ?? (() => NOW);
  const http = openHttp({ privateNetworks: 'refuse', allow: ['127.0.0.1'], random: () => 0 });
  let objects = 0;
  const newUid = () => (objects++ === 0 ? '5a1c' : `uid-${objects}`);
  const cluster = memoryCluster('c1', { now, http, newUid });
  const run = aRun();
  return {
    fetch: (request) => cluster.fetch(request),
    run: refOf('c1', run),
    key: measurementKey(run, 'success-rate'),
    jobs: runJobs(run, cluster),
    secrets: providerSecrets(cluster, run.metadata.namespace ?? '', {}, () => {}),
    ...override,
    now,
    cluster,
  };
}
