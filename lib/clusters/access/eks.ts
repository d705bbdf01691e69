import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { EksAuthentication } from '../../model/cluster-settings.ts';
import type { AwsCredentials } from '../../model/provider.ts';
import { type Access, type Credentials, rotatingCredentials } from './credentials.ts';

export interface EksOptions {
  readonly cluster: Pick<EksAuthentication, 'clusterName' | 'region'>;
  /** `https://…`, and whom to trust, as PEM. */
  readonly server: string;
  readonly ca?: string;
  /** Of whom the cluster is to see. */
  readonly awsCredentials: () => Promise<AwsCredentials>;
  readonly now: () => Date;
}

/** EKS takes a token for 15 minutes after it was signed. */
const MAX_AGE_MS = 14 * 60_000;

/** Gets into an EKS cluster by tokens, each used for 14 of the 15 minutes that EKS takes it. */
export function eksCredentials({ cluster, server, ca, awsCredentials, now }: EksOptions): Credentials {
  const load = async (): Promise<Access> => {
    const token = await signEksToken(cluster, await awsCredentials(), now());
    return { server, tls: { ...(ca !== undefined && { ca }) }, headers: { authorization: `Bearer ${token}` } };
  };
  return rotatingCredentials(load, { maxAgeMs: MAX_AGE_MS, nowMs: () => now().getTime() });
}

/**
 * The token that `aws eks get-token` prints: the address of a request to STS that says who signed it, for this cluster
 * alone. EKS makes the request. Deterministic.
 *
 * @source presign and Verify of sigs.k8s.io/aws-iam-authenticator/pkg/token
 */
export async function signEksToken(
  { clusterName, region }: EksOptions['cluster'],
  credentials: AwsCredentials,
  signingDate: Date,
): Promise<string> {
  const hostname = `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 });
  const { path, query = {} } = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: hostname, [CLUSTER_HEADER]: clusterName },
    },
    // EKS sends the header itself: it must be signed, and not be moved into the address.
    { signingDate, expiresIn: 60, unhoistableHeaders: new Set([CLUSTER_HEADER]) },
  );
  const parameters = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  const url = `https://${hostname}${path}?${parameters.join('&')}`;
  return `k8s-aws-v1.${Buffer.from(url, 'utf8').toString('base64url')}`;
}

const CLUSTER_HEADER = 'x-k8s-aws-id';
