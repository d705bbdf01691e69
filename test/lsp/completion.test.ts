import { expect, test } from 'vitest';
import { completionsAt } from '../../lib/lsp/completion.ts';
import { aWorkspace, marked } from './editor.ts';

const HEAD = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: own}
spec:
  args:
    - name: service
      value: shop
    - name: region
`;
const METRIC = `${HEAD}  metrics:
    - name: errors
`;
const OTHERS = {
  'file:///work/a.yaml': `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: latency, namespace: shop}
spec: {args: [{name: quantile}], metrics: []}
---
apiVersion: argoproj.io/v1alpha1
kind: ClusterAnalysisTemplate
metadata: {name: smoke}
spec: {args: [{name: path}], metrics: []}
`,
};
const EXPERIMENT = `apiVersion: argoproj.io/v1alpha1
kind: Experiment
metadata: {name: e}
spec:
  templates:
    - name: canary
  analyses:
    - name: a
      templateName: latency
      args:
        - name: quantile
`;

function complete(source: string) {
  const { text, offset } = marked(source);
  const items = completionsAt(text, offset, aWorkspace(text, OTHERS));
  return items.map(({ label, textEdit }) => ({ label, newText: textEdit?.newText }));
}

const labelsAt = (source: string) => complete(source).map(({ label }) => label);

test.each([
  { name: 'the fields that a template may have', source: `${HEAD}  ┃`, want: ['metrics', 'dryRun', 'templates'] },
  { name: 'a name that is begun', source: `${HEAD}  met┃\n`, want: ['metrics'] },
  {
    name: 'a name above other fields',
    source: `${METRIC}      pro┃\n      interval: 5m\n`,
    want: ['provider', 'count'],
  },
  { name: 'an item of a list', source: `${HEAD}  metrics:\n    - ┃`, want: ['name', 'provider'] },
  { name: 'providers', source: `${METRIC}      provider:\n        ┃`, want: ['prometheus', 'web', 'job'] },
  { name: 'a provider', source: `${METRIC}      provider:\n        web:\n          ┃`, want: ['url', 'jsonPath'] },
  { name: 'in braces', source: `${METRIC}      provider: {web: {┃}}`, want: ['url', 'jsonPath'] },
  {
    name: 'in JSON',
    source: '{"apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisRun", "spec": {"met┃"}}',
    want: ['metrics'],
  },
  { name: 'a kind', source: 'apiVersion: argoproj.io/v1alpha1\nkind: ┃', want: ['AnalysisTemplate', 'Experiment'] },
  { name: 'a document that is empty yet', source: '┃', want: ['apiVersion', 'kind'] },
  { name: 'the group', source: 'apiVersion: arg┃\n', want: ['argoproj.io/v1alpha1'] },
  { name: 'true and false', source: `${METRIC}      provider: {web: {insecure: ┃}}`, want: ['true', 'false'] },
  {
    name: 'words',
    source: `${METRIC}      provider:\n        datadog:\n          aggregator: ┃`,
    want: ['avg', 'max'],
  },
  { name: 'functions', source: `${METRIC}      successCondition: le┃`, want: ['len', 'result', 'isNaN'] },
  {
    name: 'functions in a block',
    source: `${METRIC}      successCondition: |\n        result[0] > 1 &&\n        ┃\n`,
    want: ['len', 'result'],
  },
  { name: 'functions in quotes', source: `${METRIC}      successCondition: "┃"`, want: ['len', 'result'] },
  {
    name: 'functions of times',
    source: `${METRIC}      provider: {prometheus: {rangeQuery: {start: ┃}}}`,
    want: ['now', 'duration'],
  },
  {
    name: 'arguments',
    source: `${METRIC}      successCondition: result > {{args.┃`,
    want: ['args.service', 'args.region'],
  },
  {
    name: 'arguments before their prefix',
    source: `${METRIC}      successCondition: result > {{┃}}`,
    want: ['args.service'],
  },
  {
    name: 'arguments without quotes',
    source: `${METRIC}      interval: {{args.┃\n      count: 3\n`,
    want: ['args.service'],
  },
  {
    name: 'arguments of templates that are named',
    source: `${HEAD}  templates: [{templateName: latency}]\n  metrics: [{name: "{{┃"}]`,
    want: ['args.quantile', 'args.region'],
  },
  { name: 'names of templates', source: `${HEAD}  templates:\n    - templateName: ┃`, want: ['latency', 'own'] },
  {
    name: 'of the cluster',
    source: `${HEAD}  templates:\n    - clusterScope: true\n      templateName: ┃`,
    want: ['smoke'],
  },
  {
    name: 'in a Rollout',
    source:
      'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec: {strategy: {canary: {analysis: {templates: [{templateName: ┃}]}}}}',
    want: ['latency'],
  },
  { name: 'metrics of rules', source: `${METRIC}  dryRun:\n    - metricName: ┃`, want: ['errors'] },
  { name: 'arguments that a template takes', source: EXPERIMENT.replace('quantile', '┃'), want: ['quantile'] },
  {
    name: 'what an experiment knows',
    source: `${EXPERIMENT}          value: "{{┃"`,
    want: ['templates.canary.podTemplateHash'],
  },
])('$name', ({ source, want }) => {
  expect(labelsAt(source)).toEqual(expect.arrayContaining(want));
});

test.each([
  { name: 'a field that is there', source: `${METRIC}      na┃\n`, never: 'name' },
  { name: 'a template of the other scope', source: `${HEAD}  templates:\n    - templateName: ┃`, never: 'smoke' },
  { name: 'a function where a field is', source: `${METRIC}      ┃`, never: 'len' },
  { name: "an argument of somebody else's", source: `${METRIC}      interval: "{{┃"`, never: 'args.quantile' },
])('never: $name', ({ source, never }) => {
  const labels = labelsAt(source);
  expect(labels.length).toBeGreaterThan(0);
  expect(labels).not.toContain(never);
});

test.each([
  { name: 'a document of others', source: 'apiVersion: v1\nkind: ConfigMap\n┃' },
  { name: 'the values of a chart', source: 'replicas: 1\nimage:\n  ┃' },
  { name: 'a comment', source: `${METRIC}      # inter┃` },
  { name: 'a text in a condition', source: `${METRIC}      successCondition: result == "le┃` },
  { name: 'a field of a result', source: `${METRIC}      successCondition: result.le┃` },
  { name: 'free text', source: `${METRIC}      interval: ┃` },
])('nothing in $name', ({ source }) => {
  expect(complete(source)).toEqual([]);
});

test.each([
  { name: 'a text: its colon', source: `${METRIC}      inter┃`, label: 'interval', newText: 'interval: ' },
  { name: 'an object: its first line', source: `${METRIC}      ┃`, label: 'provider', newText: 'provider:\n        ' },
  { name: 'a list: its first item', source: `${HEAD}  ┃`, label: 'metrics', newText: 'metrics:\n    - ' },
  { name: 'nothing where the colon is', source: `${METRIC}      inter┃: 5m`, label: 'interval', newText: 'interval' },
  { name: 'nothing in braces', source: `${METRIC}      provider: {w┃}`, label: 'web', newText: 'web' },
  {
    name: 'braces that close',
    source: `${METRIC}      interval: "{{args.┃"`,
    label: 'args.region',
    newText: 'args.region}}',
  },
  {
    name: 'none where they are',
    source: `${METRIC}      interval: "{{args.┃}}"`,
    label: 'args.region',
    newText: 'args.region',
  },
])('what is put in after the name: $name', ({ source, label, newText }) => {
  expect(complete(source)).toContainEqual({ label, newText });
});

test('the word before the cursor is replaced, and nothing else', () => {
  const { text, offset } = marked(`${METRIC}      pro┃`);
  const item = completionsAt(text, offset, aWorkspace(text)).find(({ label }) => label === 'provider');
  expect(item?.textEdit).toMatchObject({ range: text.rangeOf([offset - 3, offset]) });
});

test('what is required comes first', () => {
  const { text, offset } = marked(`${HEAD}  metrics:\n    - ┃`);
  const items = completionsAt(text, offset, aWorkspace(text));
  const sorted = items.toSorted((a, b) => String(a.sortText).localeCompare(String(b.sortText)));
  expect(sorted.slice(0, 2).map(({ label }) => label)).toEqual(['name', 'provider']);
});
