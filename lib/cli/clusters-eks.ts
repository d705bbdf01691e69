import { EKSClient, DescribeClusterCommand } from '@aws-sdk/client-eks';
import type { ClusterDocument } from '../model/cluster-settings.ts';
import { awsFailure, REGISTRY_CODES } from '../model/aws-failure.ts';
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
export async function documentOfEks({ eks, region, roleArn, externalId }: EksSource): Promise<ClusterDocument> {
  const client = new EKSClient(region === undefined ? {} : { region });
  const answer = await client.send(new DescribeClusterCommand({ name: eks })).catch((error: unknown): never => {
    throw awsFailure(`EKS cluster ${eks}`, error, REGISTRY_CODES);
  });
  const { endpoint, certificateAuthority, status } = answer.cluster ?? {};
  const ca = certificateAuthority?.data;
  if (endpoint === undefined || ca === undefined) {
    throw new InputError(`EKS cluster ${eks} has no endpoint yet: it is ${status?.toLowerCase() ?? 'not there'}`);
  }
  return {
    endpoint,
    ca,
    authentication: {
      eks: {
        clusterName: eks,
        region: region ?? (await client.config.region()),
        ...(roleArn !== undefined && { roleArn }),
        ...(externalId !== undefined && { externalId }),
      },
    },
  };
}
