import { expect, test } from 'vitest';
import { reconcileExperiment } from '../../lib/experiment/reconcile.ts';
import type { SeenExperiment } from '../../lib/experiment/seen.ts';
import type { Experiment, ExperimentStatus } from '../../lib/model/experiment.ts';
import { anExperiment } from '../builders.ts';

const NOW = new Date('2026-11-05T10:00:00Z');
const at = (time: string) => new Date(`2026-11-05T${time}Z`);

function aSeen(object: Experiment): SeenExperiment {
  return {
    object,
    replicaSets: [],
    services: [],
    runs: new Map(),
    templates: { template: () => undefined, clusterTemplate: () => undefined },
  };
}

/** As it stands once nothing changes any more: its ReplicaSet has a name that something else has. */
function settled(duration?: string): SeenExperiment {
  const spec = { analyses: [], ...(duration !== undefined && { duration }) };
  const taken = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'theirs', namespace: 'shop' } };
  const replies = [{ went: 'exists', found: { object: taken } }] as const;
  let status: ExperimentStatus = {};
  for (let steps = 0; steps < 3; steps += 1) {
    status = reconcileExperiment({ ...aSeen(anExperiment({ spec, status })), replies }, NOW).status;
  }
  return { ...aSeen(anExperiment({ spec, status })), replies };
}

test.each<{ name: string; seen: SeenExperiment; now?: Date; want: Date | undefined }>([
  { name: 'at once, where the status has changed', seen: aSeen(anExperiment({ spec: { analyses: [] } })), want: NOW },
  { name: 'at the next poll, where it has not', seen: settled(), now: at('10:00:05'), want: at('10:00:15') },
  {
    name: 'strictly after a deadline that comes sooner',
    seen: settled(),
    now: at('10:09:55'),
    want: at('10:10:00.001'),
  },
  {
    name: 'never, where it is being deleted',
    seen: aSeen(anExperiment({ metadata: { deletionTimestamp: '2026-11-05T10:00:00Z' } })),
    want: undefined,
  },
])('the next look: $name', ({ seen, now = NOW, want }) => {
  expect(reconcileExperiment(seen, now).nextAt).toStrictEqual(want);
});
