import { afterAll, beforeAll, describe } from 'vitest';
import type { Cluster } from '../../lib/model/cluster.ts';
import { deletionContract } from './cluster-deletion.ts';
import { eventContract } from './cluster-events.ts';
import { listContract } from './cluster-lists.ts';
import { objectContract } from './cluster-objects.ts';
import { patchContract } from './cluster-patches.ts';
import { statusContract } from './cluster-statuses.ts';
import { watchContract } from './cluster-watches.ts';

/** A cluster to test, and a namespace in it that nobody else uses. `cleanup` gives both back. */
export interface OpenCluster {
  readonly cluster: Cluster;
  readonly namespace: string;
  cleanup(): Promise<void>;
}

/**
 * All that Assay relies on in a cluster, as far as it can be seen through the port. Whoever implements `Cluster` calls
 * this with a way to open one, which is done once.
 */
export function describeCluster(name: string, openCluster: () => Promise<OpenCluster>): void {
  describe(`contract: ${name}`, () => {
    let open: OpenCluster | undefined;
    const use: UseCluster = () => {
      if (!open) throw new Error(`${name} is not open`);
      return open;
    };
    beforeAll(async () => {
      open = await openCluster();
    });
    afterAll(async () => open?.cleanup());

    objectContract(use);
    patchContract(use);
    statusContract(use);
    listContract(use);
    deletionContract(use);
    watchContract(use);
    eventContract(use);
  });
}

/** What is open while tests run. */
export type UseCluster = () => OpenCluster;
