import { describe, expect, test } from 'vitest';
import { resolveExperimentArgument } from '../../lib/analysis/experiment-arguments.ts';
import { SpecError } from '../../lib/analysis/spec-error.ts';
import { findRunsToDelete } from '../../lib/rollout/analysis-history.ts';
import { findName, jobName, measurementKey } from '../../lib/analysis/names.ts';
import type { AnalysisPhase, AnalysisRun } from '../../lib/model/analysis-run.ts';
import { aResult, aRun } from '../builders.ts';

function statusOf(count: number, error: number) {
  return { phase: 'Running' as const, metricResults: [aResult({ count, error })] };
}

describe('jobName', () => {
  const uid = '0a1b2c3d-0000-4444-8888-123456789abc';

  test.each([
    {
      name: 'counts every measurement and error',
      run: { metadata: { uid: 'u' }, status: statusOf(3, 2) },
      metric: 'success-rate',
      want: 'u.success-rate.6',
    },
    { name: 'no uid yet', run: { metadata: {} }, metric: 'm', want: '.m.1' },
    { name: 'cut to 63 bytes', run: { metadata: { uid } }, metric: 'm'.repeat(40), want: `${uid}.${'m'.repeat(24)}.1` },
    {
      name: 'cut within a character',
      run: { metadata: { uid } },
      metric: `${'m'.repeat(21)}中${'m'.repeat(9)}`,
      want: `${uid}.${'m'.repeat(21)}中.1`,
    },
    {
      name: 'cut within a character, by the byte',
      run: { metadata: { uid } },
      metric: `${'m'.repeat(22)}中mm`,
      want: `${uid}.${'m'.repeat(22)}\ufffd\ufffd.1`,
    },
    {
      name: 'cut at a dash, which goes too',
      run: { metadata: { uid } },
      metric: 'smoke-test-of-the-login--page',
      want: `${uid}.smoke-test-of-the-login.1`,
    },
    { name: 'nothing left to cut', run: { metadata: { uid: uid + uid } }, metric: 'm', want: `${uid}${uid}..1` },
  ])('$name', ({ run, metric, want }) => {
    expect(jobName(measurementKey(run, metric))).toBe(want);
  });

  test.each([
    { name: 'behind a short name', metric: 'smoke', want: `${uid}.smoke-1234abcd.1` },
    { name: 'in place of the end of a long one', metric: 'm'.repeat(40), want: `${uid}.${'m'.repeat(15)}-1234abcd.1` },
  ])('a mark stands $name', ({ metric, want }) => {
    expect(jobName(measurementKey({ metadata: { uid } }, metric), '-1234abcd')).toBe(want);
  });
});

describe('findName', () => {
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Rollout', name: 'r', uid: 'u', controller: true }];
  const ours = (phase?: AnalysisPhase) =>
    aRun({ metadata: { name: 'a', ownerReferences }, ...(phase && { status: { phase } }) });

  test.each<{ name: string; existing: Record<string, AnalysisRun>; want: object }>([
    { name: 'free', existing: {}, want: { is: 'create', name: 'a' } },
    { name: 'ours and under way', existing: { a: ours('Running') }, want: { is: 'reuse', name: 'a' } },
    { name: 'ours, not begun', existing: { a: ours() }, want: { is: 'reuse', name: 'a' } },
    { name: 'ours, finished', existing: { a: ours('Failed') }, want: { is: 'create', name: 'a.1' } },
    { name: "somebody else's", existing: { a: aRun(), 'a.1': aRun() }, want: { is: 'create', name: 'a.2' } },
  ])('$name', ({ existing, want }) => {
    expect(findName(ours(), (name) => existing[name])).toStrictEqual(want);
  });

  test('a run without a controller', () => {
    const owned = aRun({ metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'K', name: 'n', uid: 'u' }] } });
    expect(() => findName(owned, () => undefined)).toThrow('Supplied run does not have an owner reference');
  });

  test('a run without a name', () => {
    const { name, ...nameless } = aRun({ metadata: { ownerReferences } }).metadata;
    expect(name).toBeDefined();
    expect(findName({ ...aRun(), metadata: nameless }, () => undefined).name).toBe('');
  });
});

const aged = (name: string, hour: number, phase: AnalysisPhase, hash?: string) =>
  aRun({
    metadata: {
      name,
      creationTimestamp: `2026-11-05T${hour}:00:00Z`,
      ...(hash !== undefined && { labels: { 'rollouts-pod-template-hash': hash } }),
    },
    status: { phase },
  });

test('history: the newest finished runs stay, and those without a ReplicaSet go', () => {
  const { creationTimestamp, ...unborn } = aged('unborn', 10, 'Successful', 'h').metadata;
  const runs = [
    { ...aged('unborn', 10, 'Successful', 'h'), metadata: unborn },
    aged('old', 10, 'Successful', 'h'),
    aged('new', 12, 'Successful', 'h'),
    aged('bad', 11, 'Error', 'h'),
    aged('running', 11, 'Running', 'h'),
    aged('stray', 13, 'Running'),
    aged('gone', 14, 'Running', 'g'),
    aged('leaving', 15, 'Running', 'l'),
  ];
  const replicaSets = [
    { metadata: { labels: { 'rollouts-pod-template-hash': 'h' } } },
    { metadata: { labels: { 'rollouts-pod-template-hash': 'l' }, deletionTimestamp: '2026-11-05T16:00:00Z' } },
    { metadata: {} },
  ];
  const deleted = findRunsToDelete(runs, replicaSets, { successful: 1, unsuccessful: 0 });
  expect(creationTimestamp).toBeDefined();
  expect(deleted.map(({ metadata }) => metadata.name)).toStrictEqual([
    'leaving',
    'gone',
    'stray',
    'bad',
    'old',
    'unborn',
  ]);
});

describe('resolveExperimentArgument', () => {
  const facts = {
    availableAt: '2026-11-05T10:00:00Z',
    duration: '1h30m0.5s',
    templates: [{ name: 'canary', replicaSetName: 'ex-canary', podTemplateHash: 'h1' }],
  };

  test.each([
    { tag: 'templates.canary.podTemplateHash', want: 'h1' },
    { tag: 'templates.canary.replicaset.name', want: 'ex-canary' },
    { tag: 'experiment.availableAt', want: '2026-11-05T10:00:00Z' },
    { tag: 'experiment.finishedAt', want: '2026-11-05T11:30:00Z' },
  ])('$tag', ({ tag, want }) => {
    expect(resolveExperimentArgument(`{{${tag}}}`, facts)).toBe(want);
  });

  test.each([
    {
      name: 'not available yet',
      override: { availableAt: undefined },
      want: 'failed to resolve {{experiment.finishedAt}}',
    },
    { name: 'without an end', override: { duration: '' }, want: 'failed to resolve {{experiment.finishedAt}}' },
    { name: 'no duration', override: { duration: '1d' }, want: 'time: unknown unit "d" in duration "1d"' },
  ])('$name', ({ override, want }) => {
    const resolve = () => resolveExperimentArgument('{{experiment.finishedAt}}', { ...facts, ...override });
    // What is no SpecError is taken for a bug, and its step for one to be tried again, for ever.
    expect(resolve).toThrow(SpecError);
    expect(resolve).toThrow(want);
  });
});
