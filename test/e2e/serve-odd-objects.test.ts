import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customResourceDefinition } from '../../infra/cluster/crd.ts';
import type { Metric } from '../../lib/model/analysis-run.ts';
import { RESOURCES } from '../../lib/model/resources.ts';
import { SCHEMAS, type SchemaKind } from '../../lib/model/schemas.ts';
import { type AnalysisCluster, NAMESPACE, startAnalysisCluster, resultOf } from './analysis-cluster.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { serversAvailable } from './servers/build.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';
import { type SampleService, startSampleService } from './servers/sample-service.ts';

const RUNS_PATH = `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/analysisruns`;

/** What a CRD of another version may let through, and the message with which it ends: in Argo's words where it has some. */
const ODD: readonly {
  readonly name: string;
  readonly spec?: unknown;
  readonly status?: unknown;
  readonly message: string;
}[] = [
  { name: 'no metrics', spec: { metrics: [] }, message: 'Analysis spec invalid: no metrics specified' },
  {
    name: 'a provider that nobody knows',
    spec: { metrics: [{ name: 'm', provider: { oracle: { question: 'up?' } } }] },
    message: 'Analysis spec invalid: metrics[0]: no provider specified',
  },
  {
    name: 'an interval that is none',
    spec: { metrics: [web({ interval: 'soon', count: 2 })] },
    message: 'Analysis spec invalid: metrics[0]: invalid interval string: time: invalid duration "soon"',
  },
  {
    name: 'a delay that is none',
    spec: { metrics: [web({ initialDelay: '1 day' })] },
    message:
      'Analysis spec invalid: metrics[0]: invalid startDelay string: time: unknown unit " day" in duration "1 day"',
  },
  {
    name: 'a name twice',
    spec: { metrics: [web(), web()] },
    message: "Analysis spec invalid: metrics[1]: duplicate name 'web'",
  },
  {
    name: 'an argument without a value',
    spec: { args: [{ name: 'a' }], metrics: [web()] },
    message: 'Unable to resolve metric arguments: argument "a" was not supplied',
  },
  {
    name: 'a rule that is no regular expression',
    spec: { dryRun: [{ metricName: '(' }], metrics: [web()] },
    message: "Analysis spec invalid: dryRun[0]: Rule didn't match any metric name(s)",
  },
  { name: 'nothing at all', message: unreadable('spec: required, but missing') },
  { name: 'a spec of null', spec: null, message: unreadable('spec: required, but missing') },
  { name: 'a spec of text', spec: 'measure!', message: unreadable('spec: expected an object, got "measure!"') },
  {
    name: 'metrics of text',
    spec: { metrics: 'all' },
    message: unreadable('spec.metrics: expected a list, got "all"'),
  },
  {
    name: 'a metric of null',
    spec: { metrics: [null] },
    message: unreadable('spec.metrics[0]: expected an object, got null'),
  },
  {
    name: 'a metric without a name',
    spec: { metrics: [{ provider: { web: { url: 'SAMPLE' } } }] },
    message: unreadable('spec.metrics[0].name: required, but missing'),
  },
  {
    name: 'a metric without a provider',
    spec: { metrics: [{ name: 'm' }] },
    message: unreadable('spec.metrics[0].provider: required, but missing'),
  },
  {
    name: 'a provider that is a list',
    spec: { metrics: [{ name: 'm', provider: { web: [] } }] },
    message: unreadable('spec.metrics[0].provider.web: expected an object, got a list'),
  },
  {
    name: 'a job without a spec',
    spec: { metrics: [{ name: 'm', provider: { job: {} } }] },
    message: unreadable('spec.metrics[0].provider.job.spec: required, but missing'),
  },
  {
    name: 'arguments that are an object',
    spec: { args: { a: 1 }, metrics: [web()] },
    message: unreadable('spec.args: expected a list, got an object'),
  },
  {
    name: 'a status of text',
    spec: { metrics: [web()] },
    status: 'fine',
    message: unreadable('status: expected an object, got "fine"'),
  },
  {
    name: 'results of text',
    spec: { metrics: [web()] },
    status: { phase: 'Running', metricResults: 'good' },
    message: unreadable('status.metricResults: expected a list, got "good"'),
  },
  {
    name: 'a measurement of null',
    spec: { metrics: [web()] },
    status: { phase: 'Running', metricResults: [{ name: 'web', phase: 'Running', measurements: [null] }] },
    message: unreadable('status.metricResults[0].measurements[0]: expected an object, got null'),
  },
  {
    name: 'a time that is none',
    spec: { metrics: [web({ interval: '1s', count: 3 })] },
    status: { phase: 'Running', startedAt: 'yesterday' },
    message: unreadable('status.startedAt: expected an RFC 3339 time such as 2026-11-05T10:00:00Z, got "yesterday"'),
  },
];

describe.skipIf(!(await serversAvailable()))('objects that are odd', () => {
  let cluster: AnalysisCluster;
  let service: SampleService;
  let assay: AssayServe;
  let crdFolder: string;

  const create = async ({ spec, status }: (typeof ODD)[number], index: number): Promise<void> => {
    const body = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', metadata: { name: nameOf(index) }, spec };
    const text = JSON.stringify({ ...body, status }).replaceAll('SAMPLE', service.url);
    await cluster.plane.api.call(RUNS_PATH, { method: 'POST', body: JSON.parse(text) });
  };
  const good = (count: number) => ({
    metrics: [{ ...web({ interval: '1s', count }), provider: { web: { url: service.url } } }],
  });

  beforeAll(async () => {
    service = await startSampleService();
    service.page('/', { body: { ok: true } });
    crdFolder = writeLooseCrds();
    cluster = await startAnalysisCluster({ crdFolder });
    await createTemplates(cluster);
    // Every other one is there from the beginning, the rest comes later.
    await Promise.all(ODD.map(async (one, index) => index % 2 === 0 && create(one, index)));
    await cluster.createRun('there-before', good(12));
    assay = await startAssayServe({ kubeconfigPath: cluster.kubeconfigPath });
    await Promise.all(ODD.map(async (one, index) => index % 2 === 1 && create(one, index)));
    await cluster.createRun('came-later', good(3));
  });
  afterAll(async () => {
    await assay?.stop();
    await cluster?.stop();
    await service?.stop();
    removeScratchFolder(crdFolder);
  });

  test.each(ODD.map((one, index) => ({ ...one, index })))('$name ends with Error', async ({ index, message }) => {
    const run = await cluster.runOnce(nameOf(index), 'to be refused', ({ status }) => status?.phase === 'Error');
    expect(run.status?.message).toBe(message);
    expect(run.metadata.labels).toEqual({ 'assay.dev/finished': 'true' });
  });

  test('one that is nearly too large for the API server is measured like any other', async () => {
    const notes = 'x'.repeat(1_000_000);
    await cluster.createRun('huge', { ...good(2), args: [{ name: 'notes', value: notes }] });
    expect(resultOf(await cluster.ended('huge'))).toMatchObject({ phase: 'Successful', count: 2 });
  });

  test.each(['there-before', 'came-later'])('the others go on as ever: %s', async (name) => {
    expect((await cluster.ended(name)).status?.phase).toBe('Successful');
  });

  test('the pages still answer, without what cannot be read', async () => {
    expect((await assay.page('/readyz')).body).toBe('synced: test\nwaiting: none\n');
    const { status, body } = await assay.page('/metrics');
    expect(status).toBe(200);
    expect(body).toContain('name="came-later"');
    expect(body).toContain('analysis_template_info{cluster="test",namespace="shop",name="readable"} 1');
    const errors = assay.log().filter(({ level }) => level === 'error');
    expect(new Set(errors.map(({ message }) => message))).toEqual(new Set(['object left out of the metrics']));
  });
});

function nameOf(index: number): string {
  return `odd-${index}`;
}

function web(more: Partial<Metric> = {}): Metric {
  return { name: 'web', provider: { web: { url: 'SAMPLE' } }, ...more };
}

function unreadable(problem: string): string {
  return `AnalysisRun cannot be read: ${problem}`;
}

/** CRDs that keep everything, as an old or foreign version might. */
function writeLooseCrds(): string {
  const folder = createScratchFolder('loose-crds');
  for (const kind of Object.keys(SCHEMAS) as SchemaKind[]) {
    const crd = customResourceDefinition(kind);
    const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const versions = [{ name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema } }];
    writeFileSync(
      join(folder, `${RESOURCES[kind].plural}.json`),
      JSON.stringify({ ...crd, spec: { ...crd.spec, versions } }),
    );
  }
  return folder;
}

async function createTemplates({ plane }: AnalysisCluster): Promise<void> {
  const specs = [undefined, null, 'text', { metrics: 'text' }, { metrics: [null] }, { metrics: [{ name: 'm' }] }];
  for (const [index, spec] of [...specs, { metrics: [] }].entries()) {
    const metadata = { name: index < specs.length ? nameOf(index) : 'readable', namespace: NAMESPACE };
    const template = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisTemplate', metadata, spec };
    await plane.api.call(RUNS_PATH.replace('analysisruns', 'analysistemplates'), { method: 'POST', body: template });
  }
}
