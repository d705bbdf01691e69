import { expect, test } from 'vitest';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { contextOf } from '../../lib/kinds/provider-context.ts';
import type { Asker } from '../../lib/model/connections.ts';
import type { Ports } from '../../lib/model/ports.ts';
import { PROVIDER_ROWS, type ProviderField } from '../../lib/model/provider-rows.ts';
import { formatKey } from '../../lib/model/measurement-key.ts';
import { refOf } from '../../lib/model/ref.ts';
import { aMeasurement, aResult, aRun } from '../builders.ts';

const now = () => new Date('2026-11-05T10:00:20Z');
const ports: Ports = {
  clusters: { get: () => memoryCluster('c1', { now }), names: () => ['c1'] },
  queue: { send: async () => {} },
  bus: { publish: async () => {} },
  log: { info() {}, warn() {}, error() {} },
  meter: { stepped() {}, failed() {}, measured() {} },
  now,
  settingsOf: () => ({ prometheusAddress: 'http://prometheus.example.com' }),
};
const run = aRun();
const ref = refOf('c1', run);

test.each(Object.keys(PROVIDER_ROWS) as ProviderField[])(
  '%s gets no cluster, and Jobs or time if it is for them',
  (field) => {
    const context = contextOf({ field, metric: 'm', run, ref }, ports);
    const common = ['prometheusAddress', 'fetch', 'now', 'run', 'key', 'secrets', 'startedAt', 'interval'];
    const more = { job: ['jobs'], plugin: ['allowMs', 'signal'] };
    expect(Object.keys(context)).toEqual([...common, ...(field === 'job' || field === 'plugin' ? more[field] : [])]);
    expect(context).toMatchObject({ prometheusAddress: 'http://prometheus.example.com', run: ref });
  },
);

test.each([
  { name: 'the first', result: {}, want: '5a1c.success-rate.1' },
  { name: 'the one after others', result: { count: 3, error: 2 }, want: '5a1c.success-rate.6' },
  {
    name: 'one under way, like when it began',
    result: { count: 3, error: 2, measurements: [aMeasurement({ phase: 'Running' })] },
    want: '5a1c.success-rate.6',
  },
])('the key of a measurement: $name', ({ result, want }) => {
  const measured = aRun({ status: { phase: 'Running', metricResults: [aResult(result)] } });
  const { key } = contextOf({ field: 'web', metric: 'success-rate', run: measured, ref }, ports);
  expect(formatKey(key)).toBe(want);
});

test('on a connection a metric waits for as long as its step leaves time for the request, and then the step ends', () => {
  let asker: Asker | undefined;
  const secrets = { read: async () => ({}), variable: () => 'own' };
  const settings = { awsRegion: 'eu-west-1' };
  const connectionsOf = () => ({
    fill: (_field: ProviderField, part: unknown) => part,
    of(_field: ProviderField, _part: unknown, given: Asker) {
      asker = given;
      return { settings, fetch: async () => ({ status: 200, headers: {}, body: '' }), secrets: () => secrets };
    },
  });
  const reasons: string[] = [];
  const onAbort = ({ code }: { readonly code: string }) => void reasons.push(code);
  const time = { mostMs: 41_000, leftMs: () => 55_000 };
  const context = contextOf({ field: 'web', metric: 'm', run, ref, onAbort }, { ...ports, time, connectionsOf });
  expect(context).toMatchObject({
    awsRegion: 'eu-west-1',
    prometheusAddress: 'http://prometheus.example.com',
    secrets,
  });
  const waits = [60_000, 10_000, undefined].map((timeoutMs) =>
    asker?.mostWaitMs({ url: 'https://a.b', ...(timeoutMs !== undefined && { timeoutMs }) }),
  );
  expect(waits).toEqual([14_000, 45_000, 25_000]);
  expect([asker?.outOfTime(), ...reasons]).toMatchObject([{ code: 'ASSAY_STEP_ABORTED' }, 'ASSAY_STEP_ABORTED']);
});
