import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificate } from '../../../../lib/webhook/certificate.ts';
import { createScratchFolder, removeScratchFolder } from '../scratch-folder.ts';

export interface EksVerifierOptions {
  /** What EKS calls the cluster. */
  readonly clusterName: string;
  readonly region: string;
  /** Where STS is asked who signed; it is an emulator, which checks no signatures. */
  readonly stsUrl: string;
  /** Secret keys by their ids: signatures by these are checked here. */
  readonly secretKeys: Readonly<Record<string, string>>;
  /** The user whom the API server sees, by what the ARN of the caller begins with. */
  readonly users: Readonly<Record<string, string>>;
}

/** What EKS puts in front of an API server to tell who sends a token. */
export interface EksVerifier {
  /** For `--authentication-token-webhook-config-file`. */
  readonly configPath: string;
  /** Why tokens were refused, the oldest first. */
  readonly refusals: readonly string[];
  /** The callers of tokens that were taken. */
  readonly callers: readonly string[];
  /** Takes only tokens that are signed later than now. */
  forgetOlder(): void;
  stop(): Promise<void>;
}

const PREFIX = 'k8s-aws-v1.';
/** A token is good for so long after it was signed, whatever the address itself says. */
const TOKEN_MS = 15 * 60_000;

/**
 * Takes tokens as EKS does: the address must be of STS in the region, ask for the caller's identity, have signed the name of
 * the cluster as a header, and not be older than 15 minutes; who signed is STS's to say.
 *
 * @source https://github.com/kubernetes-sigs/aws-iam-authenticator, pkg/token
 */
export async function startEksVerifier(options: EksVerifierOptions): Promise<EksVerifier> {
  const { certificate, key, authorities } = await makeCertificate(['127.0.0.1'], new Date());
  const folder = createScratchFolder('eks-verifier');
  const refusals: string[] = [];
  const callers: string[] = [];
  let notBeforeMs = 0;

  const review = async (token: string): Promise<object> => {
    try {
      const keyId = verify(token, options, notBeforeMs);
      const caller = await callerOf(keyId, options.stsUrl);
      const [, username] = Object.entries(options.users).find(([begin]) => caller.startsWith(begin)) ?? [];
      if (username === undefined) throw new Error(`nobody is known as ${caller}`);
      callers.push(caller);
      return { authenticated: true, user: { username } };
    } catch (error) {
      refusals.push((error as Error).message);
      return { authenticated: false };
    }
  };
  const server = createServer({ key, cert: certificate }, (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    const answer = async (): Promise<void> => {
      const { apiVersion, kind, spec } = JSON.parse(body) as {
        apiVersion: string;
        kind: string;
        spec: { token: string };
      };
      const reviewed = { apiVersion, kind, status: await review(spec.token) };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reviewed));
    };
    request.on('end', () => void answer());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const configPath = join(folder, 'webhook.json');
  writeFileSync(configPath, JSON.stringify(kubeconfigOf(url, authorities)));
  return {
    configPath,
    refusals,
    callers,
    forgetOlder() {
      // Signatures carry whole seconds.
      notBeforeMs = Math.floor(Date.now() / 1000) * 1000 + 1000;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      removeScratchFolder(folder);
    },
  };
}

/** The id of the key that signed. Throws where EKS would refuse the token. */
function verify(token: string, { clusterName, region, secretKeys }: EksVerifierOptions, notBeforeMs: number): string {
  if (!token.startsWith(PREFIX)) throw new Error(`no token of EKS: ${token.slice(0, 12)}…`);
  const url = new URL(Buffer.from(token.slice(PREFIX.length), 'base64url').toString('utf8'));
  if (url.origin !== `https://sts.${region}.amazonaws.com`) throw new Error(`signed for ${url.origin}`);
  const parameter = (name: string): string => url.searchParams.get(name) ?? '';
  if (parameter('Action') !== 'GetCallerIdentity') throw new Error(`asks for ${parameter('Action')}`);
  if (parameter('X-Amz-SignedHeaders') !== 'host;x-k8s-aws-id') {
    throw new Error(`signed the headers ${parameter('X-Amz-SignedHeaders')}`);
  }
  const signedAt = Date.parse(parameter('X-Amz-Date').replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Date.now() - signedAt < TOKEN_MS) || signedAt < notBeforeMs) throw new Error('expired');
  const [keyId = ''] = parameter('X-Amz-Credential').split('/');
  const secretKey = secretKeys[keyId];
  if (secretKey !== undefined && signatureOf(url, clusterName, secretKey) !== parameter('X-Amz-Signature')) {
    throw new Error(`not signed for the cluster ${clusterName}`);
  }
  return keyId;
}

/** @source https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function signatureOf({ hostname, searchParams }: URL, clusterName: string, secretKey: string): string {
  const query = [...searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .toSorted();
  const headers = `host:${hostname}\nx-k8s-aws-id:${clusterName}\n`;
  const request = ['GET', '/', query.join('&'), headers, 'host;x-k8s-aws-id', hash('')].join('\n');
  const scope = (searchParams.get('X-Amz-Credential') ?? '').split('/').slice(1);
  const text = ['AWS4-HMAC-SHA256', searchParams.get('X-Amz-Date'), scope.join('/'), hash(request)].join('\n');
  let key: string | Buffer = `AWS4${secretKey}`;
  for (const part of scope) key = createHmac('sha256', key).update(part).digest();
  return createHmac('sha256', key).update(text).digest('hex');
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The emulator finds out by a header what it is asked for, and by whom; what is signed for it is all one. */
async function callerOf(keyId: string, stsUrl: string): Promise<string> {
  const authorization = `AWS4-HMAC-SHA256 Credential=${keyId}/20260101/eu-west-1/sts/aws4_request, SignedHeaders=host, Signature=0`;
  const request = await fetch(`${stsUrl}/?Action=GetCallerIdentity&Version=2011-06-15`, { headers: { authorization } });
  const answer = await request.text();
  const arn = /<Arn>([^<]+)<\/Arn>/.exec(answer)?.[1];
  if (arn === undefined) throw new Error(`STS says ${answer.slice(0, 200)}`);
  return arn;
}

function kubeconfigOf(server: string, ca: string): object {
  const name = 'eks';
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
}
