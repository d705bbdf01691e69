import { expect, test } from 'vitest';
import { runTable } from '../../lib/cli/run-table.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import { aMeasurement, aMetric, aResult, aRun } from '../builders.ts';

const startedAt = '2026-11-05T10:00:00Z';
const now = new Date('2026-11-05T10:00:05Z');
const plain = (_style: unknown, text: string) => text;
const table = (run: AnalysisRun, columns = 120) => runTable(run, { now, columns, paint: plain });

test('counts beside their limits, the last value, and when the next is due', () => {
  const run = aRun({
    spec: {
      args: [{ name: 'interval', value: '10s' }],
      metrics: [
        aMetric({ interval: '{{args.interval}}', count: 5, failureLimit: 2 }),
        aMetric({ name: 'free', interval: '30s', failureLimit: -1, consecutiveSuccessLimit: 3, initialDelay: '1m' }),
        aMetric({ name: 'job' }),
      ],
    },
    status: {
      phase: 'Running',
      startedAt,
      metricResults: [
        aResult({ count: 2, successful: 1, failed: 1, measurements: [aMeasurement({ value: '[0.97]' })] }),
        aResult({ name: 'job', dryRun: true, measurements: [{ phase: 'Running', startedAt }] }),
      ],
    },
  });
  expect(table(run)).toEqual([
    'guestbook-6fd5  ◌ Running',
    'METRIC          PHASE       MEASURED   FAILED   INCONCLUSIVE   ERRORS   NEXT        VALUE',
    'success-rate    ◌ Running   2/5        1 (≤2)   0 (≤0)         0 (≤4)   in 6 s      [0.97]',
    'free            · Pending   0          0        0 (≤0)         0 (≤4)   in 55 s',
    'job (dry run)   ◌ Running   0/1        0 (≤0)   0 (≤0)         0 (≤4)   measuring',
  ]);
});

test('a run that is over says why, and waits for nothing', () => {
  const measurements = [aMeasurement({ phase: 'Failed', value: '[0.5]' })];
  const status = {
    phase: 'Failed',
    message: 'why',
    startedAt,
    metricResults: [aResult({ phase: 'Failed', measurements })],
  } as const;
  const [title, , row] = table(
    aRun({
      spec: { metrics: [aMetric({ interval: '1s' })] },
      status: { ...status, metricResults: [...status.metricResults] },
    }),
  );
  expect(title).toBe('guestbook-6fd5  ✖ Failed  why');
  expect(row).toMatch(/^success-rate   ✖ Failed .* 0 \(≤4\)\s+\[0\.5\]$/);
});

test('arguments that cannot be filled in are shown as they are', () => {
  const [, , row] = table(aRun({ spec: { metrics: [aMetric({ name: 'm-{{args.x}}' })] } }));
  expect(row).toMatch(/^m-\{\{args\.x\}\} {3}· Pending {3}0\/1/);
});

test('no line is longer than the terminal is wide', () => {
  const lines = table(aRun({ status: { phase: 'Error', message: 'x '.repeat(99), metricResults: [] } }), 40);
  expect(lines.map((line) => line.length)).toEqual([40, 40, 40]);
  expect(lines[0]).toMatch(/…$/);
});

test('phases have colours', () => {
  const run = aRun({ status: { phase: 'Running', startedAt, metricResults: [aResult({ phase: 'Failed' })] } });
  const [title, , row] = runTable(run, { now, columns: 120, paint: (style, text) => `<${String(style)}>${text}</>` });
  expect(title).toBe('guestbook-6fd5  <cyan>◌ Running</>');
  expect(row).toContain('<red>✖ Failed</>');
});
