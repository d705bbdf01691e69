import { describe, expect, test } from 'vitest';
import { newRunFromRollout } from '../../lib/rollout/analysis-run.ts';
import {
  flattenTemplates,
  newRunFromTemplates,
  templatesFromRefs,
  type TemplateSource,
} from '../../lib/analysis/templates.ts';
import type { AnalysisTemplateSpec } from '../../lib/model/analysis-template.ts';
import { aMetric, aTemplate } from '../builders.ts';

function aSource(specs: Record<string, AnalysisTemplateSpec>, clusterSpecs = {} as typeof specs): TemplateSource {
  const lookUp = (all: typeof specs) => (name: string) => all[name] && { metadata: { name }, spec: all[name] };
  return { template: lookUp(specs), clusterTemplate: lookUp(clusterSpecs) };
}

const refTo = (templateName: string, clusterScope?: boolean) => ({
  templateName,
  ...(clusterScope !== undefined && { clusterScope }),
});

describe('templatesFromRefs', () => {
  const names = (refs: ReturnType<typeof refTo>[], source: TemplateSource) => {
    const { templates, clusterTemplates } = templatesFromRefs(refs, source);
    return [templates, clusterTemplates].map((found) => found.map(({ metadata }) => metadata.name));
  };

  test('those that a template refers to come right after it, each once, scope by scope', () => {
    const source = aSource(
      { a: { templates: [refTo('b'), refTo('c', true)] }, b: {}, d: { templates: [refTo('b')] } },
      { c: { templates: [refTo('d')] } },
    );
    expect(names([refTo('d'), refTo('a')], source)).toStrictEqual([['d', 'b', 'a'], ['c']]);
  });

  test.each([
    { name: 'of the namespace', ref: refTo('x'), want: 'analysistemplate.argoproj.io "x" not found' },
    { name: 'of the cluster', ref: refTo('x', true), want: 'clusteranalysistemplate.argoproj.io "x" not found' },
    {
      name: 'with a quote in its name',
      ref: refTo('"'),
      want: String.raw`analysistemplate.argoproj.io "\"" not found`,
    },
    { name: 'without a name', ref: {}, want: 'analysistemplate.argoproj.io "" not found' },
  ])('a template $name that is missing', ({ ref, want }) => {
    expect(() => templatesFromRefs([ref], aSource({}))).toThrow(want);
  });

  test('a circle, which would never end', () => {
    const source = aSource({ a: { templates: [refTo('b')] }, b: { templates: [refTo('a')] } });
    expect(() => templatesFromRefs([refTo('a')], source)).toThrow(
      'analysistemplate "a" refers to analysistemplate "b" refers to analysistemplate "a": a circle',
    );
  });

  test('templates of one name in two scopes are no circle', () => {
    const source = aSource({ a: { templates: [refTo('a', true)] } }, { a: {} });
    expect(names([refTo('a')], source)).toStrictEqual([['a'], ['a']]);
  });
});

const flatten = (...specs: AnalysisTemplateSpec[]) =>
  flattenTemplates({ templates: specs.map((spec) => ({ metadata: {}, spec })), clusterTemplates: [] });

describe('flattenTemplates', () => {
  test.each([
    { name: 'equal values', args: ['1', '1'], want: '1' },
    { name: 'a later value for none', args: [undefined, '2'], want: '2' },
    { name: 'a value stays', args: ['1', undefined], want: '1' },
  ])('$name', ({ args, want }) => {
    const specs = args.map((value) => ({ args: [{ name: 'x', ...(value !== undefined && { value }) }] }));
    expect(flatten(...specs).args).toStrictEqual([{ name: 'x', value: want }]);
  });

  test.each([
    {
      specs: [{ metrics: [aMetric()] }, { metrics: [aMetric()] }],
      want: "two metrics have the same name 'success-rate'",
    },
    {
      specs: [{ args: [{ name: 'x', value: '1' }] }, { args: [{ name: 'x', value: '2' }] }],
      want: "Argument `x` specified multiple times with different values: '1', '2'",
    },
    {
      specs: [{ dryRun: [{ metricName: 'a' }, { metricName: 'a' }] }],
      want: "two Dry-Run metric rules have the same name 'a'",
    },
    {
      specs: [
        {
          measurementRetention: [
            { metricName: 'a', limit: 1 },
            { metricName: 'a', limit: 2 },
          ],
        },
      ],
      want: "two Measurement Retention metric rules have the same name 'a'",
    },
  ])('$want', ({ specs, want }) => {
    expect(() => flatten(...specs)).toThrow(want);
  });
});

test('a run from templates: incoming rules first, then those of the templates', () => {
  const templates = [aTemplate({ spec: { dryRun: [{ metricName: 'b' }], args: [{ name: 'x' }] } })];
  const run = newRunFromTemplates(
    { templates, clusterTemplates: [] },
    { metadata: { name: 'r' }, args: [{ name: 'x', value: '1' }], dryRun: [{ metricName: 'a' }] },
  );
  expect(run).toStrictEqual({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: { name: 'r' },
    spec: {
      metrics: [aMetric()],
      args: [{ name: 'x', value: '1' }],
      dryRun: [{ metricName: 'a' }, { metricName: 'b' }],
    },
  });
});

test('a run from a Rollout: its name, its owner, and whose labels win', () => {
  const rollout = {
    metadata: { name: 'shop', namespace: 'prod', uid: 'u1', annotations: { 'rollout.argoproj.io/revision': '7' } },
    spec: { selector: { matchLabels: { app: 'selector' } } },
  };
  const analysis = {
    templates: [refTo('a')],
    analysisRunMetadata: { labels: { app: 'asked', team: 'a' }, annotations: { note: 'hi' } },
  };
  const details = { podHash: '5f6c', infix: 'pre', labels: { app: 'given', 'rollout-type': 'Step' }, args: [] };
  const source = aSource({ a: { metrics: [aMetric()] } });
  expect(newRunFromRollout(rollout, analysis, details, source).metadata).toStrictEqual({
    name: 'shop-5f6c-7-pre',
    namespace: 'prod',
    labels: { app: 'selector', team: 'a', 'rollout-type': 'Step' },
    annotations: { 'rollout.argoproj.io/revision': '7', note: 'hi' },
    ownerReferences: [
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Rollout',
        name: 'shop',
        uid: 'u1',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  });
  const bare = newRunFromRollout({ metadata: {}, spec: {} }, {}, { ...details, infix: '' }, source);
  expect(bare.metadata).toMatchObject({ name: '-5f6c-', annotations: { 'rollout.argoproj.io/revision': '' } });
});
