import { stringify } from 'yaml';
import { RESOURCES } from '../../lib/model/resources.ts';
import { type SchemaKind, SCHEMAS } from '../../lib/model/schemas.ts';
import { structuralSchema, type StructuralSchema } from './structural.ts';

interface Naming {
  readonly shortName: string;
  /** Whether `.status.phase` is shown by `kubectl get` and may be selected by. */
  readonly hasPhase: boolean;
}

const NAMING: Readonly<Record<SchemaKind, Naming>> = {
  AnalysisRun: { shortName: 'ar', hasPhase: true },
  AnalysisTemplate: { shortName: 'at', hasPhase: false },
  ClusterAnalysisTemplate: { shortName: 'cat', hasPhase: false },
  Experiment: { shortName: 'exp', hasPhase: true },
};

/**
 * The CustomResourceDefinition of a resource, as Argo's but for two things: `status.phase` may be selected by
 * (Kubernetes 1.31 and later; earlier ones ignore it), and the inside of pods is left to the API server.
 * Like Argo's it has no status subresource: one write can change status and labels.
 *
 * @source manifests/crds of argoproj/argo-rollouts
 */
export function customResourceDefinition(kind: SchemaKind) {
  const { apiVersion, plural, namespaced } = RESOURCES[kind];
  const { shortName, hasPhase } = NAMING[kind];
  const [group = '', version = ''] = apiVersion.split('/');
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames: [shortName] },
      scope: namespaced ? 'Namespaced' : 'Cluster',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          additionalPrinterColumns: hasPhase ? [statusColumn(kind), AGE_COLUMN] : [AGE_COLUMN],
          ...(hasPhase && { selectableFields: [{ jsonPath: '.status.phase' }] }),
          schema: { openAPIV3Schema: rootSchema(kind) },
        },
      ],
    },
  };
}

/** The name of the file in `infra/cluster/crds`, and the text that belongs there. */
export function crdFile(kind: SchemaKind): { readonly name: string; readonly text: string } {
  const text = stringify(customResourceDefinition(kind), { lineWidth: 120, aliasDuplicateObjects: false });
  return {
    name: `${RESOURCES[kind].plural}.yaml`,
    text: `# Written by \`npm run generate\` from lib/model; changes belong there.\n${text}`,
  };
}

const AGE_COLUMN = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Time since the resource was created',
};

function statusColumn(kind: SchemaKind) {
  return { name: 'Status', type: 'string', jsonPath: '.status.phase', description: `${kind} status` };
}

/** The API server itself looks after the three fields that every object has. */
function rootSchema(kind: SchemaKind): StructuralSchema {
  const { required, properties, ...rest } = structuralSchema(SCHEMAS[kind]);
  const common = new Set(['apiVersion', 'kind', 'metadata']);
  return {
    ...rest,
    required: (required ?? []).filter((field) => !common.has(field)),
    properties: {
      ...properties,
      apiVersion: { description: `Group and version: ${RESOURCES[kind].apiVersion}.`, type: 'string' },
      kind: { description: `Kind: ${kind}.`, type: 'string' },
      metadata: { type: 'object' },
    },
  };
}
