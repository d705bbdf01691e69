import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { describeCluster } from './cluster.ts';
import { problemsOf } from './cluster-fixtures.ts';

describeCluster('memory cluster', async () => ({
  cluster: memoryCluster('memory', {
    now: () => new Date(),
    validate: problemsOf,
  }),
  namespace: 'contract',
  cleanup: async () => {},
}));
