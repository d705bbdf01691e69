import { expect, test } from 'vitest';
import { hoverAt } from '../../lib/lsp/hover.ts';
import { aWorkspace, marked } from './editor.ts';

const aTemplate = (metric: string) => `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: own}
spec:
  args:
    - {name: limit, value: "0.9"}
    - {name: open}
    - {name: token, valueFrom: {secretKeyRef: {name: keys, key: token}}}
    - {name: region, valueFrom: {fieldRef: {fieldPath: "metadata.labels['region']"}}}
  templates: [{templateName: latency}]
  metrics:
    - name: errors
${metric}
`;
const OTHERS = {
  'file:///work/latency.yaml': `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: latency}
spec: {args: [{name: quantile, value: p99}], metrics: [{name: p, provider: {}}]}
`,
};

function hover(source: string): string | undefined {
  const { text, offset } = marked(source);
  const shown = hoverAt(text, offset, aWorkspace(text, OTHERS))?.contents;
  return shown === undefined ? undefined : JSON.stringify(shown);
}

test.each([
  { name: 'a field', metric: '      inter┃val: 5m', says: 'Time between measurements' },
  { name: 'its type', metric: '      inter┃val: 5m', says: '**interval**: duration' },
  { name: 'the value of a field, by the field', metric: '      interval: 5┃m', says: 'Time between measurements' },
  { name: 'words and default', metric: '      provider: {datadog: {api┃Version: v2}}', says: 'One of `v1`, `v2`.' },
  { name: 'a function', metric: '      successCondition: le┃n(result) > 0', says: 'len(list | map | string) int' },
  { name: 'a word', metric: '      successCondition: le┃n(result) > 0', says: 'The number of elements' },
  { name: 'the result', metric: '      successCondition: res┃ult > 0', says: 'What the provider gave' },
  {
    name: 'a condition, by each type that the provider may give',
    metric: '      successCondition: ┃result[0] > 0\n      provider: {prometheus: {query: x}}',
    says: '`[]float64` (a vector: one number a series) → `bool`',
  },
  {
    name: 'a type that it cannot be evaluated for',
    metric: '      successCondition: ┃result[0] > 0\n      provider: {prometheus: {query: x}}',
    says: '`float64` (a scalar) → type float64[int] is undefined',
  },
  {
    name: 'a condition with the values of arguments',
    metric: '      successCondition: ┃result[0] > {{args.limit}}\n      provider: {graphite: {query: x}}',
    says: '`[]float64` → `bool`',
  },
  {
    name: 'a condition that hangs on an open argument',
    metric: '      successCondition: ┃result[0] > {{args.open}}\n      provider: {graphite: {query: x}}',
    says: 'hangs on arguments without a value',
  },
  {
    name: 'a provider that judges by itself',
    metric: '      successCondition: ┃result\n      provider: {job: {spec: {}}}',
    says: 'Job gives the verdict itself',
  },
  { name: 'no provider: any type', metric: '      successCondition: ┃result > 1', says: '`result`: `any` → `bool`' },
  { name: 'an argument', metric: '      interval: "{{args.li┃mit}}"', says: '(line 6): `0.9`' },
  { name: 'one without a value', metric: '      interval: "{{args.op┃en}}"', says: 'without a value of its own' },
  { name: 'one from a Secret', metric: '      interval: "{{args.to┃ken}}"', says: 'key `token` of Secret `keys`' },
  { name: 'one from a field', metric: '      interval: "{{args.reg┃ion}}"', says: "metadata.labels['region']" },
  {
    name: 'one of another file',
    metric: '      interval: "{{ args.quan┃tile }}"',
    says: '`latency.yaml`, line 4): `p99`',
  },
  { name: 'one that nobody declares', metric: '      interval: "{{args.no┃pe}}"', says: 'is not declared' },
])('$name', ({ metric, says }) => {
  expect(hover(aTemplate(metric))).toContain(says);
});

test('a template, from its name', () => {
  expect(hover(aTemplate('').replace('templateName: latency', 'templateName: lat┃ency'))).toContain(
    '**AnalysisTemplate** `latency`',
  );
});

test.each([
  { name: 'a document of others', source: 'apiVersion: v1\nkind: Con┃figMap\n' },
  { name: 'a field that nobody knows', source: aTemplate('      no┃pe: 1') },
  { name: 'an empty text', source: '┃' },
])('nothing to say of $name', ({ source }) => {
  expect(hover(source)).toBeUndefined();
});
