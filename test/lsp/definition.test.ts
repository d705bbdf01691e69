import { expect, test } from 'vitest';
import { definitionsAt } from '../../lib/lsp/definition.ts';
import { aWorkspace, marked } from './editor.ts';

const template = (kind: string, name: string, rest = 'metrics: []') =>
  `apiVersion: argoproj.io/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec: {${rest}}\n`;
const FILES = {
  'file:///work/latency.yaml': template('AnalysisTemplate', 'latency', 'args: [{name: quantile}]'),
  'file:///work/smoke.yaml': template('ClusterAnalysisTemplate', 'smoke'),
  'file:///work/shop.yaml': template('AnalysisTemplate', 'common').replace('  name', '  namespace: shop\n  name'),
  'file:///work/bank.yaml': template('AnalysisTemplate', 'common').replace('  name', '  namespace: bank\n  name'),
  'file:///work/user.yaml': template(
    'AnalysisTemplate',
    'user',
    'templates: [{templateName: own}], args: [{name: fromUser}]',
  ),
};

function definitions(source: string): string[] {
  const { text, offset } = marked(source, 'file:///work/own.yaml');
  return definitionsAt(text, offset, aWorkspace(text, FILES)).map(
    ({ uri, range: { start } }) => `${uri.split('/').at(-1)}:${start.line + 1}:${start.character + 1}`,
  );
}

test.each([
  { name: 'a template', rest: 'templates: [{templateName: lat┃ency}]', want: ['latency.yaml:4:9'] },
  { name: 'of the cluster', rest: 'templates: [{templateName: smo┃ke, clusterScope: true}]', want: ['smoke.yaml:4:9'] },
  { name: 'not of the cluster', rest: 'templates: [{templateName: smo┃ke}]', want: [] },
  {
    name: 'of any namespace, where the text names none',
    rest: 'templates: [{templateName: com┃mon}]',
    want: ['shop.yaml:5:9', 'bank.yaml:5:9'],
  },
  { name: 'an argument', rest: 'args: [{name: a}], metrics: [{name: "{{args.┃a}}"}]', want: ['own.yaml:5:22'] },
  {
    name: 'of a template that is named',
    rest: 'templates: [{templateName: latency}], metrics: [{name: "{{args.quan┃tile}}"}]',
    want: ['latency.yaml:5:22'],
  },
  {
    name: 'of a template that names this one',
    rest: 'metrics: [{name: "{{args.from┃User}}"}]',
    want: ['user.yaml:5:56'],
  },
  { name: 'a metric', rest: 'dryRun: [{metricName: er┃rors}], metrics: [{name: errors}]', want: ['own.yaml:5:57'] },
  { name: 'nothing', rest: 'metrics: [{name: er┃rors}]', want: [] },
])('$name', ({ rest, want }) => {
  expect(definitions(template('AnalysisTemplate', 'own', rest))).toEqual(want);
});

test('in the namespace that the text names', () => {
  const source = template('AnalysisTemplate', 'own', 'templates: [{templateName: com┃mon}]');
  expect(definitions(source.replace('  name', '  namespace: bank\n  name'))).toEqual(['bank.yaml:5:9']);
});

test('from a Rollout', () => {
  const source = template(
    'Rollout',
    'r',
    'strategy: {canary: {steps: [{analysis: {templates: [{templateName: lat┃ency}]}}]}}',
  );
  expect(definitions(source)).toEqual(['latency.yaml:4:9']);
});
