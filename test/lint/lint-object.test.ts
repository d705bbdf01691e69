import { describe, expect, test } from 'vitest';
import { lintObject } from '../../lib/lint/lint-object.ts';
import type { AnalysisRunSpec, Metric } from '../../lib/model/analysis-run.ts';
import type { AnalysisTemplateSpec } from '../../lib/model/analysis-template.ts';
import { formatProblem, problemAt } from '../../lib/model/problem.ts';
import { aClusterTemplate, aMetric, aRun, aTemplate } from '../builders.ts';

/** Without advice, which has a test of its own. */
function complaintsOf(...given: Parameters<typeof lintObject>): string[] {
  return lintObject(...given)
    .filter(({ severity }) => severity !== 'advice')
    .map(({ keys, message, hint, severity }) => `${severity}: ${formatProblem(problemAt(keys, { message, hint }))}`);
}

const ofTemplate = (spec: AnalysisTemplateSpec) => complaintsOf(aTemplate({ spec }));
const ofRun = (spec: Partial<AnalysisRunSpec>) => complaintsOf(aRun({ spec }));
const ofMetric = (metric: Partial<Metric>) => ofTemplate({ metrics: [aMetric(metric)] });

test('nothing is wrong', () => {
  expect(complaintsOf(aRun())).toStrictEqual([]);
  expect(complaintsOf(aTemplate())).toStrictEqual([]);
  expect(complaintsOf(aClusterTemplate())).toStrictEqual([]);
});

describe('metrics', () => {
  test.each<{ metric: Partial<Metric>; want: string }>([
    { metric: { count: 3 }, want: 'error: spec.metrics[0].interval: interval must be specified when count > 1' },
    {
      metric: { failureLimit: -1 },
      want: 'error: spec.metrics[0].failureLimit: failureLimit and consecutiveSuccessLimit cannot both be disabled',
    },
    {
      metric: { initialDelay: '1d' },
      want: 'error: spec.metrics[0].initialDelay: invalid startDelay string: time: unknown unit "d" in duration "1d"',
    },
    { metric: { provider: {} }, want: 'error: spec.metrics[0].provider: no provider specified' },
    {
      metric: { failureLimit: '5%' },
      want: 'warning: spec.metrics[0].failureLimit: not a whole number: it counts as 0',
    },
    {
      metric: { successCondition: 'resul[0] > 1' },
      want: 'error: spec.metrics[0].successCondition: unknown name "resul" (did you mean "result"?)',
    },
    {
      metric: { failureCondition: 'zzzzzz > 1' },
      want: 'error: spec.metrics[0].failureCondition: unknown name "zzzzzz"',
    },
    {
      metric: { failureCondition: '1 +' },
      want: 'error: spec.metrics[0].failureCondition: unexpected token EOF',
    },
    {
      metric: { provider: { prometheus: { address: 'http://p.m.svc', query: 'up', rangeQuery: { step: '5x' } } } },
      want: 'error: spec.metrics[0].provider.prometheus.rangeQuery.step: time: unknown unit "x" in duration "5x"',
    },
    {
      metric: { provider: { prometheus: { address: 'http://p.m.svc', rangeQuery: { start: 'nov()', end: 'now()' } } } },
      want: 'error: spec.metrics[0].provider.prometheus.rangeQuery.start: unknown name "nov" (did you mean "now"?)',
    },
  ])('$want', ({ metric, want }) => {
    expect(ofMetric(metric)).toStrictEqual([want]);
  });

  test.each([
    { plugins: undefined, want: [] },
    { plugins: ['example/metrics'], want: [] },
    {
      plugins: ['example/metric'],
      want: [
        'warning: spec.metrics[0].provider.plugin["example/metrics"]: the plugin "example/metrics" is not among those that are ' +
          'served (did you mean "example/metric"?): the metric ends with Error; served: example/metric',
      ],
    },
    {
      plugins: [],
      want: [
        'warning: spec.metrics[0].provider.plugin["example/metrics"]: the plugin "example/metrics" is not among those that are ' +
          'served: the metric ends with Error; none is',
      ],
    },
  ])('where $plugins are the plugins, example/metrics is told of: $want', ({ plugins, want }) => {
    const metric = aMetric({ provider: { plugin: { 'example/metrics': {} } } });
    expect(complaintsOf(aTemplate({ spec: { metrics: [metric] } }), { plugins })).toEqual(want);
  });

  test('two of one name', () => {
    expect(ofTemplate({ metrics: [aMetric(), aMetric()] })).toStrictEqual([
      "error: spec.metrics[1].name: duplicate name 'success-rate'",
    ]);
  });

  test('none at all: a run needs some, a template may refer to others', () => {
    expect(ofRun({ metrics: [] })).toStrictEqual(['error: spec.metrics: no metrics specified']);
    expect(ofTemplate({ metrics: [] })).toStrictEqual(['error: spec.metrics: no metrics specified']);
    expect(ofTemplate({ templates: [{ templateName: 'x' }] })).toStrictEqual([]);
  });

  test('what hangs on an argument without a value is left out', () => {
    const metric = aMetric({
      interval: '{{args.a}}',
      initialDelay: '{{args.a}}',
      count: '{{args.a}}',
      failureLimit: -1,
      successCondition: 'result > {{args.a}}',
    });
    expect(ofTemplate({ metrics: [metric], args: [{ name: 'a' }] })).toStrictEqual([]);
  });

  test('one that has a value is not', () => {
    const metric = aMetric({
      count: '{{args.n}}',
      interval: '{{args.t}}',
      successCondition: 'result[0] > {{args.n}}',
    });
    const args = [
      { name: 'n', value: 'x' },
      { name: 't', value: '1x' },
    ];
    expect(ofTemplate({ metrics: [metric], args })).toStrictEqual([
      'error: spec.metrics[0].interval: invalid interval string: time: unknown unit "x" in duration "1x"',
      'warning: spec.metrics[0].count: not a whole number: it counts as 0',
      expect.stringContaining('error: spec.metrics[0].successCondition: unknown name "x"') as string,
    ]);
  });

  test('limits and times are read before secrets are', () => {
    const args = [{ name: 's', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }];
    const metric = aMetric({ interval: '{{args.s}}', successCondition: 'result[0] > {{args.s}}' });
    expect(ofRun({ metrics: [metric], args })).toStrictEqual([
      'error: spec.metrics[0].interval: invalid interval string: time: invalid duration "temp-for-secret"',
    ]);
  });
});

const web = (url: string) => aMetric({ provider: { web: { url } } });

describe('arguments', () => {
  test('one that is not declared', () => {
    const spec = { metrics: [web('http://{{args.hots}}/')], args: [{ name: 'host', value: 'x' }] };
    const text =
      'spec.metrics[0].provider.web.url: unknown argument "hots" (did you mean "host"?); ' +
      'arguments are declared in spec.args';
    expect(ofTemplate(spec)).toStrictEqual([`warning: ${text}`]);
    expect(ofRun(spec)[0]).toBe(`error: ${text}`);
  });

  test.each([
    { url: '{{inputs.host}}', want: 'unknown tag {{inputs.host}}' },
    { url: '{{arg.host}}', want: 'unknown tag {{arg.host}} (did you mean "args.host"?)' },
    { url: '{{args.host', want: 'there is no }} after {{' },
  ])('$want', ({ url, want }) => {
    const args = [{ name: 'host', value: 'x' }];
    expect(ofTemplate({ metrics: [web(url)], args })[0]).toContain(`spec.metrics[0].provider.web.url: ${want}`);
  });

  test('tags are looked for everywhere, keys included', () => {
    const jsonBody = { list: [{ '{{args.k}}': ['{{args.v}}', 1] }] };
    const metric = aMetric({ provider: { web: { url: 'http://w.n.svc', method: 'POST', jsonBody } } });
    expect(ofTemplate({ metrics: [metric], args: [{ name: 'k' }, { name: 'v' }] })).toStrictEqual([]);
    expect(ofTemplate({ metrics: [metric] })).toHaveLength(2);
  });

  test('a run must have a value for each, used or not', () => {
    const args = [{ name: 'a' }, { name: 'f', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }];
    expect(ofRun({ metrics: [web('{{args.a}}')], args })).toStrictEqual([
      'error: spec.args[0]: argument "a" was not supplied',
      'error: spec.args[1]: argument "f" was not supplied',
      'warning: spec.args[1].name: argument "f" is not used',
    ]);
  });

  test('one that is declared twice', () => {
    const spec = { metrics: [web('{{args.a}}')], args: [{ name: 'a' }, { name: 'a' }] };
    expect(ofTemplate(spec)).toStrictEqual(['error: spec.args[1].name: duplicate argument "a"']);
  });

  test('one that only other templates use', () => {
    expect(ofTemplate({ args: [{ name: 'a' }], templates: [{ templateName: 'x' }] })).toStrictEqual([]);
  });
});

describe('rules', () => {
  const metrics = [aMetric({ name: 'latency' })];

  test.each([
    { rule: '*', want: 'names are matched by regular expressions: all of them by ".*"' },
    { rule: '[', want: 'it is not a regular expression' },
    { rule: 'latencey', want: 'did you mean "latency"?' },
  ])('$rule matches nothing', ({ rule, want }) => {
    const text = `spec.dryRun[0].metricName: rule doesn't match any metric name; ${want}`;
    expect(ofRun({ metrics, dryRun: [{ metricName: rule }] })).toStrictEqual([`error: ${text}`]);
    expect(ofTemplate({ metrics, dryRun: [{ metricName: rule }] })).toStrictEqual([`warning: ${text}`]);
  });

  test('one without any near name', () => {
    const problems = ofRun({ metrics, measurementRetention: [{ metricName: 'zzzzzz', limit: 1 }] });
    expect(problems).toStrictEqual([
      "error: spec.measurementRetention[0].metricName: rule doesn't match any metric name",
    ]);
  });

  test('one that is there twice', () => {
    const problems = ofRun({ metrics, dryRun: [{ metricName: 'lat' }, { metricName: 'lat' }] });
    expect(problems).toStrictEqual([
      "error: spec.dryRun[1].metricName: two Dry-Run metric rules have the same name 'lat'",
    ]);
  });

  test('names that are not known yet may match', () => {
    const open = { metrics: [aMetric({ name: '{{args.n}}' })], args: [{ name: 'n' }], dryRun: [{ metricName: 'x' }] };
    expect(ofTemplate(open)).toStrictEqual([]);
    expect(ofTemplate({ templates: [{ templateName: 'x' }], dryRun: [{ metricName: 'x' }] })).toStrictEqual([]);
  });
});
