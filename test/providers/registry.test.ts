import { expect, test } from 'vitest';
import type { MetricProvider } from '../../lib/model/metric-provider.ts';
import type { ProviderField } from '../../lib/model/provider-rows.ts';
import { providerOf } from '../../lib/providers/provider-of.ts';
import { PROVIDERS } from '../../lib/providers/registry.ts';
import { aMetric } from '../builders.ts';

const job = { spec: { template: {} } };
const web = { url: 'http://x' };

test.each([
  [{ prometheus: {} }, 'prometheus'],
  [{ job }, 'job'],
  [{ web }, 'web'],
  [{ web, job, prometheus: {} }, 'prometheus'],
  [{ web, job }, 'job'],
  [{ graphite: {}, skywalking: {} }, 'graphite'],
  [{ skywalking: {}, plugin: { 'example/metrics': {} } }, 'skywalking'],
  [{ plugin: { 'example/metrics': {} } }, 'plugin'],
] satisfies [MetricProvider, ProviderField][])('%j is read by %s, which is given its part', async (provider, field) => {
  const named: MetricProvider = provider;
  const source = { field, provider: await PROVIDERS[field]?.(), spec: named[field] };
  expect(await providerOf(aMetric({ provider }))).toEqual(source);
});

test('a metric without a provider is read by nobody', async () => {
  const message = "no valid provider in metric 'success-rate'";
  await expect(providerOf(aMetric({ provider: {} }))).rejects.toThrow(
    expect.objectContaining({ code: 'ASSAY_METRIC_INVALID', message }),
  );
});
