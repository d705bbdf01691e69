import { expect, test } from 'vitest';
import type { AdmissionRequest } from '../../lib/webhook/admission.ts';
import { review } from '../../lib/webhook/review.ts';
import { aMetric, anExperiment, aRun, aTemplate } from '../builders.ts';

const options = { cluster: 'c1', denyInvalid: false };
const argo = (kind: string) => ({ group: 'argoproj.io', version: 'v1alpha1', kind });
const run = aRun({ metadata: { resourceVersion: '7' } });
const wrong = aRun({ spec: { metrics: [aMetric({ successCondition: 'resul > 1' })] } });

function reviewed(request: Partial<AdmissionRequest>, settings = options) {
  const whole = { uid: 'u1', kind: argo('AnalysisRun'), operation: 'CREATE', object: run, ...request };
  return review(JSON.stringify({ kind: 'AdmissionReview', request: whole }), settings);
}

test.each([
  { name: 'a run comes', request: {}, want: 'AnalysisRun Created' },
  { name: 'a run changes', request: { operation: 'UPDATE' }, want: 'AnalysisRun Updated' },
  { name: 'a run goes', request: { operation: 'DELETE', object: null, oldObject: run }, want: 'AnalysisRun Deleted' },
  { name: 'an experiment', request: { kind: argo('Experiment'), object: anExperiment() }, want: 'Experiment Created' },
  { name: 'a dry run', request: { dryRun: true }, want: undefined },
  { name: 'a template', request: { kind: argo('AnalysisTemplate'), object: aTemplate() }, want: undefined },
  { name: 'a connection to it', request: { operation: 'CONNECT' }, want: undefined },
  { name: 'a review without an object', request: { object: null }, want: undefined },
  { name: 'a rollout', request: { kind: argo('Rollout') }, want: 'Rollout Created' },
  { name: 'another kind of its group', request: { kind: argo('Workflow') }, want: undefined },
  { name: 'a kind of others', request: { kind: { ...argo('AnalysisRun'), group: 'example.com' } }, want: undefined },
] as const)('what is told of: $name', ({ request, want }) => {
  const { answer, event } = reviewed(request);
  expect(answer.response).toMatchObject({ uid: 'u1', allowed: true });
  expect(event?.event.detailType).toBe(want);
});

test('an event carries the key and what there was before, and nothing of the object', () => {
  expect(reviewed({}).event).toEqual({
    key: 'c1/AnalysisRun/shop/guestbook-6fd5/5a1c',
    event: {
      source: 'assay.cluster.c1',
      detailType: 'AnalysisRun Created',
      detail: {
        cluster: 'c1',
        kind: 'AnalysisRun',
        namespace: 'shop',
        name: 'guestbook-6fd5',
        uid: '5a1c',
        before: '5a1c@',
      },
    },
  });
});

const replicaSet = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    namespace: 'shop',
    name: 'guestbook-7d8',
    uid: 'rs1',
    resourceVersion: '9',
    ownerReferences: [
      { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'guestbook', uid: 'ro1', controller: true },
    ],
  },
};
const scale = { ...run, kind: 'Scale', metadata: { ...run.metadata, uid: 'ro1', resourceVersion: '8' } };

test.each([
  { name: 'nothing, of what comes', request: {}, want: '5a1c@' },
  {
    name: 'its version, whatever version the change says',
    request: {
      operation: 'UPDATE',
      oldObject: run,
      object: { ...run, metadata: { ...run.metadata, resourceVersion: '' } },
    },
    want: '5a1c@7',
  },
  {
    name: 'which nobody waits for, of what goes',
    request: { operation: 'DELETE', object: null, oldObject: run },
    want: '',
  },
  {
    name: 'that of the one whose status changes, of what is told to its owner',
    request: {
      kind: { group: 'apps', version: 'v1', kind: 'ReplicaSet' },
      operation: 'UPDATE',
      subResource: 'status',
      object: replicaSet,
      oldObject: replicaSet,
    },
    want: 'rs1@9',
  },
  {
    name: 'that of the object, of its scale',
    request: {
      kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      resource: { group: 'argoproj.io', version: 'v1alpha1', resource: 'rollouts' },
      operation: 'UPDATE',
      subResource: 'scale',
      object: scale,
      oldObject: scale,
    },
    want: 'ro1@8',
  },
] as const)('what there was before: $name', ({ request, want }) => {
  expect(reviewed(request).event?.event.detail['before']).toBe(want);
});

test('namespace and name are those of the request where the object does not have its own', () => {
  const { namespace: _, name: __, ...metadata } = run.metadata;
  const object = { ...run, metadata: { ...metadata, generateName: 'guestbook-' } };
  const detailOf = (request: Partial<AdmissionRequest>) => reviewed({ object, ...request }).event?.event.detail;
  expect(detailOf({ namespace: 'shop', name: 'guestbook-1' })).toMatchObject({
    namespace: 'shop',
    name: 'guestbook-1',
  });
  expect(detailOf({})).toMatchObject({ namespace: '', name: '' });
});

test.each([
  { name: 'of 60 KB', length: 60_000, warnings: 1 },
  { name: 'of more than 64 KiB', length: 65_536, warnings: 0 },
])('a review $name is told of and checked below 64 KiB', ({ length, warnings }) => {
  const annotations = { note: 'x'.repeat(length) };
  const { answer, event } = reviewed({ object: { ...wrong, metadata: { ...wrong.metadata, annotations } } });
  expect(answer.response).toMatchObject({ uid: 'u1', allowed: true });
  expect(answer.response.warnings ?? []).toHaveLength(warnings);
  expect(event).toBeDefined();
});

test.each([
  { name: '199,000', count: 199_000, problem: undefined },
  { name: '200,001', count: 200_001, problem: 'too many values' },
])('a review of $name values: $problem', ({ count, problem }) => {
  const body = JSON.stringify({
    request: {
      uid: 'u1',
      kind: argo('AnalysisRun'),
      operation: 'CREATE',
      object: { ...run, more: Array(count).fill(1) },
    },
  });
  const { answer, event, ...rest } = review(body, options);
  expect(answer.response).toEqual({ uid: 'u1', allowed: true });
  expect(rest.problem).toBe(problem);
  expect(event === undefined).toBe(problem !== undefined);
});

test('a warning that is too long for API servers is cut', () => {
  const successCondition = `${'x'.repeat(300)} > 1`;
  const { answer } = reviewed({ object: aRun({ spec: { metrics: [aMetric({ successCondition })] } }) });
  expect(answer.response.warnings?.[0]).toMatch(/^assay: error: .{241}…$/s);
});

const owned = (kind: string, apiVersion = 'argoproj.io/v1alpha1', controller = true) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    name: 'j',
    namespace: 'shop',
    uid: 'j1',
    ownerReferences: [{ apiVersion, kind, name: 'o', uid: 'o1', controller }],
  },
});

test.each([
  { name: 'a Job of a run', object: owned('AnalysisRun'), want: 'AnalysisRun Changed' },
  { name: 'a ReplicaSet of an experiment', object: owned('Experiment'), want: 'Experiment Changed' },
  { name: 'a ReplicaSet of a Rollout', object: owned('Rollout'), want: 'Rollout Changed' },
  { name: 'of a Deployment', object: owned('Deployment', 'apps/v1'), want: undefined },
  { name: 'of another group', object: owned('AnalysisRun', 'example.com/v1'), want: undefined },
  { name: 'an owner that does not control it', object: owned('AnalysisRun', undefined, false), want: undefined },
])('a status is told to the owner: $name', ({ object, want }) => {
  const { event } = reviewed({
    kind: { group: 'batch', version: 'v1', kind: 'Job' },
    subResource: 'status',
    operation: 'UPDATE',
    object,
  });
  expect(event?.event.detailType).toBe(want);
  expect(event?.event.detail['name']).toBe(want && 'o');
});

const rollouts = { group: 'argoproj.io', version: 'v1alpha1', resource: 'rollouts' };

test.each([
  { name: 'its status', kind: argo('Rollout'), subResource: 'status', resource: rollouts, want: 'Rollout Changed' },
  {
    name: 'its scale, which is an object of another kind',
    kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
    subResource: 'scale',
    resource: rollouts,
    want: 'Rollout Changed',
  },
  {
    name: 'the scale of something else',
    kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
    subResource: 'scale',
    resource: { group: 'apps', version: 'v1', resource: 'deployments' },
    want: undefined,
  },
])('what somebody writes to a part of an object that is looked after is told: $name', ({ want, ...request }) => {
  const metadata = { namespace: 'shop', name: 'web', uid: 'r1' };
  const object = { apiVersion: 'v1', kind: request.kind.kind, metadata };
  const { event } = reviewed({ ...request, operation: 'UPDATE', object });
  expect(event?.event.detailType).toBe(want);
  expect(event?.key).toBe(want && 'c1/Rollout/shop/web/r1');
});

test.each([
  { name: 'no JSON', body: 'nonsense', uid: '' },
  { name: 'no review', body: '[1]', uid: '' },
  { name: 'no request', body: '{"request":{}}', uid: '' },
  { name: 'cut short', body: '{"kind":"AdmissionReview","request":{"uid":"u-9","kind":{', uid: 'u-9' },
])('what cannot be read is allowed: $name', ({ body, uid }) => {
  const { answer, event, problem } = review(body, options);
  expect(answer.response).toEqual({ uid, allowed: true });
  expect(event).toBeUndefined();
  expect(problem).toBe('not an admission review');
});

test('what cannot be checked is allowed, and said', () => {
  const { answer, problem } = reviewed({ object: Object.assign({}, run, { spec: null }) });
  expect(answer.response.allowed).toBe(true);
  expect(problem).toBeDefined();
});

test('errors are warned of, and allowed', () => {
  const { answer, event } = reviewed({ object: wrong });
  expect(answer.response.allowed).toBe(true);
  expect(answer.response.warnings?.[0]).toMatch(/^assay: error: spec\.metrics\[0\]\.successCondition: .*resul/);
  expect(event).toBeDefined();
});

test('an experiment that cannot be run is warned of', () => {
  const object = anExperiment({ spec: { duration: 'soon' } });
  const { answer } = reviewed({ kind: argo('Experiment'), object });
  expect(answer.response.warnings).toEqual([expect.stringContaining('invalid duration')]);
});

test('many warnings are cut short', () => {
  const metrics = Array.from({ length: 40 }, (_, index) => aMetric({ name: `m${index}`, successCondition: 'resul' }));
  const { warnings = [] } = reviewed({ object: aRun({ spec: { metrics } }) }).answer.response;
  expect(warnings).toHaveLength(16);
  expect(warnings.at(-1)).toBe('assay: and 25 more; `assay lint` shows all');
});

const strict = { cluster: 'c1', denyInvalid: true };
test.each([
  { name: 'errors', request: { object: wrong }, allowed: false },
  { name: 'nothing wrong', request: {}, allowed: true },
  {
    name: 'an old error left as it is',
    request: { operation: 'UPDATE', object: wrong, oldObject: wrong },
    allowed: true,
  },
  { name: 'a new error', request: { operation: 'UPDATE', object: wrong, oldObject: run }, allowed: false },
  {
    name: 'on its way out',
    request: {
      operation: 'UPDATE',
      object: { ...wrong, metadata: { ...wrong.metadata, deletionTimestamp: '2026-11-05T10:00:00Z' } },
      oldObject: run,
    },
    allowed: true,
  },
  { name: 'deletion', request: { operation: 'DELETE', object: null, oldObject: wrong }, allowed: true },
] as const)('with denials: $name', ({ request, allowed }) => {
  const { answer, event } = reviewed(request, strict);
  expect(answer.response.allowed).toBe(allowed);
  expect(event !== undefined).toBe(allowed);
});

test('a denial says what is wrong', () => {
  const { status } = reviewed({ object: wrong }, strict).answer.response;
  expect(status).toMatchObject({ code: 422, message: expect.stringContaining('successCondition') });
});
