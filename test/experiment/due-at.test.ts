import { expect, test } from 'vitest';
import { dueAt } from '../../lib/experiment/due-at.ts';
import type { ExperimentCondition, ExperimentStatus, TemplateStatus } from '../../lib/model/experiment.ts';
import { anExperiment } from '../builders.ts';

const NOW = new Date('2026-11-05T10:10:00Z');

function aTemplateStatus(override: Partial<TemplateStatus> = {}): TemplateStatus {
  const counters = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
  return { name: 'canary', ...counters, status: 'Running', lastTransitionTime: '2026-11-05T10:09:00Z', ...override };
}

function aCondition(lastUpdateTime: string): ExperimentCondition {
  const reason = { reason: 'ReplicaSetUpdated', message: 'Experiment "guestbook-compare" is progressing.' };
  return { type: 'Progressing', status: 'True', ...reason, lastUpdateTime, lastTransitionTime: lastUpdateTime };
}

const running: ExperimentStatus = {
  phase: 'Running',
  availableAt: '2026-11-05T10:09:00Z',
  templateStatuses: [aTemplateStatus()],
};

const invalid = {
  type: 'InvalidSpec' as const,
  status: 'True' as const,
  reason: 'InvalidSpec',
  message: 'Experiment guestbook-compare has invalid duration: time: invalid duration "long"',
  lastUpdateTime: '2026-11-05T10:00:00Z',
  lastTransitionTime: '2026-11-05T10:00:00Z',
};

test.each([
  { name: 'one that is new: now', experiment: anExperiment(), want: '2026-11-05T10:10:00Z' },
  {
    name: 'one that is being deleted: never',
    experiment: anExperiment({ metadata: { deletionTimestamp: '2026-11-05T10:00:00Z' } }),
    want: undefined,
  },
  {
    name: 'one with nothing left to do: never',
    experiment: anExperiment({ metadata: { labels: { 'assay.dev/finished': 'true' } }, status: { phase: 'Failed' } }),
    want: undefined,
  },
  {
    name: 'one that is to be tried again, its status taken away: now',
    experiment: anExperiment({ metadata: { labels: { 'assay.dev/finished': 'true' } } }),
    want: '2026-11-05T10:10:00Z',
  },
  {
    name: 'an invalid one that does not say so yet: now',
    experiment: anExperiment({ spec: { duration: 'long' } }),
    want: '2026-11-05T10:10:00Z',
  },
  {
    name: 'an invalid one that says so: never',
    experiment: anExperiment({ spec: { duration: 'long' }, status: { conditions: [invalid] } }),
    want: undefined,
  },
  {
    name: 'one that runs: a poll after its last news',
    experiment: anExperiment({ status: running }),
    want: '2026-11-05T10:09:10Z',
  },
  {
    name: 'its conditions are news, too',
    experiment: anExperiment({ status: { ...running, conditions: [aCondition('2026-11-05T10:09:30Z')] } }),
    want: '2026-11-05T10:09:40Z',
  },
  {
    name: 'or after it was last looked at',
    experiment: anExperiment({ status: running }),
    polledAt: '2026-11-05T10:09:58Z',
    want: '2026-11-05T10:10:08Z',
  },
  {
    name: 'or when its duration is over, strictly',
    experiment: anExperiment({ spec: { duration: '65s' }, status: running }),
    polledAt: '2026-11-05T10:09:58Z',
    want: '2026-11-05T10:10:05.001Z',
  },
  {
    name: 'or when a template has had its time',
    experiment: anExperiment({
      spec: { progressDeadlineSeconds: 63 },
      status: { ...running, templateStatuses: [aTemplateStatus({ availableReplicas: 0 })] },
    }),
    polledAt: '2026-11-05T10:09:58Z',
    want: '2026-11-05T10:10:03.001Z',
  },
  {
    name: 'one that has ended and has pods: a poll',
    experiment: anExperiment({ status: { ...running, phase: 'Failed' } }),
    polledAt: '2026-11-05T10:10:00Z',
    want: '2026-11-05T10:10:10Z',
  },
  {
    name: 'one without any news: a poll from now',
    experiment: anExperiment({ status: { phase: 'Pending' } }),
    want: '2026-11-05T10:10:10Z',
  },
])('$name', ({ experiment, polledAt, want }) => {
  const due = dueAt(experiment, NOW, polledAt === undefined ? undefined : new Date(polledAt));
  expect(due).toEqual(want === undefined ? undefined : new Date(want));
});
