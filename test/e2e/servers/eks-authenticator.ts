import { createHash, createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStubServer } from '../../clusters/api/stub-server.ts';

export interface EksAuthenticatorOptions {
  /** What EKS calls the cluster: tokens for another one are refused. */
  readonly clusterName: string;
  /** Who is known, by access key: the secret key, and what the cluster sees. */
  readonly people: Readonly<Record<string, { readonly secretAccessKey: string; readonly username: string }>>;
  /** Where the kubeconfig of the webhook is written. */
  readonly folder: string;
}

/** What EKS puts in front of its API servers: it asks STS who signed a token. Here the signature is computed anew. */
export interface EksAuthenticator {
  /** For `--authentication-token-webhook-config-file`. */
  readonly configPath: string;
  /** When each token that was shown had been signed, as `X-Amz-Date` has it. */
  readonly signedAt: readonly string[];
  /** Takes tokens no more that were signed before. */
  refuseBefore(date: Date): void;
  close(): Promise<void>;
}

const PREFIX = 'k8s-aws-v1.';

/** @source Verify of sigs.k8s.io/aws-iam-authenticator/pkg/token; AWS Signature Version 4 as its documentation has it */
export async function startEksAuthenticator(options: EksAuthenticatorOptions): Promise<EksAuthenticator> {
  const signedAt: string[] = [];
  let refusedBefore = '';
  const server = await openStubServer(({ body }) => {
    const { spec } = JSON.parse(body) as { readonly spec: { readonly token: string } };
    const who = spec.token.startsWith(PREFIX) ? signerOf(spec.token.slice(PREFIX.length), options) : undefined;
    if (who) signedAt.push(who.date);
    const isTaken = who !== undefined && who.date >= refusedBefore;
    const status = isTaken ? { authenticated: true, user: { username: who.username } } : { authenticated: false };
    return { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status } };
  });
  const configPath = join(options.folder, 'eks-authenticator.kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'eks',
    clusters: [{ name: 'eks', cluster: { server: server.url } }],
    users: [{ name: 'api-server', user: {} }],
    contexts: [{ name: 'eks', context: { cluster: 'eks', user: 'api-server' } }],
  };
  writeFileSync(configPath, JSON.stringify(config));
  return {
    configPath,
    signedAt,
    refuseBefore: (date) => void (refusedBefore = amzDate(date)),
    close: () => server.close(),
  };
}

/** Who has signed the token, and when; undefined where the signature is not what it should be, or too old. */
function signerOf(
  token: string,
  { clusterName, people }: EksAuthenticatorOptions,
): { readonly username: string; readonly date: string } | undefined {
  const url = new URL(Buffer.from(token, 'base64url').toString('utf8'));
  const { searchParams: query, host } = url;
  const [accessKey = '', day = '', region = '', service = ''] = (query.get('X-Amz-Credential') ?? '').split('/');
  const date = query.get('X-Amz-Date') ?? '';
  const person = people[accessKey];
  if (!person || host !== `sts.${region}.amazonaws.com` || query.get('Action') !== 'GetCallerIdentity')
    return undefined;
  if (query.get('X-Amz-SignedHeaders') !== 'host;x-k8s-aws-id' || Number(query.get('X-Amz-Expires')) > 900)
    return undefined;
  if (date < amzDate(new Date(Date.now() - 15 * 60_000))) return undefined;

  const canonicalQuery = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .toSorted()
    .join('&');
  const headers = `host:${host}\nx-k8s-aws-id:${clusterName}\n`;
  const request = ['GET', '/', canonicalQuery, headers, 'host;x-k8s-aws-id', sha256('')].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, `${day}/${region}/${service}/aws4_request`, sha256(request)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<Buffer | string>(
    (before, part) => hmac(before, part),
    `AWS4${person.secretAccessKey}`,
  );
  const isGenuine = hmac(key, text).toString('hex') === query.get('X-Amz-Signature');
  return isGenuine ? { username: person.username, date } : undefined;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** `20261105T100000Z` */
function amzDate(date: Date): string {
  return date.toISOString().replaceAll(/[-:]|\.\d+/g, '');
}
