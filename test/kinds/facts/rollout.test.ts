import { describe, expect, test } from 'vitest';
import { canNewsWait, factsFor } from '../../../lib/kinds/facts/registry.ts';
import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';

const owner = { cluster: 'c1', kind: 'Rollout', namespace: 'shop', name: 'web', uid: 'u1' };
const facts = factsFor({ rollouts: true });

const aReplicaSet = (wanted: number, status: object, metadata: object = {}) =>
  ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web-6d8f', namespace: 'shop', generation: 2, ...metadata },
    spec: { replicas: wanted },
    status,
  }) as KubernetesObject;

describe('a change of a ReplicaSet is looked at at once, unless pods are only counted', () => {
  test.each([
    {
      name: 'pods are made',
      from: [2, { replicas: 1, availableReplicas: 1 }],
      to: [2, { replicas: 2, availableReplicas: 1 }],
      want: true,
    },
    {
      name: 'pods that are too many go',
      from: [2, { replicas: 3, availableReplicas: 3 }],
      to: [2, { replicas: 2, availableReplicas: 2 }],
      want: true,
    },
    {
      name: 'a pod gets available',
      from: [2, { replicas: 2, availableReplicas: 1 }],
      to: [2, { replicas: 2, availableReplicas: 2 }],
      want: false,
    },
    {
      name: 'a pod fails',
      from: [2, { replicas: 2, availableReplicas: 2 }],
      to: [2, { replicas: 2, availableReplicas: 1 }],
      want: false,
    },
    {
      name: 'the counts get as new as what is wanted',
      from: [2, { replicas: 2, availableReplicas: 2, observedGeneration: 1 }],
      to: [2, { replicas: 2, availableReplicas: 2, observedGeneration: 2 }],
      want: false,
    },
    {
      name: 'the last pods go',
      from: [0, { replicas: 1, availableReplicas: 1 }],
      to: [0, { replicas: 0 }],
      want: false,
    },
    {
      name: 'another number is wanted',
      from: [2, { replicas: 2, availableReplicas: 2 }],
      to: [1, { replicas: 2, availableReplicas: 2 }],
      want: false,
    },
    {
      name: 'a pod cannot be made',
      from: [2, { replicas: 1, availableReplicas: 1 }],
      to: [2, { replicas: 1, availableReplicas: 1, conditions: [{ type: 'ReplicaFailure', status: 'True' }] }],
      want: false,
    },
    {
      name: 'somebody annotates it',
      from: [2, { replicas: 1 }],
      to: [2, { replicas: 1 }, { annotations: { a: 'b' } }],
      want: false,
    },
  ] as const)('$name: it can wait $want', ({ from: [before, was], to: [after, is, metadata], want }) => {
    const previous = aReplicaSet(before, was, { resourceVersion: '1' });
    const object = aReplicaSet(after, is, { resourceVersion: '2', ...metadata });
    expect(canNewsWait(owner, object, previous, facts)).toBe(want);
  });

  test('what becomes of runs and of the ReplicaSets of others never waits', () => {
    const [previous, object] = [aReplicaSet(2, { replicas: 1 }), aReplicaSet(2, { replicas: 2 })];
    expect(canNewsWait({ ...owner, kind: 'Experiment' }, object, previous, facts)).toBe(false);
    expect(canNewsWait(owner, { ...object, kind: 'AnalysisRun' }, { ...previous, kind: 'AnalysisRun' }, facts)).toBe(
      false,
    );
  });
});
