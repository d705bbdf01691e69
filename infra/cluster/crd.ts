import { stringify } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { RESOURCES } from '../../lib/model/resources.ts';
import { type SchemaKind, SCHEMAS } from '../../lib/model/schemas.ts';
import { structuralSchema, type StructuralSchema } from './structural.ts';

interface Naming {
  readonly shortName: string;
  /** Whether `.status.phase` may be selected by. */
  readonly hasPhase: boolean;
  /** What `kubectl get` shows between the name and the age. */
  readonly columns: readonly Column[];
}

interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly description: string;
}

const NAMING: Readonly<Record<SchemaKind, Naming>> = {
  AnalysisRun: { shortName: 'ar', hasPhase: true, columns: [statusColumn('AnalysisRun')] },
  AnalysisTemplate: { shortName: 'at', hasPhase: false, columns: [] },
  ClusterAnalysisTemplate: { shortName: 'cat', hasPhase: false, columns: [] },
  Experiment: { shortName: 'exp', hasPhase: true, columns: [statusColumn('Experiment')] },
  Rollout: {
    shortName: 'ro',
    hasPhase: true,
    columns: [
      podsColumn('Desired', '.spec.replicas', 'Pods that are wanted'),
      podsColumn('Current', '.status.replicas', 'Pods that are there'),
      podsColumn('Up-to-date', '.status.updatedReplicas', 'Pods that are as the template wants them'),
      podsColumn('Available', '.status.availableReplicas', 'Pods that have been ready for minReadySeconds'),
    ],
  },
};

/** How `kubectl scale` and a HorizontalPodAutoscaler count the pods of a Rollout. */
const SCALE = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.HPAReplicas',
  labelSelectorPath: '.status.selector',
};

/**
 * The CustomResourceDefinition of a resource, as Argo's but for two things: `status.phase` may be selected by
 * (Kubernetes 1.31 and later; earlier ones ignore it), and the inside of pods is left to the API server.
 * Like Argo's only that of Rollouts has a status subresource, and one to scale by: of the others one write can change
 * status and labels.
 *
 * @source manifests/crds of argoproj/argo-rollouts
 */
export function customResourceDefinition(kind: SchemaKind) {
  const { apiVersion, plural, namespaced, status } = RESOURCES[kind];
  const { shortName, hasPhase, columns } = NAMING[kind];
  const [group = '', version = ''] = apiVersion.split('/');
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, labels: { 'app.kubernetes.io/version': packageJson.version } },
    spec: {
      group,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames: [shortName] },
      scope: namespaced ? 'Namespaced' : 'Cluster',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          additionalPrinterColumns: [...columns, AGE_COLUMN],
          ...(hasPhase && { selectableFields: [{ jsonPath: '.status.phase' }] }),
          ...(status === 'subresource' && { subresources: { status: {}, scale: SCALE } }),
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

const AGE_COLUMN: Column = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Time since the resource was created',
};

function statusColumn(kind: SchemaKind): Column {
  return { name: 'Status', type: 'string', jsonPath: '.status.phase', description: `${kind} status` };
}

function podsColumn(name: string, jsonPath: string, description: string): Column {
  return { name, type: 'integer', jsonPath, description };
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
