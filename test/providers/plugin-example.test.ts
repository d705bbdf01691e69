import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { AnalysisTemplate } from '../../lib/model/analysis-template.ts';
import type { HttpRequest, HttpResponse } from '../../lib/model/http.ts';
import { pluginImporter } from '../../lib/plugins/import-plugin.ts';
import { aRun } from '../builders.ts';
import { openWorld } from '../world.ts';

const TEMPLATE = parse(readFileSync('examples/plugin/queue-depth.yaml', 'utf8')) as AnalysisTemplate;
const [METRIC] = TEMPLATE.spec.metrics ?? [];

/** Takes the first measurement of the example, from a RabbitMQ that answers so. */
async function measured(answer: Partial<HttpResponse>) {
  const asked: HttpRequest[] = [];
  const http = async (request: HttpRequest): Promise<HttpResponse> => {
    asked.push(request);
    return { status: 200, headers: {}, body: '', ...answer };
  };
  const plugins = { 'example/queue-depth': { module: './examples/plugin/queue-depth.ts' } };
  const world = openWorld({ http, settings: { plugins, loadPlugin: pluginImporter('.') } });
  const data = { address: 'http://rabbitmq.example.com:15672', username: 'assay', password: 'p4ssw0rd' };
  await world.memory.create('Secret', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'argo-rollouts', name: 'rabbitmq' },
    data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
  });
  const run = aRun({ spec: { metrics: METRIC ? [METRIC] : [], args: [{ name: 'queue', value: 'orders/new' }] } });
  await world.step(await world.create(run));
  const [stored] = world.memory.objects('AnalysisRun');
  return { asked, measurement: stored?.status?.metricResults?.[0]?.measurements?.[0], status: stored?.status };
}

test('the example asks RabbitMQ with what the Secret has, and a condition judges the length of the queue', async () => {
  const { asked, measurement } = await measured({ body: '{"messages": 12, "consumers": 3}' });
  expect(asked).toMatchObject([
    {
      url: 'http://rabbitmq.example.com:15672/api/queues/%2F/orders%2Fnew',
      headers: [['Authorization', `Basic ${Buffer.from('assay:p4ssw0rd').toString('base64')}`]],
    },
  ]);
  expect(measurement).toMatchObject({ phase: 'Successful', value: '12', metadata: { consumers: '3' } });
});

test.each([
  { answer: { body: '{"messages": 1000}' }, want: { phase: 'Failed', value: '1000' } },
  {
    answer: { status: 404 },
    want: { phase: 'Error', message: 'plugin example/queue-depth: RabbitMQ answered 404 for the queue orders/new' },
  },
  {
    answer: { body: '{}' },
    want: {
      phase: 'Error',
      message: 'plugin example/queue-depth: RabbitMQ does not say how long the queue orders/new is',
    },
  },
  { answer: { body: '<html>p4ssw0rd</html>' }, want: { phase: 'Error' } },
])('where RabbitMQ answers $answer, the measurement is $want', async ({ answer, want }) => {
  const { measurement, status } = await measured(answer);
  expect(measurement).toMatchObject(want);
  expect(JSON.stringify(status)).not.toContain('p4ssw0rd');
});
