import { type Cluster, DescribeClusterCommand, EKSClient, paginateListClusters } from '@aws-sdk/client-eks';
import type { ClusterDocument } from '../model/cluster-settings.ts';
import { awsFailure, REGISTRY_CODES } from '../model/aws-failure.ts';
import { AssayError } from '../model/errors.ts';
import { LateError, lookAtEach } from '../doctor/look-at-each.ts';
import { PATIENT_CLIENT } from './clusters-stage.ts';
import { InputError } from './input-error.ts';

export interface EksSource {
  /** What EKS calls the cluster. */
  readonly eks: string;
  /** Default: that of the environment. */
  readonly region?: string;
  readonly roleArn?: string;
  readonly externalId?: string;
}

/** The document of an EKS cluster: address and authority are asked of EKS. @throws InputError, AssayError */
export async function documentOfEks(source: EksSource): Promise<ClusterDocument> {
  const { eks, region } = source;
  const client = openEks(region);
  const cluster = await describe(client, eks);
  return documentFrom(cluster, { ...source, region: region ?? (await client.config.region()) });
}

/** Of one cluster, where EKS says again and again that it is too much. */
const LONGEST_MS = 120_000;

export interface EksSearch {
  /** None: that of the environment. */
  readonly regions: readonly string[];
  /** Each as `key=value`, or `key` with any value; a cluster has them all. */
  readonly tags: readonly string[];
}

/** A cluster that was found. */
export interface FoundEks {
  readonly region: string;
  readonly cluster: Cluster;
}

/**
 * The clusters of EKS that have these tags. EKS lists names alone, so that each cluster is asked for; a few at once, and
 * more slowly where EKS says that it is too much.
 *
 * @throws AssayError ASSAY_REGISTRY_REFUSED, ASSAY_REGISTRY_UNREACHABLE
 */
export async function findEks({ regions, tags }: EksSearch): Promise<readonly FoundEks[]> {
  const clients = (regions.length > 0 ? regions : [undefined]).map(openEks);
  const found = await Promise.all(
    clients.map(async (client) => {
      const region = await client.config.region();
      const names = await listNames(client, region);
      const clusters = await lookAtEach<Cluster>(names, {
        look: (name) => describe(client, name),
        failed(name, error) {
          if (!(error instanceof LateError)) throw error;
          throw new AssayError('ASSAY_REGISTRY_UNREACHABLE', `EKS cluster ${name}: ${error.message}`, { retry: true });
        },
        timeoutMs: LONGEST_MS,
      });
      return clusters.map(({ found: cluster }) => ({ region, cluster }));
    }),
  );
  return found.flat().filter(({ cluster }) => hasTags(cluster, tags));
}

/** @throws InputError where it has no address yet */
export function documentFrom(
  { name = '', endpoint, certificateAuthority, status }: Cluster,
  { region, roleArn, externalId }: Omit<EksSource, 'eks' | 'region'> & { readonly region: string },
): ClusterDocument {
  const ca = certificateAuthority?.data;
  if (endpoint === undefined || ca === undefined) {
    throw new InputError(`EKS cluster ${name} has no endpoint yet: it is ${status?.toLowerCase() ?? 'not there'}`);
  }
  return {
    endpoint,
    ca,
    authentication: {
      eks: {
        clusterName: name,
        region,
        ...(roleArn !== undefined && { roleArn }),
        ...(externalId !== undefined && { externalId }),
      },
    },
  };
}

function openEks(region: string | undefined): EKSClient {
  return new EKSClient({ ...PATIENT_CLIENT, ...(region !== undefined && { region }) });
}

async function listNames(client: EKSClient, region: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const { clusters = [] } of paginateListClusters({ client }, {})) names.push(...clusters);
  } catch (error) {
    throw awsFailure(`EKS clusters of ${region}`, error, REGISTRY_CODES);
  }
  return names;
}

async function describe(client: EKSClient, name: string): Promise<Cluster> {
  const answer = await client.send(new DescribeClusterCommand({ name })).catch((error: unknown): never => {
    throw awsFailure(`EKS cluster ${name}`, error, REGISTRY_CODES);
  });
  return { ...answer.cluster, name };
}

function hasTags({ tags: has = {} }: Cluster, tags: readonly string[]): boolean {
  return tags.every((tag) => {
    const [key = '', ...value] = tag.split('=');
    if (!Object.hasOwn(has, key)) return false;
    return value.length === 0 || has[key] === value.join('=');
  });
}
