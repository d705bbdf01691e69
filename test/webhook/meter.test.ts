import { expect, test } from 'vitest';
import { webhookMeter } from '../../lib/webhook/meter.ts';

const linesOf = (page: string): string[] => page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('every figure is there from the beginning', () => {
  const page = webhookMeter().render(0);
  expect(linesOf(page).map((line) => line.replace(/\{.*/, '').split(' ')[0])).toEqual(
    expect.arrayContaining([
      'assay_webhook_admissions_total',
      'assay_webhook_warnings_total',
      'assay_webhook_not_understood_total',
      'assay_webhook_events_published_total',
      'assay_webhook_events_shed_total',
      'assay_webhook_bus_failures_total',
      'assay_webhook_events_waiting',
      'assay_webhook_admission_seconds_count',
    ]),
  );
  expect(linesOf(page).every((line) => line.endsWith(' 0'))).toBe(true);
  const helped = [...page.matchAll(/^# TYPE (\S+) (counter|gauge|histogram)$/gm)].map(([, name]) => name);
  expect([...page.matchAll(/^# HELP (\S+) \S/gm)].map(([, name]) => name)).toEqual(helped);
});

test('what happened is counted', () => {
  const meter = webhookMeter();
  meter.reviewed({ seconds: 0.0004, allowed: true, warnings: 2 });
  meter.reviewed({ seconds: 0.001, allowed: false, warnings: 1 });
  meter.notUnderstood();
  meter.published(5);
  meter.published(2);
  meter.shed(3);
  meter.failed();
  expect(linesOf(meter.render(4))).toEqual(
    expect.arrayContaining([
      'assay_webhook_admissions_total{allowed="true"} 1',
      'assay_webhook_admissions_total{allowed="false"} 1',
      'assay_webhook_warnings_total 3',
      'assay_webhook_not_understood_total 1',
      'assay_webhook_events_published_total 7',
      'assay_webhook_events_shed_total 3',
      'assay_webhook_bus_failures_total 1',
      'assay_webhook_events_waiting 4',
    ]),
  );
});

test('buckets of a histogram hold all that took no longer; the last holds all', () => {
  const meter = webhookMeter();
  for (const seconds of [0.0005, 0.001, 0.3, 7]) meter.reviewed({ seconds, allowed: true, warnings: 0 });
  const lines = linesOf(meter.render(0)).filter((line) => line.includes('admission_seconds'));
  const counts = lines.map((line) => line.replace('assay_webhook_admission_seconds_', ''));
  expect(counts).toEqual([
    'bucket{le="0.0005"} 1',
    'bucket{le="0.001"} 2',
    ...[0.0025, 0.005, 0.01, 0.025, 0.1].map((bound) => `bucket{le="${bound}"} 2`),
    'bucket{le="1"} 3',
    'bucket{le="+Inf"} 4',
    'sum 7.3015',
    'count 4',
  ]);
});
