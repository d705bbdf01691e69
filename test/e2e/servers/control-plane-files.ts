import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Somebody the API server knows by a token. */
export interface User {
  readonly name: string;
  readonly groups?: readonly string[];
}

/** The file of tokens that the API server reads when it starts, and the tokens by user name. */
export function writeTokens(folder: string, users: readonly User[]): { path: string; tokens: Map<string, string> } {
  const tokens = new Map<string, string>();
  const lines = users.map(({ name, groups = [] }) => {
    const token = randomBytes(16).toString('hex');
    tokens.set(name, token);
    return `${token},${name},${name},"${groups.join(',')}"`;
  });
  const path = join(folder, 'tokens.csv');
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return { path, tokens };
}

/** The key pair that signs service account tokens: the paths of its PEM files. */
export function writeServiceAccountKeys(folder: string): { publicPath: string; privatePath: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  });
  const publicPath = join(folder, 'service-account.pub');
  const privatePath = join(folder, 'service-account.key');
  writeFileSync(publicPath, publicKey);
  writeFileSync(privatePath, privateKey, { mode: 0o600 });
  return { publicPath, privatePath };
}

/** What a kubeconfig says; its one context carries the `name` of the cluster. */
export interface KubeconfigSpec {
  readonly name: string;
  readonly server: string;
  readonly caPem: string;
  readonly user: string;
  readonly token: string;
}

/** Writes a kubeconfig, as JSON, which is YAML too. */
export function writeKubeconfig(path: string, { name, server, caPem, user, token }: KubeconfigSpec): void {
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name, context: { cluster: name, user, namespace: 'default' } }],
  };
  writeFileSync(path, JSON.stringify(kubeconfig, undefined, 2), { mode: 0o600 });
}
