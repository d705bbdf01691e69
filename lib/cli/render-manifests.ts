import { parseAllDocuments, stringify } from 'yaml';

export interface ManifestOptions {
  /** What this cluster is called. */
  readonly cluster: string;
  /** Where events go: one of the two. */
  readonly busArn?: string;
  readonly busUrl?: string;
  /** The IAM role of the webhook, for IRSA; Pod Identity needs none here. */
  readonly roleArn?: string;
  readonly image?: string;
  readonly denyInvalid?: boolean;
  /** False where Argo Rollouts has brought the CRDs. */
  readonly crds?: boolean;
}

/** The base of infra/cluster with what is special to one cluster filled in: YAML, ready for `kubectl apply`. */
export function renderManifests(base: readonly string[], options: ManifestOptions): string {
  const objects = base.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Manifest));
  const wanted = options.crds === false ? objects.filter(({ kind }) => kind !== 'CustomResourceDefinition') : objects;
  const filled = wanted.map((object) => fillIn(object, options));
  return filled.map((object) => stringify(object, { lineWidth: 120, aliasDuplicateObjects: false })).join('---\n');
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

interface Deployment extends Manifest {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
}

interface Container {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value?: string }[];
}

const WEBHOOK = 'assay-webhook';

function fillIn(object: Manifest, options: ManifestOptions): Manifest {
  if (object.metadata.name !== WEBHOOK) return object;
  if (object.kind === 'Deployment') return fillInDeployment(object as Deployment, options);
  return object.kind === 'ServiceAccount' && options.roleArn ? withRole(object, options.roleArn) : object;
}

function fillInDeployment(deployment: Deployment, options: ManifestOptions): Deployment {
  const { cluster, busArn = '', busUrl = '', denyInvalid = false, image } = options;
  const values: Readonly<Record<string, string>> = {
    ASSAY_CLUSTER: cluster,
    ASSAY_BUS_ARN: busArn,
    ASSAY_BUS_URL: busUrl,
    ASSAY_DENY_INVALID: String(denyInvalid),
  };
  const { spec } = deployment;
  const containers = spec.template.spec.containers.map((container) => ({
    ...container,
    image: image ?? container.image,
    env: container.env.map((each) => ({ ...each, ...(each.name in values && { value: values[each.name] ?? '' }) })),
  }));
  const template = { ...spec.template, spec: { ...spec.template.spec, containers } };
  return { ...deployment, spec: { ...spec, template } };
}

/** @source the annotation that the Amazon EKS Pod Identity Webhook looks for */
function withRole(account: Manifest, roleArn: string): Manifest {
  const annotations = { ...account.metadata.annotations, 'eks.amazonaws.com/role-arn': roleArn };
  return { ...account, metadata: { ...account.metadata, annotations } };
}
