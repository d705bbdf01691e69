import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { readStaticKubeconfig, type StaticContext } from '../clusters/access/static-kubeconfig.ts';
import type { ClusterDocument } from '../model/cluster-settings.ts';
import { isObject } from '../model/is-object.ts';
import { readTextFile } from './given-text.ts';

/** What a kubeconfig gives: a document, and the secret that it names. */
export interface FromKubeconfig {
  readonly document: ClusterDocument;
  readonly secret: { readonly value: string; readonly holds: string };
}

/** A kubeconfig, and what it has in other files. */
export interface Kubeconfig {
  /** In the order of the file. */
  readonly contexts: readonly string[];
  /**
   * One context. The token or the client certificate becomes the secret; where the document has no words for the rest (a
   * proxy, another TLS name, no verification), it is a kubeconfig of this context alone.
   *
   * @param context     default: the current one
   * @param secretName  under which the secret will be kept
   * @throws AssayError ASSAY_KUBECONFIG_INVALID
   */
  read(context: string | undefined, secretName: string): Promise<FromKubeconfig>;
}

/** Reads a kubeconfig, once for all its contexts. @throws InputError where the file cannot be read */
export function openKubeconfig(file: string): Kubeconfig {
  const text = withFiles(readTextFile(file), dirname(file));
  return {
    contexts: contextsIn(text),
    async read(context, secretName) {
      return documentOf(await readStaticKubeconfig(text, context, `kubeconfig ${file}`), secretName);
    },
  };
}

/** None where it is no kubeconfig: who reads a context of it hears of that. */
function contextsIn(text: string): readonly string[] {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    return [];
  }
  const contexts: unknown = isObject(config) ? config['contexts'] : undefined;
  if (!Array.isArray(contexts)) return [];
  return contexts.flatMap((each: unknown) =>
    isObject(each) && typeof each['name'] === 'string' ? [each['name']] : [],
  );
}

function documentOf(found: StaticContext, secretName: string): FromKubeconfig {
  const { server, tls, headers, proxyUrl } = found.access;
  const token = headers['authorization']?.replace('Bearer ', '');
  const isPlain = proxyUrl === undefined && tls.servername === undefined && tls.rejectUnauthorized === undefined;
  if (!isPlain || (token !== undefined && tls.cert !== undefined)) {
    return {
      document: { authentication: { kubeconfig: { secret: secretName } } },
      secret: { value: kubeconfigOf(found, token), holds: 'a kubeconfig of this context' },
    };
  }
  const end = { endpoint: server, ...(tls.ca !== undefined && { ca: tls.ca }) };
  if (token !== undefined) {
    return {
      document: { ...end, authentication: { token: { secret: secretName } } },
      secret: { value: token, holds: 'the token' },
    };
  }
  return {
    document: { ...end, authentication: { clientCertificate: { secret: secretName } } },
    secret: {
      value: JSON.stringify({ cert: tls.cert, key: tls.key }),
      holds: 'the client certificate and its key',
    },
  };
}

/** Fields that name a file, and those that hold what is in it. */
const FILES = [
  { list: 'clusters', part: 'cluster', file: 'certificate-authority', data: 'certificate-authority-data' },
  { list: 'users', part: 'user', file: 'client-certificate', data: 'client-certificate-data' },
  { list: 'users', part: 'user', file: 'client-key', data: 'client-key-data' },
  { list: 'users', part: 'user', file: 'tokenFile', data: 'token' },
] as const;

/** The kubeconfig with files put in, as `kubectl config view --flatten` has it. Files that cannot be read stay named. */
function withFiles(text: string, folder: string): string {
  let config: unknown;
  try {
    config = parse(text);
  } catch {
    return text;
  }
  if (!isObject(config)) return text;
  for (const { list, part, file, data } of FILES) {
    const entries: unknown = config[list];
    for (const entry of Array.isArray(entries) ? entries : []) {
      const fields: unknown = isObject(entry) ? entry[part] : undefined;
      if (isObject(fields)) putIn(fields, file, data, folder);
    }
  }
  return JSON.stringify(config);
}

function putIn(fields: Record<string, unknown>, file: string, data: string, folder: string): void {
  const path = fields[file];
  if (typeof path !== 'string' || fields[data] !== undefined) return;
  try {
    const content = readFileSync(resolve(folder, path));
    fields[data] = data === 'token' ? content.toString('utf8').trim() : content.toString('base64');
  } catch {
    // Another context may be asked for: whoever needs the file will say that it is one.
  }
}

function kubeconfigOf({ name, access }: StaticContext, token: string | undefined): string {
  const { server, tls, proxyUrl } = access;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [
      {
        name,
        cluster: {
          server,
          ...(tls.ca !== undefined && { 'certificate-authority-data': base64(tls.ca) }),
          ...(tls.servername !== undefined && { 'tls-server-name': tls.servername }),
          ...(tls.rejectUnauthorized === false && { 'insecure-skip-tls-verify': true }),
          ...(proxyUrl !== undefined && { 'proxy-url': proxyUrl }),
        },
      },
    ],
    users: [
      {
        name,
        user: {
          ...(token !== undefined && { token }),
          ...(tls.cert !== undefined && { 'client-certificate-data': base64(tls.cert) }),
          ...(tls.key !== undefined && { 'client-key-data': base64(tls.key) }),
        },
      },
    ],
  });
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
