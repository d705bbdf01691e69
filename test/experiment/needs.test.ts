import { describe, expect, test } from 'vitest';
import { findToScaleUp, needs } from '../../lib/experiment/needs.ts';
import type { ReplicaSet } from '../../lib/workload/replica-set.ts';
import type { ExperimentAnalysis, ExperimentAnalysisRunStatus } from '../../lib/model/experiment.ts';
import { aTemplateSpec, anExperiment } from '../builders.ts';

const availableAt = '2026-11-05T10:00:00Z';
const analyses: ExperimentAnalysis[] = [
  { name: 'x', templateName: 'latency' },
  { name: 'y', templateName: 'errors', clusterScope: true },
];
const bothTemplates = [
  { templateName: 'latency', clusterScope: false },
  { templateName: 'errors', clusterScope: true },
];
const rollout = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'guestbook', uid: '1' };

function entry(override: Partial<ExperimentAnalysisRunStatus> = {}): ExperimentAnalysisRunStatus {
  return { name: 'x', analysisRun: 'run-x', phase: 'Running', ...override };
}

describe('needs', () => {
  test.each([
    {
      name: 'nothing, when it is being deleted',
      experiment: anExperiment({ metadata: { deletionTimestamp: availableAt }, spec: { analyses } }),
      want: { lists: false, runs: [], templates: [], nested: false, rollout: undefined },
    },
    {
      name: 'nothing, when its specification is invalid',
      experiment: anExperiment({ spec: { analyses, duration: 'long' } }),
      want: { lists: false, templates: [] },
    },
    {
      name: 'before its pods are available: whether its templates exist',
      experiment: anExperiment({ spec: { analyses } }),
      want: { lists: true, runs: [], templates: bothTemplates, nested: false },
    },
    {
      name: 'the same when it is bound to end',
      experiment: anExperiment({ spec: { analyses, terminate: true } }),
      want: { templates: bothTemplates, nested: false },
    },
    {
      name: 'then: templates with all that they refer to',
      experiment: anExperiment({ spec: { analyses }, status: { availableAt } }),
      want: { runs: [], templates: bothTemplates, nested: true },
    },
    {
      name: 'then: only of analyses that have not begun, and the runs of the others',
      experiment: anExperiment({ spec: { analyses }, status: { availableAt, analysisRuns: [entry()] } }),
      want: { runs: ['run-x'], templates: [{ templateName: 'errors', clusterScope: true }] },
    },
    {
      name: 'no templates, when it is bound to end',
      experiment: anExperiment({ spec: { analyses, terminate: true }, status: { availableAt } }),
      want: { runs: [], templates: [] },
    },
    {
      name: 'no runs of analyses that have ended',
      experiment: anExperiment({
        spec: { analyses },
        status: { availableAt, analysisRuns: [entry({ phase: 'Failed' })] },
      }),
      want: { runs: [] },
    },
    {
      name: 'the runs of analyses that were removed',
      experiment: anExperiment({ spec: { analyses: [] }, status: { availableAt, analysisRuns: [entry()] } }),
      want: { runs: ['run-x'], templates: [] },
    },
    {
      name: 'the Rollout that is told of analyses',
      experiment: anExperiment({ metadata: { ownerReferences: [rollout] }, spec: { analyses } }),
      want: { rollout: 'guestbook' },
    },
    {
      name: 'not without analyses',
      experiment: anExperiment({ metadata: { ownerReferences: [rollout] }, spec: { analyses: [] } }),
      want: { rollout: undefined },
    },
  ])('$name', ({ experiment, want }) => {
    expect(needs(experiment)).toMatchObject(want);
  });
});

describe('findToScaleUp', () => {
  const experiment = anExperiment({ spec: { templates: [aTemplateSpec({ replicas: 2 })] } });

  test.each([
    { name: 'one that has no pods yet', replicaSets: [aReplicaSet(0)], want: ['rs'] },
    { name: 'one that has too many', replicaSets: [aReplicaSet(3)], want: ['rs'] },
    { name: 'not one that has its pods', replicaSets: [aReplicaSet(2)], want: [] },
    { name: 'not one that is not there', replicaSets: [], want: [] },
    { name: 'none if there are two', replicaSets: [aReplicaSet(0), aReplicaSet(0)], want: [] },
  ])('$name', ({ replicaSets, want }) => {
    expect(findToScaleUp(experiment, replicaSets)).toEqual(want);
  });

  test('none when the experiment is bound to end', () => {
    expect(findToScaleUp({ ...experiment, spec: { ...experiment.spec, terminate: true } }, [aReplicaSet(2)])).toEqual(
      [],
    );
  });
});

function aReplicaSet(replicas: number): ReplicaSet {
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Experiment', name: 'guestbook-compare', uid: '77e0' };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: 'rs',
      annotations: {
        'experiment.argoproj.io/name': 'guestbook-compare',
        'experiment.argoproj.io/template-name': 'canary',
      },
      ownerReferences: [{ ...owner, controller: true }],
    },
    spec: { replicas },
  };
}
