import { expect, test } from 'vitest';
import { lintText } from '../../lib/lint/lint-text.ts';
import { checkObject, warningsOf } from '../../lib/webhook/warnings.ts';
import { aRun } from '../builders.ts';
import { aScheduled, aScheduledOfCluster, annotations } from '../schedule/templates.ts';

const TEXT = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata:
  name: nightly
  annotations:
    assay.dev/schedule: '@daily'
    assay.dev/schedule-concurrency: forbid
spec:
  metrics:
    - name: up
      successCondition: result.ok
      provider:
        web:
          url: http://shop.example.com/health
`;
const SAYS =
  'metadata.annotations["assay.dev/schedule-concurrency"]: "forbid": unknown word (did you mean "Forbid"?); known: Allow, Forbid, Replace';

test('lint shows the annotation in the file', () => {
  const findings = lintText({ path: 'nightly.yaml', text: TEXT });
  expect(findings).toMatchObject([
    {
      file: 'nightly.yaml',
      range: { start: { line: 7, column: 37 } },
      severity: 'error',
      rule: 'schedule',
      path: 'metadata.annotations["assay.dev/schedule-concurrency"]',
      message: SAYS.slice(SAYS.indexOf(': ') + 2),
    },
  ]);
});

test('the webhook warns with the same words', () => {
  expect(warningsOf(checkObject(aScheduled({ '': '@daily', concurrency: 'forbid' })))).toEqual([
    `assay: error: ${SAYS}`,
  ]);
});

test('a template of the cluster is told what it lacks', () => {
  expect(warningsOf(checkObject(aScheduledOfCluster({ '': '@daily' })))).toEqual([
    expect.stringContaining(
      'assay: error: metadata.annotations["assay.dev/schedule-namespaces"]: required, but missing',
    ),
  ]);
});

test('a good schedule, and a run with such annotations, are no cause for words', () => {
  expect(checkObject(aScheduled({ '': '*/5 * * * *' }))).toEqual([]);
  expect(checkObject(aRun({ metadata: { name: 'run', annotations: annotations({ '': 'never' }) } }))).toEqual([]);
});
