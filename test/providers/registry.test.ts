import { expect, test } from 'vitest';
import type { MetricProvider } from '../../lib/model/metric-provider.ts';
import { providerOf } from '../../lib/providers/registry.ts';
import { aMetric } from '../builders.ts';

const job = { spec: { template: {} } };
const web = { url: 'http://x' };

test.each([
  [{ prometheus: {} }, 'Prometheus'],
  [{ job }, 'Job'],
  [{ web }, 'Web'],
  [{ web, job, prometheus: {} }, 'Prometheus'],
  [{ web, job }, 'Job'],
] satisfies [MetricProvider, string][])('%j is read by %s', (provider, type) => {
  expect(providerOf(aMetric({ provider })).type).toBe(type);
});

test.each([
  [{}, "no valid provider in metric 'success-rate'"],
  [{ graphite: {} }, "the provider Graphite of metric 'success-rate' is not supported"],
  [{ graphite: {}, skywalking: {} }, "the provider Graphite of metric 'success-rate' is not supported"],
] satisfies [MetricProvider, string][])('%j is read by nobody', (provider, message) => {
  expect(() => providerOf(aMetric({ provider }))).toThrow(
    expect.objectContaining({ code: 'ASSAY_METRIC_INVALID', message }),
  );
});
