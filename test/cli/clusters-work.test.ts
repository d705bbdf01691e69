import { beforeEach, expect, test } from 'vitest';
import { lookAtWork } from '../../lib/cli/clusters-work.ts';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { FINISHED_LABEL } from '../../lib/model/labels.ts';
import { parseClusterSettings } from '../../lib/model/cluster-settings.ts';
import { aClusterDocument, aMeasurement, aMetric, aResult, aRun } from '../builders.ts';

const at = (time: string) => new Date(`2026-11-05T${time}Z`);
let cluster: ReturnType<typeof memoryCluster>;
beforeEach(() => void (cluster = memoryCluster('c1', { now: () => at('09:00:00') })));

const settings = (override: Parameters<typeof aClusterDocument>[0] = {}) =>
  parseClusterSettings('c1', JSON.stringify(aClusterDocument(override)));

/** Measured until 10:00:01, and again after ten minutes. */
const running = () =>
  aRun({
    metadata: { name: 'running', namespace: 'shop' },
    spec: { metrics: [aMetric({ interval: '10m' })] },
    status: {
      phase: 'Running',
      startedAt: '2026-11-05T10:00:00Z',
      metricResults: [aResult({ count: 1, measurements: [aMeasurement()] })],
    },
  });
const finished = () =>
  aRun({
    metadata: { name: 'finished', namespace: 'shop', labels: { [FINISHED_LABEL]: 'true' } },
    status: { phase: 'Successful', startedAt: '2026-11-05T09:10:00Z', completedAt: '2026-11-05T09:20:00Z' },
  });

test.each([
  {
    name: 'an empty cluster',
    objects: [],
    want: { unfinished: 0, isMore: false, lastLook: undefined, latenessSeconds: 0 },
  },
  {
    name: 'a run in time',
    objects: [running()],
    now: '10:05:00',
    want: { unfinished: 1, lastLook: at('10:00:01'), latenessSeconds: 0 },
  },
  { name: 'a run that is late', objects: [running()], now: '10:15:01', want: { unfinished: 1, latenessSeconds: 300 } },
  {
    name: 'a run that was never begun',
    objects: [aRun({ metadata: { name: 'new', namespace: 'shop' } })],
    now: '09:02:00',
    want: { unfinished: 1, lastLook: undefined, latenessSeconds: 120 },
  },
  {
    name: 'finished runs alone',
    objects: [finished()],
    want: { unfinished: 0, lastLook: at('09:20:00'), latenessSeconds: 0 },
  },
  {
    name: 'what is not looked after',
    objects: [running()],
    document: { namespace: 'other' },
    now: '10:15:01',
    want: { unfinished: 0, lastLook: undefined, latenessSeconds: 0 },
  },
])('$name', async ({ objects, document, now = '11:00:00', want }) => {
  for (const object of objects) await cluster.create('AnalysisRun', object);
  expect(await lookAtWork(cluster, settings(document), at(now))).toMatchObject(want);
});
