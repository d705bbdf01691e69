import { describe, expect, test } from 'vitest';
import { advanceExperiment } from '../../lib/experiment/advance.ts';
import type { SeenExperiment } from '../../lib/experiment/seen.ts';
import type { ExperimentSpec } from '../../lib/model/experiment.ts';
import { aTemplate, aTemplateSpec, anExperiment } from '../builders.ts';
import { Stage } from './stage.ts';

const NAME = 'guestbook-compare';
const NOW = new Date('2026-11-05T10:00:00Z');

/** An experiment whose pods are available, and whose analysis has begun. */
function aRunningStage(spec: Partial<ExperimentSpec> = {}): Stage {
  const stage = new Stage(anExperiment({ spec }), [aTemplate()]);
  stage.settle();
  for (const { name } of stage.experiment.spec.templates) stage.pods(name, 1);
  stage.settle();
  for (const { analysisRun } of stage.status.analysisRuns ?? []) {
    stage.patch('AnalysisRun', analysisRun, { status: { phase: 'Running' } });
  }
  stage.settle();
  return stage;
}

describe('a life', () => {
  test('from the first pod to the last', () => {
    const stage = new Stage(anExperiment(), [aTemplate()]);
    expect(stage.step()).toMatchObject({ actions: [{ verb: 'create', name: `${NAME}-canary` }], nextSeconds: 600 });
    expect(stage.step()).toMatchObject({ actions: [{ verb: 'update', patch: { spec: { replicas: 1 } } }] });
    expect(stage.step(1).actions).toEqual([]);

    stage.pods('canary', 1);
    stage.step(5);
    expect(stage.status).toMatchObject({ phase: 'Running', availableAt: '2026-11-05T10:00:06Z' });
    expect(stage.step().actions).toMatchObject([{ verb: 'create', name: `${NAME}-success-rate` }]);

    stage.patch('AnalysisRun', `${NAME}-success-rate`, { status: { phase: 'Successful' } });
    stage.step(1);
    expect(stage.step(300)).toMatchObject({
      events: [{ reason: 'TemplateSuccessful' }, { reason: 'ExperimentSuccessful' }],
    });
    expect(stage.step()).toMatchObject({ actions: [{ verb: 'patch' }], nextSeconds: 30 });
    expect(stage.step(30).actions).toMatchObject([{ verb: 'update', patch: { spec: { replicas: 0 } } }]);

    stage.pods('canary', 0);
    stage.settle();
    expect(stage.status.phase).toBe('Successful');
    expect(stage.step(3600)).toMatchObject({ actions: [], events: [], isPatched: false, nextAt: undefined });
  });

  test('it has finished once its pods are gone, not before', () => {
    const stage = aRunningStage({ analyses: [], scaleDownDelaySeconds: 0 });
    stage.step(301);
    expect(finishedOf(stage)).toBe(false);
    stage.settle();
    expect(finishedOf(stage)).toBe(false);
    stage.pods('canary', 0);
    stage.settle();
    expect(finishedOf(stage)).toBe(true);
  });
});

describe('what cannot go on', () => {
  test('one that is being deleted is left alone', () => {
    const doomed = anExperiment({ metadata: { deletionTimestamp: '2026-11-05T10:00:00Z' } });
    expect(advanceExperiment(aSeen({ object: doomed }), NOW)).toEqual({
      status: {},
      nextAt: undefined,
      events: [],
      changes: [],
    });
  });

  test('a duration that cannot be read is an invalid specification', () => {
    const stage = new Stage(anExperiment({ spec: { duration: '5 min' } }), [aTemplate()]);
    expect(stage.step()).toMatchObject({ actions: [], nextAt: undefined });
    expect(stage.status).toEqual({
      conditions: [
        {
          type: 'InvalidSpec',
          status: 'True',
          reason: 'InvalidSpec',
          message: `Experiment ${NAME} has invalid duration: time: unknown unit " min" in duration "5 min"`,
          lastUpdateTime: '2026-11-05T10:00:00Z',
          lastTransitionTime: '2026-11-05T10:00:00Z',
        },
      ],
    });
    expect(stage.step(60).isPatched).toBe(false);
    stage.patch('Experiment', NAME, { spec: { duration: '5m' } });
    expect(stage.step().actions).toHaveLength(1);
    expect(stage.status.conditions).toMatchObject([{ type: 'Progressing' }]);
  });

  test('but it does not keep an experiment from being stopped', () => {
    const stage = aRunningStage({ analyses: [], scaleDownDelaySeconds: 0 });
    stage.patch('Experiment', NAME, { spec: { duration: 'long', terminate: true } });
    stage.settle();
    expect(stage.status.phase).toBe('Successful');
    expect(stage.replicasOf('canary')).toBe(0);
  });

  test('a ReplicaSet that cannot be read again fails the step, after what was done before', () => {
    const templates = [aTemplateSpec({ name: 'one' }), aTemplateSpec({ name: 'two' })];
    const stage = new Stage(anExperiment({ spec: { templates, analyses: [] } }));
    stage.step();
    stage.world.happen({
      op: 'fail',
      verb: 'get',
      resource: 'replicasets',
      name: `${NAME}-two`,
      times: 1,
      reason: 'InternalError',
      message: 'etcd is down',
    });
    const failed = stage.step();
    expect(failed).toMatchObject({ error: 'Internal error occurred: etcd is down', isPatched: false });
    expect(failed.actions).toMatchObject([{ name: `${NAME}-one`, verb: 'update' }]);
    expect(stage.step().actions).toMatchObject([{ name: `${NAME}-two`, verb: 'update' }]);
  });
});

describe('a name that is taken', () => {
  const foreign = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `${NAME}-canary`, namespace: 'shop', uid: 'other' },
  };
  const message = `ReplicaSet ${NAME}-canary already exists and is not owned by experiment template canary`;

  test('is said, tried again, and given up at the deadline', () => {
    const stage = new Stage(anExperiment({ spec: { analyses: [] } }), [foreign]);
    expect(stage.step().nextSeconds).toBe(10);
    for (let round = 0; round < 60; round += 1) stage.step(10);
    expect(stage.status).toMatchObject({ phase: 'Pending', message });
    expect(stage.status.templateStatuses).toMatchObject([{ name: 'canary', status: 'Progressing', message }]);
    stage.step(1);
    expect(stage.status).toMatchObject({
      phase: 'Failed',
      message: "Template 'canary' exceeded its progressDeadlineSeconds (600)",
    });
    expect(stage.status.templateStatuses).toHaveLength(1);
    expect(stage.step(10).nextAt).toBeUndefined();
  });

  test('does not keep an experiment that has ended from being done', () => {
    const stage = new Stage(anExperiment({ spec: { analyses: [], terminate: true } }), [foreign]);
    stage.step();
    stage.step();
    expect(stage.status).toMatchObject({ phase: 'Successful', templateStatuses: [{ status: 'Successful' }] });
    expect(stage.step()).toMatchObject({ nextAt: undefined, isPatched: false, finished: true });
  });

  test('is used once it is free', () => {
    const stage = new Stage(anExperiment({ spec: { analyses: [] } }), [foreign]);
    stage.step();
    stage.step(10);
    stage.world.happen({ op: 'delete', kind: 'ReplicaSet', name: `${NAME}-canary` });
    stage.settle();
    expect(stage.replicasOf('canary')).toBe(1);
    expect(stage.status.message).toBeUndefined();
    expect(stage.status.templateStatuses?.[0]?.message).toBeUndefined();
  });
});

describe('an analysis that is stopped', () => {
  const required = [{ name: 'success-rate', templateName: 'success-rate', requiredForCompletion: true }];

  test.each([
    {
      name: 'and was waited for',
      phase: 'Successful',
      message: 'Run Terminated',
      said: 'Required AnalysisRuns completed',
    },
    { name: 'and fails at that', phase: 'Failed', message: 'too late', said: 'too late' },
  ])('$name: the experiment ends by it', ({ phase, message, said }) => {
    const stage = aRunningStage({ analyses: required });
    stage.patch('Experiment', NAME, { spec: { terminate: true } });
    const { events } = stage.step();
    expect(events).toContainEqual({
      type: 'Normal',
      reason: 'AnalysisRunTerminating',
      message: `Terminating success-rate (${NAME}-success-rate)`,
    });
    stage.settle();
    expect(stage.status.phase).toBe('Running');
    stage.patch('AnalysisRun', `${NAME}-success-rate`, { status: { phase, message } });
    stage.step(1);
    expect(stage.status).toMatchObject({ phase, message: said, analysisRuns: [{ phase, message }] });
  });

  test('since those that were waited for are done: it has no say', () => {
    const other = { name: 'other', templateName: 'success-rate' };
    const stage = aRunningStage({ analyses: [...required, other] });
    stage.patch('AnalysisRun', `${NAME}-success-rate`, { status: { phase: 'Successful' } });
    stage.patch('AnalysisRun', `${NAME}-other`, { status: { phase: 'Running' } });
    stage.settle();
    expect(stage.world.stored('AnalysisRun', `${NAME}-other`)).toMatchObject({ spec: { terminate: true } });
    const verdict = { phase: 'Successful', message: 'Required AnalysisRuns completed' };
    expect(stage.status).toMatchObject(verdict);
    stage.patch('AnalysisRun', `${NAME}-other`, { status: { phase: 'Inconclusive' } });
    stage.settle();
    expect(stage.status).toMatchObject({ ...verdict, analysisRuns: [{}, { phase: 'Inconclusive' }] });
  });

  test('after the experiment has ended: it is told, and changes nothing else', () => {
    const stage = aRunningStage({ scaleDownDelaySeconds: 0 });
    stage.step(301);
    stage.settle();
    stage.pods('canary', 0);
    stage.settle();
    expect(finishedOf(stage)).toBe(false);
    stage.patch('AnalysisRun', `${NAME}-success-rate`, { status: { phase: 'Failed', message: 'stopped' } });
    stage.step(1);
    expect(stage.status).toMatchObject({
      phase: 'Successful',
      analysisRuns: [{ phase: 'Failed', message: 'stopped' }],
    });
    expect(finishedOf(stage)).toBe(true);
  });
});

describe('what is removed from the specification', () => {
  const templates = [
    aTemplateSpec({
      name: 'old',
      service: {},
      template: { spec: { containers: [{ name: 'a', ports: [{ containerPort: 80 }] }] } },
    }),
    aTemplateSpec({ name: 'canary' }),
  ];

  test('a template: its ReplicaSet and Service go, and so does its failure', () => {
    const stage = aRunningStage({ templates, analyses: [] });
    expect(stage.world.stored('Service', `${NAME}-old`)).toBeDefined();
    const failed = (stage.status.templateStatuses ?? []).map((status) =>
      status.name === 'old' ? { ...status, status: 'Failed' } : status,
    );
    stage.patch('Experiment', NAME, { spec: { templates: templates.slice(1) }, status: { templateStatuses: failed } });
    expect(stage.step(1).actions).toEqual([
      { verb: 'delete', resource: 'services', name: `${NAME}-old` },
      { verb: 'delete', resource: 'replicasets', name: `${NAME}-old` },
    ]);
    expect(stage.status).toMatchObject({ phase: 'Running', templateStatuses: [{ name: 'canary', status: 'Running' }] });
    expect(stage.step(1).actions).toEqual([]);
  });

  test('an analysis: its run is stopped, again if that failed', () => {
    const stage = aRunningStage();
    stage.patch('Experiment', NAME, { spec: { analyses: null } });
    stage.world.happen({
      op: 'fail',
      verb: 'patch',
      resource: 'analysisruns',
      name: '',
      times: 1,
      reason: 'InternalError',
      message: 'etcd is down',
    });
    expect(stage.step(1).actions).toMatchObject([{ errorReason: 'InternalError' }]);
    expect(stage.status.analysisRuns).toHaveLength(1);
    expect(stage.step(1).actions).toMatchObject([{ verb: 'patch', patch: { spec: { terminate: true } } }]);
    expect(stage.status.analysisRuns).toBeUndefined();
  });
});

test('a Service with a name of its own is created once', () => {
  const ports = [{ containerPort: 8080, name: 'http' }];
  const template = { spec: { containers: [{ name: 'guestbook', ports }] } };
  const stage = aRunningStage({ templates: [aTemplateSpec({ service: { name: 'pretty' }, template })], analyses: [] });
  expect(stage.status.templateStatuses).toMatchObject([{ serviceName: 'pretty' }]);
  expect(stage.step(1)).toMatchObject({ actions: [], isPatched: false });
});

describe('replies', () => {
  test('success is taken for granted', () => {
    const { changes, status } = advanceExperiment(aSeen(), NOW);
    expect(changes).toHaveLength(1);
    expect(status.templateStatuses).toMatchObject([{ status: 'Progressing' }]);
  });

  test('a failure is said, and alters what comes after it', () => {
    const failed = { went: 'failed', message: 'quota' } as const;
    const { changes, status, events } = advanceExperiment(aSeen({ replies: [failed] }), NOW);
    expect(changes).toHaveLength(1);
    expect(status.templateStatuses).toMatchObject([
      { status: 'Error', message: "Failed to create ReplicaSet for template 'canary': quota" },
    ]);
    expect(events.map(({ reason }) => reason)).toEqual(['ReplicaSetCreateError', 'TemplateError', 'ExperimentPending']);
  });
});

function aSeen(override: Partial<SeenExperiment> = {}): SeenExperiment {
  return {
    object: anExperiment({ spec: { analyses: [] } }),
    replicaSets: [],
    services: [],
    runs: new Map(),
    templates: { template: () => undefined, clusterTemplate: () => undefined },
    ...override,
  };
}

/** Whether the experiment would be labelled as one with nothing left to do. */
function finishedOf(stage: Stage): boolean | undefined {
  return stage.step().finished;
}
