import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { RESOURCES } from '../../lib/model/resources.ts';
import { type SchemaKind, SCHEMAS } from '../../lib/model/schemas.ts';
import { validateResource } from '../../lib/model/validate.ts';
import { aMetric, anExperiment, aRun } from '../builders.ts';
import { ARGO_FIELDS } from '../model/argo-fields.ts';
import { aCompleteObject, withField } from '../model/complete-object.ts';
import { serversAvailable } from './servers/build.ts';
import { type ControlPlane, startControlPlane } from './servers/control-plane.ts';

const KINDS = Object.keys(SCHEMAS) as SchemaKind[];

/** Some value of every sort, so that each field meets those of another type, and those just too large for its own. */
const VALUES = [
  'text',
  '{{args.x}}',
  3,
  1.5,
  2 ** 31,
  -(2 ** 40),
  true,
  null,
  [],
  ['text'],
  {},
  { text: 'text' },
  undefined,
];

interface Crd {
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}

describe.skipIf(!(await serversAvailable()))('our CRDs in an API server', () => {
  let plane: ControlPlane;

  beforeAll(async () => {
    plane = await startControlPlane();
    await plane.kubectl(['apply', '-f', 'infra/cluster/crds']);
    await plane.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=30s']);
  });
  afterAll(() => plane?.stop());

  test.each(KINDS)('%s is established, its schema structural', async (kind) => {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${RESOURCES[kind].plural}.argoproj.io`;
    const { conditions } = (await plane.api.call<Crd>(path)).status;
    const holding = conditions.filter(({ status }) => status === 'True').map(({ type }) => type);
    expect(holding.toSorted()).toEqual(['Established', 'NamesAccepted']);
  });

  test.each(KINDS)('%s keeps every field that Argo has', async (kind) => {
    const object = aCompleteObject(kind);
    const created = await create(kind, object);
    if (hasOwnStatus(kind)) await plane.api.call(statusPath(kind, object), put({ ...object, ...versionOf(created) }));
    expect(await read(kind, object)).toMatchObject(object);
  });

  test.each(KINDS)(
    '%s: `validateResource` sees an error where the API server refuses, and only there',
    async (kind) => {
      const disagreements: unknown[] = [];
      const stored = await create(kind, {
        ...aCompleteObject(kind),
        metadata: { name: `probed-${kind.toLowerCase()}` },
      });
      for (const path of Object.keys(ARGO_FIELDS[kind]).filter((field) => /^(spec|status)/.test(field))) {
        // A status with a way of its own is dropped when the rest is written, whatever is in it.
        const isApart = hasOwnStatus(kind) && path.startsWith('status');
        const { metadata } = isApart ? versionOf(stored) : { metadata: { generateName: 'probe-' } };
        const objects = VALUES.map((value) => ({ ...withField(kind, path, value), metadata }));
        const answers = await Promise.all(
          objects.map((object) =>
            isApart
              ? plane.api.send(`${statusPath(kind, stored)}?dryRun=All`, put(object))
              : plane.api.send(`${pathTo(kind)}?dryRun=All`, post(object)),
          ),
        );
        for (const [index, { status }] of answers.entries()) {
          const errors = validateResource(objects[index]).filter(({ severity }) => severity === 'error');
          if (isTimeList(kind, path, VALUES[index])) continue;
          if (status >= 400 !== errors.length > 0) disagreements.push({ path, value: VALUES[index], status, errors });
        }
      }
      expect(disagreements).toEqual([]);
    },
  );

  test('pods, Jobs, plugins and JSON bodies are kept as they stand; other unknown fields are dropped', async () => {
    const pod = { containers: [{ name: 'main', image: 'tool:1', futureField: [1] }], futureField: { a: null, b: 1 } };
    const providers = {
      job: { spec: { backoffLimit: 0, template: { metadata: { labels: { app: 'a' } }, spec: pod } } },
      plugin: { 'acme/metric': { query: ['a', 1] } },
      web: { url: 'http://service.example.com', jsonBody: { deep: [{ a: true }] } },
    };
    const run = aRun({
      metadata: { name: 'open', namespace: 'default' },
      spec: { metrics: [aMetric({ provider: providers })] },
    });
    const misspelt = { ...run, spec: { ...run.spec, terminated: true } };
    await plane.api.call(pathTo('AnalysisRun'), post(misspelt));
    expect(await read('AnalysisRun', run)).toMatchObject({ spec: run.spec });
    expect(await read('AnalysisRun', run)).not.toHaveProperty('spec.terminated');
    await expect(create('AnalysisRun', { ...misspelt, metadata: { name: 'strict' } })).rejects.toThrow(
      'unknown field "spec.terminated"',
    );
  });

  test('Datadog has the defaults that Argo gives it', async () => {
    const run = aRun({
      metadata: { name: 'datadog', namespace: 'default' },
      spec: { metrics: [aMetric({ provider: { datadog: {} } })] },
    });
    await create('AnalysisRun', run);
    expect(await read('AnalysisRun', run)).toHaveProperty('spec.metrics.0.provider.datadog', {
      interval: '5m',
      apiVersion: 'v1',
      requestTimeout: '10s',
    });
  });

  test('the selector of a Rollout cannot be changed, and it is scaled as a Deployment is', async () => {
    const spec = { replicas: 3, selector: { matchLabels: { app: 'web' } } };
    const { apiVersion, kind } = aCompleteObject('Rollout');
    const rollout = { apiVersion, kind, metadata: { name: 'scaled', namespace: 'default' }, spec };
    const created = await create('Rollout', rollout);
    const other = { ...rollout, ...versionOf(created), spec: { ...spec, selector: { matchLabels: { app: 'other' } } } };
    await expect(plane.api.call(`${pathTo('Rollout')}/scaled`, put(other))).rejects.toThrow(
      '.spec.selector is immutable',
    );
    await plane.kubectl(['scale', 'rollout/scaled', '--replicas=5']);
    expect(await read('Rollout', rollout)).toHaveProperty('spec', { ...spec, replicas: 5 });
  });

  test('runs and experiments may be selected by their phase', async () => {
    await create(
      'AnalysisRun',
      aRun({ metadata: { name: 'ended', namespace: 'default' }, status: { phase: 'Failed' } }),
    );
    const experiment = { metadata: { name: 'ended', namespace: 'default' }, status: { phase: 'Failed' } } as const;
    await create('Experiment', anExperiment(experiment));
    const failed = ['get', 'ar,exp', '--field-selector=status.phase=Failed', '-o', 'name'];
    expect((await plane.kubectl(failed)).trim().split('\n')).toEqual([
      'analysisrun.argoproj.io/ended',
      'experiment.argoproj.io/ended',
    ]);
    const others = ['get', 'ar', '--field-selector=status.phase!=Failed', '-o', 'name'];
    expect(await plane.kubectl(others)).not.toContain('ended');
  });

  test.each([
    { short: 'ar', columns: ['NAME', 'STATUS', 'AGE'] },
    { short: 'at', columns: ['NAME', 'AGE'] },
    { short: 'cat', columns: ['NAME', 'AGE'] },
    { short: 'exp', columns: ['NAME', 'STATUS', 'AGE'] },
    { short: 'ro', columns: ['NAME', 'DESIRED', 'CURRENT', 'UP-TO-DATE', 'AVAILABLE', 'AGE'] },
  ])('`kubectl get $short` shows what it shows with Argo', async ({ short, columns }) => {
    const [head = '', row = ''] = (await plane.kubectl(['get', short])).split('\n');
    expect(head.trim().split(/\s+/)).toEqual(columns);
    expect(row.trim().split(/\s+/)).toHaveLength(columns.length);
  });

  test('`kubectl explain` says what a field is for', async () => {
    expect(await plane.kubectl(['explain', 'ar.spec.metrics.failureLimit'])).toContain(
      'tolerated before the metric fails',
    );
  });

  function create(kind: SchemaKind, object: object): Promise<KubernetesObject> {
    return plane.api.call<KubernetesObject>(`${pathTo(kind)}?fieldValidation=Strict`, post(object));
  }

  function read(kind: SchemaKind, { metadata }: KubernetesObject): Promise<unknown> {
    return plane.api.call(`${pathTo(kind)}/${metadata.name}`);
  }
});

/** API servers take a list for a string of format date-time, with Argo's CRDs too; a run cannot be read then. */
function isTimeList(kind: SchemaKind, path: string, value: unknown): boolean {
  return ARGO_FIELDS[kind][path]?.format === 'date-time' && Array.isArray(value);
}

function post(body: object) {
  return { method: 'POST', body } as const;
}

function put(body: object) {
  return { method: 'PUT', body } as const;
}

/** The name, and the version that a write belongs to. */
function versionOf({ metadata: { name = '', resourceVersion = '' } }: KubernetesObject) {
  return { metadata: { name, resourceVersion } };
}

function hasOwnStatus(kind: SchemaKind): boolean {
  return RESOURCES[kind].status === 'subresource';
}

function statusPath(kind: SchemaKind, { metadata }: KubernetesObject): string {
  return `${pathTo(kind)}/${metadata.name}/status`;
}

/** The collection that an object of this kind is created in. */
function pathTo(kind: SchemaKind): string {
  const { apiVersion, plural, namespaced } = RESOURCES[kind];
  return `/apis/${apiVersion}/${namespaced ? 'namespaces/default/' : ''}${plural}`;
}
