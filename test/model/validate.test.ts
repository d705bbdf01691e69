import { assert, constantFrom, jsonValue, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatPath, formatProblem } from '../../lib/model/problem.ts';
import { type SchemaKind, SCHEMAS } from '../../lib/model/schemas.ts';
import { validateResource } from '../../lib/model/validate.ts';
import { aClusterTemplate, aMetric, anExperiment, aResult, aRun, aTemplate } from '../builders.ts';
import { ARGO_FIELDS } from './argo-fields.ts';
import { aCompleteObject, aMinimalObject, keysOf, withField } from './complete-object.ts';

const KINDS = Object.keys(SCHEMAS) as SchemaKind[];

/** Fields that `validateResource` looks at before the schema, or that Argo's table says nothing of. */
const COMMON = new Set(['apiVersion', 'kind', 'metadata']);

test.each([
  { name: 'a run', object: aRun() },
  { name: 'a template', object: aTemplate() },
  { name: 'a cluster template', object: aClusterTemplate() },
  { name: 'an experiment', object: anExperiment() },
])('$name from the builders is valid', ({ object }) => {
  expect(validateResource(object)).toEqual([]);
});

describe.each(KINDS)('%s', (kind) => {
  const fields = Object.entries(ARGO_FIELDS[kind]).filter(([path]) => !COMMON.has(path));

  test('with every field that Argo has is valid', () => {
    expect(validateResource(aCompleteObject(kind))).toEqual([]);
  });

  test('with only the fields that Argo requires is valid', () => {
    expect(validateResource(aMinimalObject(kind))).toEqual([]);
  });

  test.each(fields.filter(([, fact]) => fact.type === 'int-or-string'))('%s takes an argument', (path) => {
    expect(validateResource(withField(kind, path, '{{args.count}}'))).toEqual([]);
  });

  test('a field of another type is an error of that field', () => {
    const found = fields.map(([path, { type }]) => {
      const wrong = type === 'object' || type === 'array' ? 'text' : { not: 'this' };
      return whereOf(withField(kind, path, wrong));
    });
    expect(found).toEqual(fields.map(([path]) => [`error ${pathOf(path)}`]));
  });

  test('a field left out is an error where Argo requires it, and only there', () => {
    const named = fields.filter(([path]) => !/(\[\]|\{\})$/.test(path));
    const found = named.map(([path]) => whereOf(withField(kind, path, undefined)));
    expect(found).toEqual(named.map(([path, { required }]) => (required ? [`error ${pathOf(path)}`] : [])));
  });

  test('an unknown field is a warning of that field, except in maps and in what is kept as it stands', () => {
    const closed = fields.filter(([path, { type, open }]) => type === 'object' && !open && !isKept(kind, path));
    const found = closed.map(([path]) => whereOf(withField(kind, `${path}.unheardOf`, 1)));
    expect(found).toEqual(closed.map(([path]) => [`warning ${pathOf(path)}.unheardOf`]));
  });
});

/** Maps take any key; pods and Jobs are Kubernetes' own. */
function isKept(kind: SchemaKind, path: string): boolean {
  return `${path}{}` in ARGO_FIELDS[kind] || /(job\.spec|template\.spec|containers\[\])$/.test(path);
}

function pathOf(path: string): string {
  return formatPath(keysOf(path));
}

function whereOf(object: unknown): string[] {
  return validateResource(object).map(({ severity, path }) => `${severity} ${path}`);
}

function metric(override: object): object {
  return { ...aRun(), spec: { metrics: [aMetric(), { ...aMetric(), ...override }] } };
}

function provider(settings: object): object {
  return metric({ provider: settings });
}

describe('a message names the path, the value and the way out', () => {
  test.each([
    {
      name: 'a number for a name',
      object: metric({ name: 5 }),
      want: 'spec.metrics[1].name: expected a string, got 5; put it in quotes: "5"',
    },
    {
      name: 'an argument that YAML took for an object',
      object: metric({ successCondition: { 'args.condition': null } }),
      want: 'spec.metrics[1].successCondition: expected a string, got an object; text that begins with { or [ needs quotes',
    },
    {
      name: 'a duration without a unit',
      object: metric({ interval: 30 }),
      want: 'spec.metrics[1].interval: expected a string, got 30; give it a unit: "30s"',
    },
    {
      name: 'a fraction for a count',
      object: metric({ count: 1.5 }),
      want: 'spec.metrics[1].count: expected an integer or a string, got 1.5',
    },
    {
      name: 'a list for a count',
      object: metric({ count: [] }),
      want: 'spec.metrics[1].count: expected an integer or a string, got a list',
    },
    {
      name: 'a string for a number',
      object: provider({ web: { url: 'u', timeoutSeconds: '30' } }),
      want: 'spec.metrics[1].provider.web.timeoutSeconds: expected an integer, got "30"; leave out the quotes',
    },
    {
      name: 'an argument for a number',
      object: provider({ web: { url: 'u', timeoutSeconds: '{{args.t}}' } }),
      want: 'spec.metrics[1].provider.web.timeoutSeconds: expected an integer, got "{{args.t}}"; arguments may stand only where a string may',
    },
    {
      name: 'a string for a boolean',
      object: provider({ web: { url: 'u', insecure: 'true' } }),
      want: 'spec.metrics[1].provider.web.insecure: expected true or false, got "true"; leave out the quotes',
    },
    {
      name: 'another string for a boolean',
      object: provider({ web: { url: 'u', insecure: 'yes' } }),
      want: 'spec.metrics[1].provider.web.insecure: expected true or false, got "yes"',
    },
    {
      name: 'a fraction for an integer of 64 bits',
      object: provider({ web: { url: 'u', timeoutSeconds: 1.5 } }),
      want: 'spec.metrics[1].provider.web.timeoutSeconds: expected an integer of at most 64 bits, got 1.5',
    },
    {
      name: 'too large a number',
      object: aRun({ spec: { ttlStrategy: { secondsAfterFailure: 2 ** 31 } } }),
      want: 'spec.ttlStrategy.secondsAfterFailure: expected an integer of at most 32 bits, got 2147483648',
    },
    {
      name: 'an object for a list',
      object: { ...aRun(), spec: { metrics: {} } },
      want: 'spec.metrics: expected a list, got an object; begin each item with "- "',
    },
    {
      name: 'null for an item',
      object: { ...aRun(), spec: { metrics: [null] } },
      want: 'spec.metrics[0]: expected an object, got null; leave the item out',
    },
    {
      name: 'null for a field that is required',
      object: { ...aRun(), spec: { metrics: null } },
      want: 'spec.metrics: required, but missing',
    },
    {
      name: 'null for a field that is unknown',
      object: { ...aTemplate(), status: null },
      want: 'status: unknown field "status"',
      severity: 'warning',
    },
    {
      name: 'a word that the API server refuses',
      object: provider({ datadog: { apiVersion: 'v3' } }),
      want: 'spec.metrics[1].provider.datadog.apiVersion: unknown word "v3" (did you mean "v1"?); known: v1, v2',
    },
    {
      name: 'a number for a word',
      object: provider({ datadog: { apiVersion: 2 } }),
      want: 'spec.metrics[1].provider.datadog.apiVersion: expected a string, got 2',
    },
    {
      name: 'a word that only Assay does not know',
      object: { ...aRun(), status: { phase: 'Sucessful' } },
      want: 'status.phase: unknown word "Sucessful" (did you mean "Successful"?); known: Pending, Running, Successful, Failed, Error, Inconclusive',
      severity: 'warning',
    },
    {
      name: 'a time in words',
      object: { ...aRun(), status: { phase: 'Running', startedAt: 'yesterday' } },
      want: 'status.startedAt: expected an RFC 3339 time such as 2026-11-05T10:00:00Z, got "yesterday"',
    },
    {
      name: 'a time with an offset that no clock has',
      object: { ...aRun(), status: { phase: 'Running', startedAt: '2026-11-30T12:00:00+99:99' } },
      want: 'status.startedAt: expected an RFC 3339 time such as 2026-11-05T10:00:00Z, got "2026-11-30T12:00:00+99:99"',
    },
    {
      name: 'a field misspelt',
      object: metric({ sucessCondition: 'true' }),
      want: 'spec.metrics[1].sucessCondition: unknown field "sucessCondition" (did you mean "successCondition"?)',
      severity: 'warning',
    },
    {
      name: 'a field that stands too deep',
      object: provider({ prometheus: { query: 'up', interval: '5m' } }),
      want: 'spec.metrics[1].provider.prometheus.interval: unknown field "interval"; it belongs to spec.metrics[1]',
      severity: 'warning',
    },
    {
      name: 'a label that is a number',
      object: { ...aRun(), metadata: { name: 'a', labels: { 'a.b/c': 1 } } },
      want: 'metadata.labels["a.b/c"]: expected a string, got 1; put it in quotes: "1"',
    },
    {
      name: 'no name',
      object: { ...aRun(), metadata: {} },
      want: 'metadata.name: required, but missing',
    },
    {
      name: 'another kind',
      object: { ...aRun(), kind: 'AnalysisRum' },
      want: 'kind: unknown kind "AnalysisRum" (did you mean "AnalysisRun"?); known: AnalysisRun, AnalysisTemplate, ClusterAnalysisTemplate, Experiment, Rollout',
    },
    {
      name: 'another version',
      object: { ...aRun(), apiVersion: 'argoproj.io/v1' },
      want: 'apiVersion: unknown apiVersion "argoproj.io/v1"; known: argoproj.io/v1alpha1',
    },
    {
      name: 'a version that is no text',
      object: { ...aRun(), apiVersion: 1 },
      want: 'apiVersion: expected a string, got 1; known: argoproj.io/v1alpha1',
    },
    { name: 'a list', object: [], want: 'expected a resource, got a list' },
    { name: 'a text', object: 'AnalysisRun', want: 'expected a resource, got "AnalysisRun"' },
  ])('$name', ({ object, want, severity = 'error' }) => {
    const problems = validateResource(object);
    expect(problems.map((problem) => [problem.severity, formatProblem(problem)])).toEqual([[severity, want]]);
  });
});

describe('what the API server lets pass', () => {
  test.each([
    { name: 'a generated name', object: { ...aRun(), metadata: { generateName: 'a-' } } },
    { name: 'null in the metadata', object: { ...aRun(), metadata: { name: 'a', creationTimestamp: null } } },
    { name: 'null in a field that may be left out', object: { ...aRun(), spec: { metrics: [], args: null } } },
    {
      name: 'null in a map',
      object: { ...aRun(), status: { phase: '', metricResults: [{ ...aResult(), metadata: { a: null } }] } },
    },
    {
      name: 'a time with an offset',
      object: aRun({ status: { phase: '', startedAt: '2026-11-05T10:00:00.5+01:00' } }),
    },
  ])('$name', ({ object }) => {
    expect(validateResource(object)).toEqual([]);
  });
});

test('no secret gets into a message', () => {
  const settings = {
    headers: [{ key: 'Authorization', value: 4711 }],
    authentication: { basicAuth: { username: 4711, password: 4711 }, oauth2: { clientSecret: 4711, scopes: [4711] } },
  };
  const problems = validateResource({
    ...aRun(),
    spec: { metrics: [aMetric({ provider: { prometheus: Object(settings) } })] },
  });
  expect(problems).toHaveLength(5);
  expect(JSON.stringify(problems)).not.toContain('4711');
  expect(problems.map(formatProblem)).toContain(
    'spec.metrics[0].provider.prometheus.headers[0].value: expected a string, got a number; put it in quotes',
  );
});

function isWellFormed(object: unknown): boolean {
  return validateResource(object).every(
    ({ message, path, keys }) => message !== '' && (path === '') === (keys.length === 0),
  );
}

describe('whatever it is given, it never throws, and its problems name a field and have a message', () => {
  const { apiVersion } = aRun();

  test('any JSON', () => {
    assert(property(jsonValue(), isWellFormed));
  });

  test.each(KINDS)('%s with any JSON in it', (kind) => {
    const parts = record({ metadata: jsonValue(), spec: jsonValue(), status: jsonValue() });
    assert(property(parts, (rest) => isWellFormed({ apiVersion, kind, ...rest })));
  });

  test.each(KINDS)('%s with any JSON in one of its fields', (kind) => {
    const path = constantFrom(...Object.keys(ARGO_FIELDS[kind]));
    assert(property(path, jsonValue(), (where, value) => isWellFormed(withField(kind, where, value))));
  });

  test('an object nested a million deep', () => {
    let deep: unknown = {};
    for (let level = 0; level < 1_000_000; level++) deep = { deep };
    expect(isWellFormed({ ...aRun(), spec: { metrics: [deep], args: deep } })).toBe(true);
  });
});
