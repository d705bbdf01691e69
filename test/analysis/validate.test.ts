import { expect, test } from 'vitest';
import { providerTypeOf } from '../../lib/analysis/provider-type.ts';
import { findInvalidField, findInvalidMetric } from '../../lib/analysis/validate.ts';
import type { Metric } from '../../lib/model/analysis-run.ts';
import { aMetric } from '../builders.ts';

test.each<{ metric: Partial<Metric>; field: keyof Metric; want: string }>([
  { metric: { consecutiveSuccessLimit: -1 }, field: 'consecutiveSuccessLimit', want: 'must be >= 0' },
  { metric: { failureLimit: -2 }, field: 'failureLimit', want: 'failureLimit must be >= 0, or -1 to be disabled' },
  { metric: { failureLimit: -1 }, field: 'failureLimit', want: 'cannot both be disabled' },
  { metric: { inconclusiveLimit: -1 }, field: 'inconclusiveLimit', want: 'inconclusiveLimit must be >= 0' },
  { metric: { consecutiveErrorLimit: '-1' }, field: 'consecutiveErrorLimit', want: 'must be >= 0' },
  {
    metric: { count: 1, failureLimit: 2 },
    field: 'count',
    want: 'count (1) must be >= failureLimit + consecutiveSuccessLimit (2 + 0) if both >= 0',
  },
  {
    metric: { count: 1, failureLimit: -1, consecutiveSuccessLimit: 2 },
    field: 'count',
    want: 'count must be >= consecutiveSuccessLimit',
  },
  { metric: { count: 1, inconclusiveLimit: 2 }, field: 'count', want: 'count must be >= inconclusiveLimit' },
  { metric: { count: 2 }, field: 'interval', want: 'interval must be specified when count > 1' },
  {
    metric: { interval: '1d' },
    field: 'interval',
    want: 'invalid interval string: time: unknown unit "d" in duration "1d"',
  },
  {
    metric: { initialDelay: 'x' },
    field: 'initialDelay',
    want: 'invalid startDelay string: time: invalid duration "x"',
  },
  { metric: { provider: {} }, field: 'provider', want: 'no provider specified' },
  { metric: { provider: { plugin: { a: {}, b: {} } } }, field: 'provider', want: 'multiple providers specified' },
])('$want', ({ metric, field, want }) => {
  const invalid = findInvalidField(aMetric(metric));
  expect(invalid).toStrictEqual({ field, message: expect.stringContaining(want) as string });
});

test('limits whose sum wraps around 64 bits, as in Go', () => {
  const huge = '9223372036854775807';
  const metric = aMetric({ count: 1, failureLimit: huge, consecutiveSuccessLimit: huge });
  expect(findInvalidField(metric)).toBeUndefined();
});

test('the first problem of the first metric that has one', () => {
  expect(findInvalidMetric([])).toBe('no metrics specified');
  expect(findInvalidMetric([aMetric(), aMetric({ count: 2 })])).toBe("metrics[1]: duplicate name 'success-rate'");
  expect(findInvalidMetric([aMetric({ count: 2 })])).toBe('metrics[0]: interval must be specified when count > 1');
  expect(findInvalidMetric([aMetric()])).toBeUndefined();
});

test.each([
  { provider: undefined, want: 'Unknown Provider' },
  { provider: {}, want: 'Unknown Provider' },
  { provider: { plugin: {} }, want: 'RPCPlugin' },
  { provider: { influxdb: {}, job: { spec: { template: {} } } }, want: 'Job' },
])('the provider of $provider is $want', ({ provider, want }) => {
  expect(providerTypeOf(provider)).toBe(want);
});
