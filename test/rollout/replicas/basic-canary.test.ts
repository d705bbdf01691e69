import { describe, expect, test } from 'vitest';
import { basicCanaryReplicas } from '../../../lib/rollout/replicas/basic-canary.ts';
import type { ReplicaSet } from '../../../lib/workload/replica-set.ts';
import { aRollout } from '../../builders.ts';

interface Counts {
  readonly wanted: number;
  readonly generation: number;
  readonly observed: number;
  readonly there: number;
}

/** Whose pods are all available. */
const aReplicaSet = (name: string, { wanted, generation, observed, there }: Counts): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name, namespace: 'shop', generation },
  spec: { replicas: wanted },
  status: { replicas: there, availableReplicas: there, observedGeneration: observed },
});

const rollout = aRollout({
  replicas: 3,
  strategy: { canary: { steps: [{ setWeight: 34 }, { pause: {} }], maxSurge: 1, maxUnavailable: 0 } },
});

describe('pods that are still counted, and going, take no others away', () => {
  test.each([
    {
      name: 'all is as it is counted: a stable pod goes for one of the canary',
      canary: { wanted: 1, generation: 2, observed: 2, there: 1 },
      stable: { wanted: 3, generation: 5, observed: 5, there: 3 },
      want: { canary: 1, stable: 2 },
    },
    {
      name: 'the canary is counted with pods that are too many',
      canary: { wanted: 1, generation: 6, observed: 6, there: 3 },
      stable: { wanted: 3, generation: 5, observed: 4, there: 2 },
      want: { canary: 1, stable: 2 },
    },
    {
      name: 'the canary is counted as it was before it was to have other pods',
      canary: { wanted: 1, generation: 6, observed: 5, there: 1 },
      stable: { wanted: 3, generation: 5, observed: 5, there: 3 },
      want: { canary: 1, stable: 3 },
    },
  ])('$name', ({ canary, stable, want }) => {
    const sets = [aReplicaSet('canary', canary), aReplicaSet('stable', stable)] as const;
    expect(basicCanaryReplicas(rollout, ...sets, [])).toStrictEqual(want);
  });
});
