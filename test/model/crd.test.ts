import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { crdFile, customResourceDefinition } from '../../infra/cluster/crd.ts';
import { type SchemaKind, SCHEMAS } from '../../lib/model/schemas.ts';
import { ARGO_FIELDS } from './argo-fields.ts';
import { fieldTable, type FieldFact } from './field-table.ts';

const KINDS = Object.keys(SCHEMAS) as SchemaKind[];
const FOLDER = 'infra/cluster/crds';

/** Where ours keep fields that Argo's CRDs list or prune: new fields of pods and Jobs need no new CRD. */
const LOOSER = /(\.job\.spec|\.template\.spec|\.template\.spec\.containers\[\])$/;

function argoFields(kind: SchemaKind): Record<string, FieldFact> {
  const entries = Object.entries(ARGO_FIELDS[kind]);
  return Object.fromEntries(
    entries.map(([path, fact]): [string, FieldFact] => [path, LOOSER.test(path) ? { ...fact, open: true } : fact]),
  );
}

describe.each(KINDS)('the CRD of %s', (kind) => {
  const crd = customResourceDefinition(kind);
  const schema = crd.spec.versions[0]?.schema.openAPIV3Schema ?? {};

  test('is written down in infra/cluster/crds as the schema has it; otherwise `npm run generate`', () => {
    const { name, text } = crdFile(kind);
    expect(readFileSync(`${FOLDER}/${name}`, 'utf8')).toBe(text);
  });

  test('has the fields of Argo’s, of the same type and as necessary, and no others', () => {
    expect(fieldTable(schema)).toEqual(argoFields(kind));
  });

  test('says something about every field but the metadata that all objects have', () => {
    const silent = Object.entries(schema.properties ?? {}).filter(
      ([name, { description }]) => !description && name !== 'metadata',
    );
    expect(silent).toEqual([]);
    expect(JSON.stringify(schema)).not.toContain('"description":""');
  });

  test('has a status subresource only where Argo’s has one: of the others one write changes status and labels', () => {
    const scale = {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.HPAReplicas',
      labelSelectorPath: '.status.selector',
    };
    const subresources = crd.spec.versions.map((version) => version.subresources);
    expect(subresources).toEqual([kind === 'Rollout' ? { status: {}, scale } : undefined]);
  });

  test('fits into the annotation that `kubectl apply` keeps (256 KiB)', () => {
    expect(JSON.stringify(crd).length).toBeLessThan(262_144);
  });
});

test('nothing else lies in infra/cluster/crds', () => {
  expect(readdirSync(FOLDER).toSorted()).toEqual(KINDS.map((kind) => crdFile(kind).name).toSorted());
});

test.each([
  { kind: 'AnalysisRun', short: 'ar', plural: 'analysisruns', scope: 'Namespaced', columns: ['Status', 'Age'] },
  { kind: 'AnalysisTemplate', short: 'at', plural: 'analysistemplates', scope: 'Namespaced', columns: ['Age'] },
  {
    kind: 'ClusterAnalysisTemplate',
    short: 'cat',
    plural: 'clusteranalysistemplates',
    scope: 'Cluster',
    columns: ['Age'],
  },
  { kind: 'Experiment', short: 'exp', plural: 'experiments', scope: 'Namespaced', columns: ['Status', 'Age'] },
  {
    kind: 'Rollout',
    short: 'ro',
    plural: 'rollouts',
    scope: 'Namespaced',
    columns: ['Desired', 'Current', 'Up-to-date', 'Available', 'Age'],
  },
] as const)('$kind is named and shown as Argo has it', ({ kind, short, plural, scope, columns }) => {
  const { metadata, spec } = customResourceDefinition(kind);
  const [version] = spec.versions;
  expect(metadata.name).toBe(`${plural}.argoproj.io`);
  expect(spec).toMatchObject({
    group: 'argoproj.io',
    scope,
    names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames: [short] },
  });
  expect(version).toMatchObject({ name: 'v1alpha1', served: true, storage: true });
  expect(version?.additionalPrinterColumns.map(({ name }) => name)).toEqual(columns);
  const hasPhase = !kind.endsWith('Template');
  const selectable = hasPhase ? [{ jsonPath: '.status.phase' }] : undefined;
  expect(version?.selectableFields).toEqual(selectable);
});
