import { describe, expect, test } from 'vitest';
import { factsFor, newsMayWaitMs } from '../../../lib/kinds/facts/registry.ts';
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
      want: 5000,
    },
    {
      name: 'pods get ready that are not available yet',
      from: [2, { replicas: 2, readyReplicas: 1, availableReplicas: 1 }],
      to: [2, { replicas: 2, readyReplicas: 2, availableReplicas: 1 }],
      want: 5000,
    },
    {
      name: 'pods that are made are not ready any more',
      from: [2, { replicas: 1, readyReplicas: 1 }],
      to: [2, { replicas: 2, readyReplicas: 0 }],
      want: 1000,
    },
    {
      name: 'pods that are too many go',
      from: [2, { replicas: 3, availableReplicas: 3 }],
      to: [2, { replicas: 2, availableReplicas: 2 }],
      want: 1000,
    },
    {
      name: 'a pod gets available',
      from: [2, { replicas: 2, availableReplicas: 1 }],
      to: [2, { replicas: 2, availableReplicas: 2 }],
      want: 0,
    },
    {
      name: 'a pod fails',
      from: [2, { replicas: 2, availableReplicas: 2 }],
      to: [2, { replicas: 2, availableReplicas: 1 }],
      want: 0,
    },
    {
      name: 'the counts get as new as what is wanted',
      from: [2, { replicas: 2, availableReplicas: 2, observedGeneration: 1 }],
      to: [2, { replicas: 2, availableReplicas: 2, observedGeneration: 2 }],
      want: 0,
    },
    {
      name: 'they do, and no pod is available',
      from: [2, { observedGeneration: 1 }],
      to: [2, { replicas: 1, observedGeneration: 2 }],
      want: 0,
    },
    {
      name: 'the last pods go',
      from: [0, { replicas: 1, availableReplicas: 1 }],
      to: [0, { replicas: 0 }],
      want: 0,
    },
    {
      name: 'another number is wanted',
      from: [2, { replicas: 2, availableReplicas: 2 }],
      to: [1, { replicas: 2, availableReplicas: 2 }],
      want: 0,
    },
    {
      name: 'a pod cannot be made',
      from: [2, { replicas: 1, availableReplicas: 1 }],
      to: [2, { replicas: 1, availableReplicas: 1, conditions: [{ type: 'ReplicaFailure', status: 'True' }] }],
      want: 0,
    },
    {
      name: 'somebody annotates it',
      from: [2, { replicas: 1 }],
      to: [2, { replicas: 1 }, { annotations: { a: 'b' } }],
      want: 0,
    },
  ] as const)('$name: it can wait $want ms', ({ from: [before, was], to: [after, is, metadata], want }) => {
    const previous = aReplicaSet(before, was, { resourceVersion: '1' });
    const object = aReplicaSet(after, is, { resourceVersion: '2', ...metadata });
    expect(newsMayWaitMs(owner, object, previous, facts)).toBe(want);
  });

  test('what becomes of runs and of the ReplicaSets of others never waits', () => {
    const [previous, object] = [aReplicaSet(2, { replicas: 1 }), aReplicaSet(2, { replicas: 2 })];
    expect(newsMayWaitMs({ ...owner, kind: 'Experiment' }, object, previous, facts)).toBe(0);
    expect(newsMayWaitMs(owner, { ...object, kind: 'AnalysisRun' }, { ...previous, kind: 'AnalysisRun' }, facts)).toBe(
      0,
    );
  });
});

const aService = (name: string, hash: string) =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
    spec: { selector: { 'rollouts-pod-template-hash': hash } },
  }) as KubernetesObject;

describe('a change of a Service is news for who names it', () => {
  const canary = { stableService: 'stable', canaryService: 'canary' };
  const routed = { ...canary, trafficRouting: { istio: {} } };
  const status = { abort: true, stableRS: 'aaa', currentPodHash: 'bbb' };
  test.each([
    {
      name: 'in the middle of an update',
      of: routed,
      now: { ...status, abort: false },
      service: ['canary', 'bbb'],
      want: true,
    },
    {
      name: 'unless it is the canary of an aborted update, and selects its pods',
      of: routed,
      now: status,
      service: ['canary', 'bbb'],
      want: false,
    },
    {
      name: 'unless it is the canary of an aborted update, and selects the stable pods',
      of: routed,
      now: status,
      service: ['canary', 'aaa'],
      want: false,
    },
    { name: 'where it selects others', of: routed, now: status, service: ['canary', 'ccc'], want: true },
    { name: 'where it is the stable one', of: routed, now: status, service: ['stable', 'bbb'], want: true },
    { name: 'where no router splits traffic', of: canary, now: status, service: ['canary', 'bbb'], want: true },
    { name: 'where it is deleted', of: routed, now: status, service: ['canary', 'bbb'], isDeleted: true, want: true },
  ])('$name', ({ of, now, service: [name = '', hash = ''], isDeleted = false, want }) => {
    const rollout = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: {},
      spec: { strategy: { canary: of } },
      status: now,
    };
    const names = facts.flatMap((row) => row.names ?? []).filter(({ kind }) => kind === 'Service');
    const told = names.filter(
      ({ namesIn, isNews }) => namesIn(rollout).includes(name) && isNews?.(rollout, aService(name, hash), isDeleted),
    );
    expect(told.length > 0).toBe(want);
  });
});
