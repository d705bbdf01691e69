import { z } from 'zod';
import { clusterRouters } from './cluster-routers.ts';
import {
  connectionFields,
  connectionProblems,
  externalId,
  patternField,
  REGION,
  regionName,
  roleArn,
  secretName,
} from './connection.ts';
import { AssayError } from './errors.ts';
import { isObject } from './is-object.ts';
import { explainIssue } from './issue.ts';
import { pluginFields } from './plugin-settings.ts';
import { formatProblem } from './problem.ts';
import { flag, list, text } from './schema.ts';
import { isServicePattern } from './service-rules.ts';

const eks = z.strictObject({
  clusterName: patternField(/^[A-Za-z0-9][\w-]{0,99}$/, 'the name of an EKS cluster', 'What EKS calls the cluster.'),
  region: regionName,
  roleArn: roleArn.exactOptional(),
  externalId: externalId.exactOptional(),
});
const secretReference = z.strictObject({ secret: secretName });
const kubeconfig = z.strictObject({ secret: secretName, context: text('Default: the current one.').exactOptional() });

const METHODS = ['eks', 'token', 'clientCertificate', 'kubeconfig'] as const;

const authentication = z
  .strictObject({
    eks: eks.exactOptional(),
    token: secretReference.exactOptional(),
    clientCertificate: secretReference.exactOptional(),
    kubeconfig: kubeconfig.exactOptional(),
  })
  .describe('How Assay gets in: exactly one way.');

const aws = z
  .strictObject({
    roleArn,
    region: regionName.exactOptional(),
    externalId: externalId.exactOptional(),
    verifyTargetGroup: flag('Whether Rollouts wait until load balancers have their weights and pods.').exactOptional(),
    targetGroupTag: text(
      'Tag that says what a target group was made for (default ingress.k8s.aws/resource).',
    ).exactOptional(),
  })
  .describe('The role of metrics that ask AWS. Without it they are refused: the own role of Assay is never used.');

const positive = (description: string) =>
  z
    .number()
    .refine((value) => Number.isInteger(value) && value >= 1, { error: 'a whole number from 1' })
    .describe(description);

const limits = z.strictObject({
  concurrentSteps: positive(
    'Steps of one namespace at one time in one container (default 10); of the cluster twice as many.',
  ).exactOptional(),
  requestsPerSecond: positive('Requests to the API server in one container (default 50).').exactOptional(),
});

const clusterDocument = z
  .strictObject({
    endpoint: z
      .string()
      .refine(isEndpoint, { error: 'an address such as https://10.0.0.1:6443, without credentials or query' })
      .describe('Address of the API server.')
      .exactOptional(),
    ca: patternField(
      /^\s*(-----BEGIN CERTIFICATE-----|LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t)/,
      'a certificate in PEM, or that in base64',
      'Whom to trust: PEM, or base64 of it. Default: the usual authorities.',
    ).exactOptional(),
    authentication,
    addressMode: z.enum(['proxy', 'direct', 'deny']).describe('How in-cluster addresses are reached.').exactOptional(),
    services: list(
      z
        .string()
        .refine(isServicePattern, { error: 'namespace/service or namespace/service:port; * stands for anything' }),
      'Services that metrics of other namespaces may reach through the API server.',
    ).exactOptional(),
    shortServiceNames: flag('Whether SERVICE and SERVICE.NAMESPACE are completed as in a pod.').exactOptional(),
    selector: text('Labels of the objects to look after.').exactOptional(),
    instanceId: text('Only what carries this controller instance id; without it what carries none.').exactOptional(),
    namespace: text('Only this namespace; without it all.').exactOptional(),
    rollouts: flag('Looks after Rollouts too: no controller of Argo Rollouts may do so.').exactOptional(),
    routers: clusterRouters.exactOptional(),
    aws: aws.exactOptional(),
    prometheusAddress: text('For Prometheus metrics that name no address.').exactOptional(),
    controllerNamespace: text(
      'Namespace of the Secrets that metrics take their keys from (default argo-rollouts).',
    ).exactOptional(),
    allowedHosts: list(z.string(), 'Hosts and networks that requests may go to all the same.').exactOptional(),
    allowPrivateNetworks: flag('Whether requests may go to private networks.').exactOptional(),
    limits: limits.exactOptional(),
    ...pluginFields,
    ...connectionFields,
    disabled: flag('Leaves the cluster alone.').exactOptional(),
  })
  .describe('What Assay knows of a cluster. Holds no secrets, only their names.');

/** A document as it stands in the registry. */
export type ClusterDocument = z.infer<typeof clusterDocument>;

/** A document with every default filled in. */
export type ClusterSettings = ClusterDocument & {
  readonly authentication: Authentication;
  readonly addressMode: 'proxy' | 'direct' | 'deny';
  readonly services: readonly string[];
  readonly shortServiceNames: boolean;
  readonly allowedHosts: readonly string[];
  readonly allowPrivateNetworks: boolean;
  readonly limits: ClusterLimits;
  readonly disabled: boolean;
};

/** Exactly one of its fields is set. */
export type Authentication = z.infer<typeof authentication>;
export type EksAuthentication = z.infer<typeof eks>;
export type AwsRole = z.infer<typeof aws>;

export interface ClusterLimits {
  /** Of one namespace in one container; of the cluster twice as many. */
  readonly concurrentSteps: number;
  /** In one container. */
  readonly requestsPerSecond: number;
}

/** The way in, by name. */
export type AuthenticationMethod = (typeof METHODS)[number];

const DEFAULT_LIMITS: ClusterLimits = { concurrentSteps: 10, requestsPerSecond: 50 };

/**
 * Reads the document of a cluster.
 *
 * @param name  of the cluster, for messages
 * @param json  the document's text
 * @throws      AssayError ASSAY_CLUSTER_SETTINGS_INVALID, with every problem and where it stands
 */
export function parseClusterSettings(name: string, json: string): ClusterSettings {
  const document = readDocument(name, json);
  return {
    ...document,
    addressMode: document.addressMode ?? 'proxy',
    services: document.services ?? [],
    shortServiceNames: document.shortServiceNames ?? true,
    allowedHosts: document.allowedHosts ?? [],
    allowPrivateNetworks: document.allowPrivateNetworks ?? false,
    limits: { ...DEFAULT_LIMITS, ...document.limits },
    disabled: document.disabled ?? false,
  };
}

/** Which way in a document names. */
export function methodOf(given: Authentication): AuthenticationMethod {
  const method = METHODS.find((each) => given[each] !== undefined);
  if (method) return method;
  throw new RangeError('no authentication: the document was not checked');
}

/** The secrets that a document names, without their fields; also of one that is broken. */
export function secretNamesOf(json: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return [];
  }
  const ways = isObject(value) && isObject(value['authentication']) ? Object.values(value['authentication']) : [];
  return ways.flatMap((way) => {
    const reference: unknown = isObject(way) ? way['secret'] : undefined;
    return typeof reference === 'string' ? [reference.split('#')[0] ?? ''] : [];
  });
}

function readDocument(name: string, json: string): ClusterDocument {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw invalid(name, ['expected JSON']);
  }
  const { data, error } = clusterDocument.safeParse(value, { reportInput: true });
  if (!data) {
    const problems = error.issues.flatMap((issue) => explainIssue(issue, clusterDocument));
    throw invalid(name, problems.map(formatProblem));
  }
  const problems = [...checkWay(data), ...connectionProblems(data.connections ?? [], { files: false })];
  if (problems.length > 0) throw invalid(name, problems);
  return data;
}

/** What holds between fields. */
function checkWay({ authentication: given, endpoint }: ClusterDocument): string[] {
  const methods = METHODS.filter((method) => given[method] !== undefined);
  if (methods.length !== 1) {
    const found = methods.length === 0 ? 'none' : methods.join(' and ');
    return [`authentication: expected one of ${METHODS.join(', ')}, got ${found}`];
  }
  if (endpoint === undefined && given.kubeconfig === undefined) return ['endpoint: required, but missing'];
  return [];
}

function invalid(name: string, problems: readonly string[]): AssayError {
  return new AssayError('ASSAY_CLUSTER_SETTINGS_INVALID', `settings of cluster ${name}: ${problems.join('; ')}`);
}

/** Over http anybody on the way could read the credentials. */
function isEndpoint(value: string): boolean {
  const url = URL.parse(value);
  return url?.protocol === 'https:' && url.username === '' && url.password === '' && !/[?#\s]/.test(value);
}

/** The names that clusters may have in the registry: what parameters, queues and events can all carry. */
const CLUSTER_NAME = /^[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/;

/** Whether a cluster may have this name: letters, digits and `. _ -` between, 63 at most. */
export function isClusterName(name: string): boolean {
  return CLUSTER_NAME.test(name);
}

/** Whether a text is the name of a region of AWS, such as eu-west-1: it becomes part of the names of servers. */
export function isAwsRegion(name: string): boolean {
  return name.length <= 32 && REGION.test(name);
}
