import { expect, test } from 'vitest';
import type { Finding } from '../../lib/lint/finding.ts';
import { lintText, lintTexts } from '../../lib/lint/lint-text.ts';

const METRICS = `
  metrics:
    - {name: m, successCondition: result.ok, provider: {web: {url: 'https://shop.example.com/health'}}}
`;
const template = (name: string, { kind = 'AnalysisTemplate', spec = METRICS, namespace = '' } = {}): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}${namespace && `, namespace: ${namespace}`}}\nspec:${spec}`;
const PODS =
  'selector: {matchLabels: {app: shop}}, ' +
  'template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: shop, image: shop}]}}';
const rollout = (strategy: string, namespace = ''): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r${namespace && `, namespace: ${namespace}`}}\n` +
  `spec: {${PODS}, strategy: ${strategy.replace('{blueGreen: {', '{blueGreen: {activeService: shop, ')}}\n`;

const say = (findings: readonly Finding[]) => findings.map(({ severity, rule, path }) => `${severity} ${rule} ${path}`);
const together = (texts: readonly string[], settings = {}) =>
  say(
    lintTexts(
      texts.map((text, index) => ({ path: `${index}.yaml`, text })),
      () => settings,
    ).findings,
  );

test.each([
  { place: 'canary.analysis', strategy: '{canary: {analysis: {templates: [{templateName: x}]}}}' },
  { place: 'canary.steps[0].analysis', strategy: '{canary: {steps: [{analysis: {templates: [{templateName: x}]}}]}}' },
  {
    place: 'blueGreen.prePromotionAnalysis',
    strategy: '{blueGreen: {prePromotionAnalysis: {templates: [{templateName: x}]}}}',
  },
  {
    place: 'blueGreen.postPromotionAnalysis',
    strategy: '{blueGreen: {postPromotionAnalysis: {templates: [{templateName: x}]}}}',
  },
])('a Rollout refers to templates in $place', ({ place, strategy }) => {
  expect(together([rollout(strategy)])).toEqual([
    `advice missing-template spec.strategy.${place}.templates[0].templateName`,
  ]);
  expect(together([rollout(strategy), template('x')])).toEqual([]);
});

test('and in experiments of its steps', () => {
  const experiment = '{templates: [], analyses: [{name: a, templateName: x}]}';
  const text = rollout(`{canary: {steps: [{experiment: ${experiment}}]}}`);
  expect(together([text])).toEqual([
    'advice missing-template spec.strategy.canary.steps[0].experiment.analyses[0].templateName',
  ]);
});

test.each<{ name: string; others: readonly string[]; settings?: object; want: string }>([
  { name: 'is advice', others: [], want: 'advice' },
  { name: 'is not given with --strict', others: [], settings: { strict: true }, want: '' },
  { name: 'is an error where the files are all that there is', others: [], settings: { all: true }, want: 'error' },
  { name: 'is a warning where one of nearly that name is there', others: [template('success-rat')], want: 'warning' },
  {
    name: 'is a warning where one of the other scope is there',
    others: [template('success-rate', { kind: 'ClusterAnalysisTemplate' })],
    want: 'warning',
  },
  { name: 'is none where it is there', others: [template('success-rate')], want: '' },
  {
    name: 'is none where one of the same namespace is there',
    others: [template('success-rate', { namespace: 'shop' })],
    want: '',
  },
  {
    name: 'is advice where one of another namespace is there',
    others: [template('success-rate', { namespace: 'other' })],
    want: 'warning',
  },
])('a reference out of the files $name', ({ others, settings, want }) => {
  const text = rollout('{canary: {analysis: {templates: [{templateName: success-rate}]}}}', 'shop');
  const at = 'missing-template spec.strategy.canary.analysis.templates[0].templateName';
  expect(together([text, ...others], settings)).toEqual(want === '' ? [] : [`${want} ${at}`]);
});

const NEEDS = template('needs', {
  spec: `\n  args: [{name: host}]${METRICS.replace('shop.example.com', '{{args.host}}')}`,
});

test.each([
  { name: 'given', args: '[{name: host, value: x}]', want: [] },
  { name: 'given from elsewhere', args: '[{name: host, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]', want: [] },
  { name: 'named without a value', args: '[{name: host}]', want: ['error argument-not-given args[0]'] },
  { name: 'not given', args: '[]', want: ['error argument-not-given '] },
  {
    name: 'given under nearly its name: told once',
    args: '[{name: hots, value: x}]',
    want: ['warning argument-not-declared args[0].name'],
  },
])('an argument that is $name', ({ args, want }) => {
  const text = rollout(`{canary: {analysis: {templates: [{templateName: needs}], args: ${args}}}}`);
  const at = 'spec.strategy.canary.analysis';
  expect(together([text, NEEDS])).toEqual(
    want.map((line) => line.replace(/ (\S*)$/, (_, rest: string) => ` ${at}${rest && '.'}${rest}`)),
  );
});

test('arguments of templates that templates refer to are wanted too', () => {
  const outer = template('outer', { spec: '\n  templates: [{templateName: needs}]\n' });
  const text = rollout('{canary: {analysis: {templates: [{templateName: outer}]}}}');
  expect(together([text, outer, NEEDS])).toEqual(['error argument-not-given spec.strategy.canary.analysis']);
});

test('of several templates of one name, that of the own file is meant; else nothing is said of arguments', () => {
  const text = rollout('{canary: {analysis: {templates: [{templateName: needs}]}}}');
  const [one, other] = [NEEDS, NEEDS.replace('host}]', 'host, value: shop.example.com}]')];
  expect(together([text, one, other])).toEqual([]);
  expect(together([`${text}---\n${one}`, other])).toEqual(['error argument-not-given spec.strategy.canary.analysis']);
});

test.each([
  { name: 'a step', strategy: '{canary: {steps: [{analysis: {templates: [{templateName: x}]}}]}}', waits: true },
  {
    name: 'a promotion',
    strategy: '{blueGreen: {prePromotionAnalysis: {templates: [{templateName: x}]}}}',
    waits: true,
  },
  {
    name: 'nobody in the background',
    strategy: '{canary: {analysis: {templates: [{templateName: x}]}}}',
    waits: false,
  },
  {
    name: 'an experiment whose analysis must complete',
    strategy:
      '{canary: {steps: [{experiment: {analyses: [{name: a, templateName: x, requiredForCompletion: true}]}}]}}',
    waits: true,
  },
  {
    name: 'no experiment that ends its analysis',
    strategy: '{canary: {steps: [{experiment: {templates: [], analyses: [{name: a, templateName: x}]}}]}}',
    waits: false,
  },
])('$name waits for a metric without end: $waits', ({ strategy, waits }) => {
  const endless = template('x', { spec: METRICS.replace('name: m,', 'name: m, interval: 1m,') });
  const found = together([rollout(strategy), endless]).filter((line) => line.includes('endless-wait'));
  expect(found).toHaveLength(waits ? 1 : 0);
});

test('a circle is told once, and ends nothing', () => {
  const [a, b] = [
    template('a', { spec: '\n  templates: [{templateName: b}]\n' }),
    template('b', { spec: '\n  templates: [{templateName: a}]\n' }),
  ];
  expect(together([a, b, rollout('{canary: {analysis: {templates: [{templateName: a}]}}}')])).toEqual([
    'error template-cycle spec.templates[0].templateName',
  ]);
});

test('templates of one metric name cannot be put together; who only comes to them is not told', () => {
  const both = template('both', { spec: '\n  templates: [{templateName: x}, {templateName: z}]\n' });
  const text = rollout('{canary: {analysis: {templates: [{templateName: both}]}}}');
  expect(together([text, both, template('x'), template('z')])).toEqual(['error templates-conflict spec.templates']);
});

test('an editor asks for one text and hands in the others', () => {
  const others = [{ path: 'x.yaml', text: template('x') }];
  const text = rollout('{canary: {analysis: {templates: [{templateName: x}]}}}');
  expect(lintText({ path: 'r.yaml', text }, { others })).toEqual([]);
  expect(say(lintText({ path: 'r.yaml', text }))).toHaveLength(1);
});
