import { expect, test, vi } from 'vitest';
import { openRuntime } from '../../lib/aws/functions.ts';
import { onMessages } from '../../lib/aws/on-message.ts';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { parseClusterSettings } from '../../lib/model/cluster-settings.ts';
import { refOf } from '../../lib/model/ref.ts';
import type * as Queues from '../../lib/queues/registry.ts';
import type * as Sinks from '../../lib/sinks/registry.ts';
import { aMetric, aRun } from '../builders.ts';
import { takeFirst, waiting } from '../queues/toy.ts';
import { heard } from '../sinks/toy.ts';

// A queue is a file and a line, and so is a bus. These are the lines; nothing else knows of toys.
vi.mock('../../lib/queues/registry.ts', async (importOriginal) => {
  const { QUEUES } = await importOriginal<typeof Queues>();
  const { toy } = await import('../queues/toy.ts');
  return { QUEUES: { ...QUEUES, toy } };
});
vi.mock('../../lib/sinks/registry.ts', async (importOriginal) => {
  const original = await importOriginal<typeof Sinks>();
  const { toy } = await import('../sinks/toy.ts');
  return { ...original, BUSES: { ...original.BUSES, toy } };
});

const T0 = Date.parse('2026-11-05T10:00:00Z');
const ENVIRONMENT = {
  ASSAY_QUEUE_URL: 'toy://steps',
  ASSAY_BUS_ARN: 'toy:outcomes',
  ASSAY_REGISTRY_PATH: '/assay/test/clusters',
};

test('a run goes from step to step by the toy queue, and the toy bus hears how it ends', async () => {
  let nowMs = T0;
  const now = () => new Date(nowMs);
  const data = { resultType: 'vector', result: [{ metric: {}, value: [0, '1'] }] };
  const body = JSON.stringify({ status: 'success', data });
  const memory = memoryCluster('c1', { now, http: async () => ({ status: 200, headers: {}, body }) });
  const document = { endpoint: 'https://c1.example.com', authentication: { token: { secret: 'token' } } };
  const settings = parseClusterSettings('c1', JSON.stringify(document));
  const clusters = {
    refresh: async () => {},
    settingsOf: () => settings,
    listNames: async () => ['c1'],
    names: () => ['c1'],
    get: () => memory,
  };
  // The runtime of the functions as their environment opens it, but for the way to its clusters.
  const { ports, ...opened } = openRuntime(ENVIRONMENT, { write() {}, now });
  const runtime = { ...opened, clusters, ports: { ...ports, clusters } };

  const run = await memory.create('AnalysisRun', aRun({ spec: { metrics: [aMetric({ interval: '5s', count: 3 })] } }));
  await ports.queue.send(refOf('c1', run), now());
  const tookSeconds: number[] = [];
  for (let message = takeFirst(); message; message = takeFirst()) {
    nowMs = Math.max(nowMs, message.dueMs);
    tookSeconds.push(Math.floor((nowMs - T0) / 1000));
    const answer = await onMessages([{ messageId: '0', body: message.body }], runtime, () => 30_000);
    expect(answer.batchItemFailures).toEqual([]);
    if (tookSeconds.length > 10) break;
  }

  expect(tookSeconds).toEqual([0, 5, 10]);
  expect(waiting).toEqual([]);
  expect(await memory.get('AnalysisRun', { namespace: 'shop', name: run.metadata.name ?? '' })).toMatchObject({
    status: { phase: 'Successful', runSummary: { count: 1, successful: 1 } },
  });
  expect(heard).toMatchObject([
    { address: 'toy:outcomes', event: { detailType: 'AnalysisRun Successful', detail: { cluster: 'c1' } } },
  ]);
});

test('an address that no queue has names those that there are, and so does one of no bus', async () => {
  const noQueue = { ...ENVIRONMENT, ASSAY_QUEUE_URL: 'tin://steps' };
  expect(() => openRuntime(noQueue)).toThrow('"tin://steps" is no address of a queue (sqs, toy)');
  const { bus } = openRuntime({ ...ENVIRONMENT, ASSAY_BUS_ARN: 'tin:outcomes' }).ports;
  const problem = '"tin:outcomes" is no address of a bus (eventbridge, http, log, toy)';
  await expect(bus.publish([])).rejects.toThrow(problem);
});
