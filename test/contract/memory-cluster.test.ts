import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { validateResource } from '../../lib/model/validate.ts';
import { describeCluster } from './cluster.ts';

describeCluster('memory cluster', async () => ({
  cluster: memoryCluster('memory', {
    now: () => new Date(),
    validate: (object) => validateResource(object).map(({ message }) => message),
  }),
  namespace: 'contract',
  cleanup: async () => {},
}));
