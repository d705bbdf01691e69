import { expect, test, vi } from 'vitest';
import { crdFile } from '../../infra/cluster/crd.ts';
import { resolveMetric } from '../../lib/analysis/arguments.ts';
import { lintObject } from '../../lib/lint/lint-object.ts';
import { metricJson } from '../../lib/analysis/metric-json.ts';
import { countProviders, providerTypeOf } from '../../lib/analysis/provider-type.ts';
import type { Argument, Metric } from '../../lib/model/analysis-run.ts';
import type { HttpRequest } from '../../lib/model/http.ts';
import type * as Rows from '../../lib/model/provider-rows.ts';
import { validateResource } from '../../lib/model/validate.ts';
import type * as Registry from '../../lib/providers/registry.ts';
import { aMetric, aRun } from '../builders.ts';
import { openWorld } from '../world.ts';

// A provider is a file and a line, here and there. These are the lines; nothing else knows of toys.
vi.mock('../../lib/model/provider-rows.ts', async (importOriginal) => {
  const { PROVIDER_ROWS } = await importOriginal<typeof Rows>();
  const { toyRow } = await import('./toy.ts');
  return { PROVIDER_ROWS: { ...PROVIDER_ROWS, toy: toyRow } };
});
vi.mock('../../lib/providers/registry.ts', async (importOriginal) => {
  const { PROVIDERS } = await importOriginal<typeof Registry>();
  return { PROVIDERS: { ...PROVIDERS, toy: async () => (await import('./toy.ts')).toy } };
});

const TOY = { address: 'http://toys.example.com', query: '{{args.name}}', window: '1h' };
const ARGS: Argument[] = [{ name: 'name', value: 'train "A"' }];

function aToyMetric(spec: object = {}, override: Partial<Metric> = {}): Metric {
  return aMetric({ provider: { toy: { ...TOY, ...spec } } as Metric['provider'], ...override });
}

const aToyRun = (metric: Metric) => aRun({ spec: { metrics: [metric], args: ARGS } });
const AT = 'spec.metrics[0].provider.toy';

test('it is validated', () => {
  expect(validateResource(aToyRun(aToyMetric()))).toEqual([]);
  expect(validateResource(aToyRun(aToyMetric({ queri: 'x', window: 5 })))).toEqual([
    expect.objectContaining({ path: `${AT}.window`, message: 'expected a string, got 5' }),
    expect.objectContaining({ path: `${AT}.queri` }),
  ]);
  expect(crdFile('AnalysisRun').text).toContain('description: URL of the toys.');
});

test('it is linted', () => {
  expect(lintObject(aToyRun(aToyMetric()))).toEqual([]);
  expect(lintObject(aToyRun(aToyMetric({ window: 'soon' }, { successCondition: 'result >= 0.95' })))).toEqual([
    expect.objectContaining({
      keys: ['spec', 'metrics', 0, 'provider', 'toy', 'window'],
      rule: 'invalid-duration',
      message: 'time: invalid duration "soon"',
    }),
    expect.objectContaining({
      keys: ['spec', 'metrics', 0, 'successCondition'],
      message: expect.stringContaining('mismatched types []float64 and float64'),
    }),
  ]);
});

test('it has a name, and counts', () => {
  expect(providerTypeOf(aToyMetric().provider)).toBe('Toy');
  const { provider } = aToyMetric();
  expect(countProviders(provider)).toBe(1);
  expect(providerTypeOf({ ...provider, web: { url: 'x' } })).toBe('Web');
  expect(countProviders({ ...provider, web: { url: 'x' } })).toBe(2);
});

test('its arguments are resolved, in JSON of its own order', () => {
  const metric = aToyMetric({ address: undefined });
  expect(metricJson(metric)).toContain('"provider":{"toy":{"query":"{{args.name}}","address":"","window":"1h"}}');
  expect(resolveMetric(aToyMetric(), ARGS).provider).toEqual({ toy: { ...TOY, query: 'train "A"' } });
  expect(() => resolveMetric(aToyMetric({ window: '{{args.no}}' }), ARGS)).toThrow('failed to resolve {{args.no}}');
});

test.each([
  { name: 'successful', answer: '0.99 0.1', want: { phase: 'Successful', value: '[0.99,0.1]' } },
  { name: 'failed', answer: '0.5', want: { phase: 'Failed', value: '[0.5]' } },
  {
    name: 'shown though it cannot be judged',
    answer: '1',
    condition: 'result[1] > 0',
    want: { phase: 'Error', value: '[1]' },
  },
])('it is read and judged: $name', async ({ answer, condition = 'result[0] >= 0.95', want }) => {
  const requests: HttpRequest[] = [];
  const world = openWorld({
    http: async (request) => {
      requests.push(request);
      return { status: 200, headers: {}, body: answer };
    },
  });
  const metrics = [aToyMetric({}, { successCondition: condition })];
  const ref = await world.create(aRun({ spec: { metrics, args: [{ name: 'name', value: 'train' }] } }));
  await world.step(ref);

  const run = await world.memory.get('AnalysisRun', ref);
  expect(run?.status?.metricResults).toMatchObject([{ metadata: { ResolvedToy: 'train' }, measurements: [want] }]);
  expect(requests).toMatchObject([
    { url: 'http://toys.example.com/train', headers: [['Idempotency-Key', `${ref.uid}.success-rate.1`]] },
  ]);
});
