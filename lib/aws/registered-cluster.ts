import type { LookupFunction } from 'node:net';
import type { KubernetesCluster } from '../clusters/api/kubernetes.ts';
import { openCluster } from '../clusters/api/open-cluster.ts';
import { settingsCredentials } from '../clusters/access/settings-credentials.ts';
import type { Credentials } from '../clusters/access/credentials.ts';
import { apiVersionsOf } from '../model/cluster-routers.ts';
import { type ClusterSettings, isAwsRegion } from '../model/cluster-settings.ts';
import { AssayError } from '../model/errors.ts';
import type { HttpRequest, HttpResponse } from '../model/http.ts';
import type { Log } from '../model/ports.ts';
import type { LoadBalancers } from '../model/load-balancer.ts';
import type { AwsCredentials, AwsIdentity, ProviderSettings } from '../model/provider.ts';
import type { Secrets } from '../model/cluster-documents.ts';
import { awsLoadBalancers } from '../connections/aws-load-balancers.ts';
import type { AssumedRoles, RoleRequest } from '../connections/assumed-roles.ts';

import { type AddressSettings, openAddressRules } from '../http/addresses.ts';
import { type Http, openHttp } from '../http/open-http.ts';
import { loadBundledPlugin } from '../plugins/bundled-plugins.ts';

export interface RegisteredClusterOptions {
  readonly secrets: Secrets;
  readonly roles: AssumedRoles;
  readonly now: () => Date;
  readonly log: Pick<Log, 'error'>;
  /** Where this process has its own control API, as in AWS_LAMBDA_RUNTIME_API. */
  readonly runtimeApi?: string;
  /** Finds the addresses of API servers; the clusters of a process share it. Default: the system's way. */
  readonly lookup?: LookupFunction;
}

/**
 * An invocation is paid for while it waits, and others wait with it; a server that slow is tried again later. Each step
 * begins with reading one object, which takes no server seconds: ten clusters that say nothing, each waited for in each
 * environment, would else hold up a thousand others. Lists may be long, and writes may wait for somebody's webhook.
 */
export const PATIENCE = { connectTimeoutMs: 3000, objectTimeoutMs: 2000, responseTimeoutMs: 10_000 } as const;

/**
 * The cluster that settings describe; opens no connection yet. Requests of its metrics may go to public addresses and
 * to what the settings list.
 *
 * @throws AssayError ASSAY_HTTP_INVALID where the settings list what is no host
 */
export function openRegisteredCluster(
  name: string,
  settings: ClusterSettings,
  options: RegisteredClusterOptions,
): KubernetesCluster {
  const { addressMode, services, shortServiceNames } = settings;
  const http = openedWhenUsed(rulesOf(settings, options.runtimeApi));
  const credentials = registeredCredentials(name, settings, options);
  const { now, log, lookup } = options;
  return openCluster({
    name,
    credentials,
    http,
    now,
    log,
    addressMode,
    services,
    shortServiceNames,
    apiVersions: apiVersionsOf(settings.routers),
    lookup,
    ...PATIENCE,
  });
}

/** Most clusters that a process meets have nothing to measure. @throws AssayError ASSAY_HTTP_INVALID */
function openedWhenUsed(rules: AddressSettings): Http & { rest(): void } {
  openAddressRules(rules);
  let http: Http | undefined;
  let isClosed = false;
  const rest = (): void => {
    http?.close();
    http = undefined;
  };
  const send = (request: HttpRequest): Promise<HttpResponse> => {
    http ??= openHttp(rules);
    if (isClosed) http.close();
    return http(request);
  };
  return Object.assign(send, {
    rest,
    close() {
      isClosed = true;
      rest();
    },
  });
}

/** Where requests of a cluster's metrics may go. */
export function rulesOf(
  { allowedHosts, allowPrivateNetworks }: ClusterSettings,
  runtimeApi: string | undefined,
): AddressSettings {
  return {
    privateNetworks: allowPrivateNetworks ? 'allow' : 'refuse',
    allow: allowedHosts,
    ...(runtimeApi !== undefined && { runtimeApi }),
  };
}

/** The way into the cluster that settings describe. Nothing is read before it is needed. */
export function registeredCredentials(
  name: string,
  settings: ClusterSettings,
  { secrets, roles, now }: Pick<RegisteredClusterOptions, 'secrets' | 'roles' | 'now'>,
): Credentials {
  const { eks } = settings.authentication;
  if (eks) requireEksEndpoint(name, settings);
  const awsCredentials = async (): Promise<AwsCredentials> => {
    if (!eks) throw new RangeError('only EKS asks for credentials of AWS');
    const { roleArn, region, externalId } = eks;
    if (roleArn === undefined) return roles.own(region);
    return roles.assume({ roleArn, region, cluster: name, ...(externalId !== undefined && { externalId }) });
  };
  return settingsCredentials(settings, { secrets, awsCredentials, now });
}

const EKS_HOST = /\.eks(?:-fips)?\.amazonaws\.com(?:\.cn)?$/;

/**
 * A token for a cluster of EKS that Assay's own identity signs is good for whoever gets it, and what the cluster is
 * called says nothing of where the token goes. With a role it is the role's trust policy that binds it to the cluster.
 *
 * @throws AssayError ASSAY_CLUSTER_SETTINGS_INVALID
 */
function requireEksEndpoint(name: string, { authentication, endpoint = '' }: ClusterSettings): void {
  if (authentication.eks?.roleArn !== undefined) return;
  const { hostname = '' } = URL.parse(endpoint) ?? {};
  // What leads to this very machine tells nobody.
  if (hostname === '127.0.0.1' || EKS_HOST.test(hostname)) return;
  throw new AssayError(
    'ASSAY_CLUSTER_SETTINGS_INVALID',
    `settings of cluster ${name}: endpoint: expected that of EKS (https://ID.….eks.amazonaws.com); for another one give authentication.eks.roleArn`,
  );
}

/**
 * What is set for the metrics of a cluster. They ask AWS as the role of their cluster, or as one that this role may
 * assume; never as Assay itself.
 */
export function registeredProviderSettings(
  name: string,
  { aws, authentication, prometheusAddress, controllerNamespace, plugins }: ClusterSettings,
  roles: AssumedRoles,
): ProviderSettings {
  const awsRegion = aws?.region ?? authentication.eks?.region;
  return {
    ...(prometheusAddress !== undefined && { prometheusAddress }),
    ...(controllerNamespace !== undefined && { controllerNamespace }),
    ...(awsRegion !== undefined && { awsRegion }),
    ...(plugins && { plugins, loadPlugin: loadBundledPlugin }),
    async awsCredentials(identity) {
      if (!aws) throw unsigned(`the settings of cluster ${name} name no role (aws.roleArn)`);
      if (identity.profile !== undefined) throw unsigned('there are no profiles here: give roleArn instead');
      if (!isAwsRegion(identity.region)) throw unsigned(`${JSON.stringify(identity.region)} is no region`);
      const { roleArn, externalId } = aws;
      const region = aws.region ?? identity.region;
      const own = { roleArn, region, cluster: name, ...(externalId !== undefined && { externalId }) };
      return roles.assume(roleFor(identity, own));
    },
  };
}

/** The load balancers of a cluster, as its own role sees them; undefined where its settings do not ask for that. */
export function registeredLoadBalancers(
  name: string,
  settings: ClusterSettings,
  roles: AssumedRoles,
): LoadBalancers | undefined {
  const { verifyTargetGroup = false, targetGroupTag } = settings.aws ?? {};
  const { awsCredentials } = registeredProviderSettings(name, settings, roles);
  if (!verifyTargetGroup || !awsCredentials) return undefined;
  return awsLoadBalancers({ credentials: awsCredentials, resourceTag: targetGroupTag });
}

function roleFor({ roleArn }: AwsIdentity, own: RoleRequest): RoleRequest {
  if (roleArn === undefined || roleArn === own.roleArn) return own;
  return { roleArn, region: own.region, cluster: own.cluster, from: own };
}

function unsigned(reason: string): AssayError {
  return new AssayError('ASSAY_METRIC_INVALID', `could not get SigV4 credentials: ${reason}`);
}
