import { expect, test } from 'vitest';
import { rolloutTree } from '../../lib/cli/rollout-tree.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { ReplicaSet } from '../../lib/workload/replica-set.ts';
import { aRollout } from '../builders.ts';

const ownedBy = (uid: string) => [
  { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web', uid, controller: true },
];
const aSet = (name: string, revision: number, replicas: number, available: number, uid = 'u1'): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name,
    labels: { 'rollouts-pod-template-hash': name.slice(4) },
    annotations: { 'rollout.argoproj.io/revision': String(revision) },
    ownerReferences: ownedBy(uid),
  },
  spec: { replicas },
  status: { replicas, availableReplicas: available },
});
const run: AnalysisRun = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisRun',
  metadata: {
    name: 'web-bbb-2-1',
    annotations: { 'rollout.argoproj.io/revision': '2' },
    ownerReferences: ownedBy('u1'),
  },
  spec: { metrics: [] },
  status: {
    phase: 'Running',
    message: '',
    metricResults: [{ name: 'm', phase: 'Running', measurements: [{ phase: 'Successful' }, { phase: 'Failed' }] }],
  },
};

test('revisions, newest first, with what belongs to them; objects of others are left out', () => {
  const { metadata, ...rest } = aRollout();
  const status = { phase: 'Progressing', message: 'waiting', stableRS: 'aaa', currentPodHash: 'bbb' } as const;
  const owned = { ...rest, metadata: { ...metadata, name: 'web', uid: 'u1' }, status };
  const replicaSets = [aSet('web-aaa', 1, 3, 3), aSet('web-bbb', 2, 1, 0), aSet('web-ccc', 9, 5, 5, 'u2')];
  const tree = rolloutTree({ rollout: owned, replicaSets, runs: [run] }, 200, (_style, text) => text);
  expect(tree).toEqual([
    'NAME                KIND          STATUS          INFO',
    'web                 Rollout       ◌ Progressing   waiting',
    '├─ revision 2',
    '│  ├─ web-bbb       ReplicaSet    ◌ Progressing   canary, 0 of 1 pods',
    '│  └─ web-bbb-2-1   AnalysisRun   ◌ Running       ✔ 1  ✖ 1',
    '└─ revision 1',
    '   └─ web-aaa       ReplicaSet    ✔ Healthy       stable, 3 of 3 pods',
  ]);
});
