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
  /** Networks (CIDR) that API servers ask from; others cannot reach the webhook. Without any: all can. */
  readonly apiServer?: readonly string[];
  /** Whether API servers must show a certificate of the authority in the ConfigMap `assay-client-ca`. */
  readonly clientCa?: boolean;
  /** Whether Rollouts are looked after too. */
  readonly rollouts?: boolean;
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

interface NetworkPolicy extends Manifest {
  readonly spec: { readonly ingress: readonly Readonly<Record<string, unknown>>[] };
}

const WEBHOOK = 'assay-webhook';
const CLIENT_CA_FILE = '/var/run/secrets/assay-client-ca/ca.crt';

function fillIn(object: Manifest, options: ManifestOptions): Manifest {
  if (object.metadata.name !== WEBHOOK) return object;
  if (object.kind === 'Deployment') return fillInDeployment(object as Deployment, options);
  if (object.kind === 'NetworkPolicy') return fillInPolicy(object as NetworkPolicy, options);
  return object.kind === 'ServiceAccount' && options.roleArn ? withRole(object, options.roleArn) : object;
}

function fillInDeployment(deployment: Deployment, options: ManifestOptions): Deployment {
  const { cluster, busArn = '', busUrl = '', denyInvalid = false, clientCa = false, image } = options;
  const values: Readonly<Record<string, string>> = {
    ASSAY_CLUSTER: cluster,
    ASSAY_BUS_ARN: busArn,
    ASSAY_BUS_URL: busUrl,
    ASSAY_DENY_INVALID: String(denyInvalid),
    ASSAY_CLIENT_CA_FILE: clientCa ? CLIENT_CA_FILE : '',
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

/** The first rule is that of reviews. */
function fillInPolicy(policy: NetworkPolicy, { apiServer = [] }: ManifestOptions): NetworkPolicy {
  if (apiServer.length === 0) return policy;
  const from = apiServer.map((cidr) => ({ ipBlock: { cidr } }));
  const ingress = policy.spec.ingress.map((rule, index) => (index === 0 ? { from, ...rule } : rule));
  return { ...policy, spec: { ...policy.spec, ingress } };
}

/** @source the annotation that the Amazon EKS Pod Identity Webhook looks for */
function withRole(account: Manifest, roleArn: string): Manifest {
  const annotations = { ...account.metadata.annotations, 'eks.amazonaws.com/role-arn': roleArn };
  return { ...account, metadata: { ...account.metadata, annotations } };
}
