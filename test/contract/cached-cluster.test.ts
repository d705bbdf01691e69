import { cachedCluster } from '../../lib/clusters/store/cached.ts';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { describeCluster } from './cluster.ts';
import { problemsOf } from './cluster-fixtures.ts';

describeCluster('cached memory cluster', async () => {
  const memory = memoryCluster('memory', {
    now: () => new Date(),
    validate: problemsOf,
  });
  const cluster = cachedCluster(memory, [{ kind: 'AnalysisRun' }, { kind: 'Job' }, { kind: 'Secret' }]);
  const abort = new AbortController();
  const following = cluster.start(abort.signal);
  await cluster.whenSynced();
  return {
    cluster,
    namespace: 'contract',
    async cleanup() {
      abort.abort();
      await following;
    },
  };
});
