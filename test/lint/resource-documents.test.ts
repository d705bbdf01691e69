import { expect, test } from 'vitest';
import { isOurs, readResources } from '../../lib/lint/resource-documents.ts';

const V1 = 'argoproj.io/v1alpha1';

test.each([
  { name: 'one of ours', value: { apiVersion: V1, kind: 'AnalysisTemplate' }, want: true },
  { name: 'a slip in the kind', value: { apiVersion: V1, kind: 'AnalysisTemplat' }, want: true },
  { name: 'a slip in the group', value: { apiVersion: 'argoprj.io/v1', kind: 'AnalysisRun' }, want: true },
  { name: 'another version', value: { apiVersion: 'argoproj.io/v1', kind: 'AnalysisRun' }, want: true },
  { name: 'no apiVersion', value: { kind: 'AnalysisRun' }, want: true },
  { name: 'no kind', value: { apiVersion: V1 }, want: true },
  { name: 'neither, but metrics', value: { spec: { metrics: [] } }, want: true },
  { name: 'a Rollout', value: { apiVersion: V1, kind: 'Rollout' }, want: false },
  { name: 'an Experiment of Katib', value: { apiVersion: 'kubeflow.org/v1beta1', kind: 'Experiment' }, want: false },
  { name: 'a Deployment', value: { apiVersion: 'apps/v1', kind: 'Deployment' }, want: false },
  { name: 'values of a chart', value: { replicas: 1 }, want: false },
  { name: 'a text', value: 'x', want: false },
])('$name: $want', ({ value, want }) => {
  expect(isOurs(value)).toBe(want);
});

test('the items of a list are resources of their own, and know where they stand', () => {
  const text = 'apiVersion: v1\nkind: List\nitems:\n- kind: A\n- kind: B\n  x: 1\n';
  const { resources } = readResources({ name: 'f', text });
  expect(resources.map(({ value }) => value)).toEqual([{ kind: 'A' }, { kind: 'B', x: 1 }]);
  expect(resources.map(({ locate }) => locate(['x']))).toEqual([
    { line: 4, column: 3 },
    { line: 6, column: 3 },
  ]);
});
