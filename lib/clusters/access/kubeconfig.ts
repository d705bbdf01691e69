import { existsSync, readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import type * as ClientNode from './client-node.ts';
import { AssayError } from '../../model/errors.ts';
import { type Access, type Credentials, rotatingCredentials } from './credentials.ts';
import { noContext } from './no-context.ts';
import { type PlainSource, readPlainContext, readPlainNames } from './plain-kubeconfig.ts';
import type { StaticContext } from './static-kubeconfig.ts';

/** Where a kubeconfig comes from. */
export type KubeConfigSource =
  | { readonly file: string }
  | { readonly text: string }
  /** The service account of the pod that this process runs in. */
  | { readonly inCluster: true }
  /** `$KUBECONFIG`, else `~/.kube/config`, else the pod's service account, as kubectl looks for it. */
  | { readonly default: true };

/** One context: its name, and the namespace it stands in. */
export interface KubeContext {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly isCurrent: boolean;
}

/** Tokens in files and from exec plugins change: client-go looks once a minute, and so is a rotation never missed. */
const MAX_AGE_MS = 30_000;

/** The context that is meant where none is named; undefined in a pod, which has no kubeconfig. @throws AssayError ASSAY_KUBECONFIG_INVALID */
export async function currentContextName(source: KubeConfigSource): Promise<string | undefined> {
  const plain = await plainContext(source);
  return plain?.name ?? (await listContexts(source)).find(({ isCurrent }) => isCurrent)?.name;
}

/** The names of all contexts. @throws AssayError ASSAY_KUBECONFIG_INVALID */
export async function contextNames(source: KubeConfigSource): Promise<readonly string[]> {
  const plain = plainSource(source);
  const names = plain && (await readPlainNames(plain));
  return names ?? (await listContexts(source)).map(({ name }) => name);
}

/** The contexts of a kubeconfig. @throws AssayError ASSAY_KUBECONFIG_INVALID */
export async function listContexts(source: KubeConfigSource): Promise<readonly KubeContext[]> {
  const config = await loadKubeConfig(source);
  const current = config.getCurrentContext();
  return config.getContexts().map(({ name, namespace }) => ({ name, namespace, isCurrent: name === current }));
}

/**
 * Credentials of a context, with all that kubeconfigs know: client certificates, tokens, token files, basic
 * authentication, exec plugins, `insecure-skip-tls-verify`, `tls-server-name`, `proxy-url`, impersonation. What
 * rotates is looked at every 30 s; when the server refuses it, everything is read anew, the file included.
 *
 * @param context  default: the current one
 * @throws         AssayError ASSAY_KUBECONFIG_INVALID, now or in `access`
 */
export async function kubeConfigCredentials(source: KubeConfigSource, context?: string): Promise<Credentials> {
  let plain = await plainContext(source, context);
  let config = plain ? undefined : await loadKubeConfig(source, context);
  const load = async (isRefused: boolean): Promise<Access> => {
    if (isRefused) plain = await plainContext(source, context);
    if (plain) return plain.access;
    // The authenticators keep what their plugin gave until it says it expires: only new ones ask again.
    if (isRefused || !config) config = await loadKubeConfig(source, context);
    return accessOf(config);
  };
  return rotatingCredentials(load, { maxAgeMs: MAX_AGE_MS, nowMs: () => Date.now() });
}

async function plainContext(source: KubeConfigSource, context?: string): Promise<StaticContext | undefined> {
  const plain = plainSource(source);
  return plain && readPlainContext(plain, context);
}

/** Undefined where several files are one kubeconfig, or none is. */
function plainSource(source: KubeConfigSource): PlainSource | undefined {
  if ('text' in source) return source;
  const [file, ...others] = filesOf(source) ?? [];
  return file === undefined || others.length > 0 ? undefined : { file };
}

async function loadKubeConfig(source: KubeConfigSource, context?: string): Promise<ClientNode.KubeConfig> {
  // It takes half a second and tens of megabytes: only those who speak to a cluster pay.
  const client = await import('./client-node.ts');
  const config = new client.KubeConfig();
  const files = filesOf(source);
  if (files) config.loadFromOptions(mergeFiles(files.map((file) => loadFile(client, file))));
  else if ('text' in source) config.loadFromOptions(loadText(client, source.text, '.', 'the text'));
  else config.loadFromCluster();

  if (context !== undefined) {
    if (!config.getContextObject(context)) {
      throw invalid(
        noContext(
          describe(source),
          context,
          config.getContexts().map(({ name }) => name),
        ),
      );
    }
    config.setCurrentContext(context);
  }
  if (!config.getCurrentCluster()) {
    const current = config.getCurrentContext();
    throw invalid(
      current ? `context ${current} names no cluster that is there` : `${describe(source)}: no context is set`,
    );
  }
  return config;
}

/** Undefined where it is not in files: a text, or the pod's service account. */
function filesOf(source: KubeConfigSource): readonly string[] | undefined {
  if ('file' in source) return [source.file];
  if (!('default' in source)) return undefined;
  const listed = process.env['KUBECONFIG']?.split(delimiter).filter(Boolean) ?? [];
  if (listed.length > 0) return listed;
  const standard = join(homedir(), '.kube', 'config');
  return existsSync(standard) ? [standard] : undefined;
}

type Client = typeof ClientNode;
type Parts = Pick<ClientNode.KubeConfig, 'clusters' | 'users' | 'contexts' | 'currentContext'>;

function loadFile(client: Client, file: string): Parts {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid(`kubeconfig ${file}: ${messageOf(error)}`);
  }
  return loadText(client, text, dirname(file), `kubeconfig ${file}`);
}

function loadText(client: Client, text: string, folder: string, what: string): Parts {
  const config = new client.KubeConfig();
  let tokenFiles: ReadonlyMap<string, string>;
  try {
    config.loadFromString(text);
    config.makePathsAbsolute(folder);
    tokenFiles = readTokenFiles(client.loadYaml(text));
  } catch {
    // Parsers quote what they cannot read, secrets and all.
    throw invalid(`${what} is no kubeconfig`);
  }
  return {
    contexts: config.contexts,
    currentContext: config.currentContext,
    // client-node asks for `insecure-skip-tls-verify` where there is no TLS at all.
    clusters: config.clusters.map((cluster) =>
      cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
    ),
    users: config.users.map((user) => {
      const tokenFile = tokenFiles.get(user.name);
      if (tokenFile === undefined || user.token) return user;
      return { ...user, authProvider: { name: 'tokenFile', config: { tokenFile: resolve(folder, tokenFile) } } };
    }),
  };
}

/** client-node 2.0.1 knows `token-file` and not `tokenFile`, which is what kubeconfigs have. */
function readTokenFiles(document: unknown): ReadonlyMap<string, string> {
  const { users } = document as { users?: readonly { name: string; user?: { tokenFile?: string } }[] };
  return new Map((users ?? []).flatMap(({ name, user }) => (user?.tokenFile ? [[name, user.tokenFile]] : [])));
}

/** Of equal names the first counts. @source clientcmd of k8s.io/client-go */
function mergeFiles(files: readonly Parts[]): Parts {
  return {
    clusters: firstOfEach(files.flatMap(({ clusters }) => clusters)),
    users: firstOfEach(files.flatMap(({ users }) => users)),
    contexts: firstOfEach(files.flatMap(({ contexts }) => contexts)),
    currentContext: files.find(({ currentContext }) => currentContext)?.currentContext ?? '',
  };
}

function firstOfEach<T extends { readonly name: string }>(all: readonly T[]): T[] {
  const byName = new Map<string, T>();
  for (const one of all) if (!byName.has(one.name)) byName.set(one.name, one);
  return [...byName.values()];
}

async function accessOf(config: ClientNode.KubeConfig): Promise<Access> {
  const cluster = config.getCurrentCluster();
  if (!cluster) throw invalid('no cluster is set');
  const server = cluster.server.replace(/\/+$/, '');
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    // Plugins ask other servers, and files are being replaced: the next try may find what this one did not.
    throw invalid(`credentials of context ${config.getCurrentContext()}: ${messageOf(error)}`, true);
  }
  const { ca, cert, key, servername, rejectUnauthorized, headers = {}, auth } = options;
  return {
    server,
    tls: {
      ...(ca && { ca: pem(ca) }),
      ...(cert && { cert: pem(cert) }),
      ...(key && { key: pem(key) }),
      ...(servername !== undefined && { servername }),
      ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    },
    headers: {
      ...(auth && { authorization: `Basic ${Buffer.from(auth).toString('base64')}` }),
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value).trim()])),
    },
    ...(cluster.proxyUrl && { proxyUrl: cluster.proxyUrl }),
  };
}

/** As text, so that what was rotated can be told from what was not. */
function pem(value: NonNullable<RequestOptions['ca'] | RequestOptions['key']>): string {
  if (Array.isArray(value))
    return value.map((part) => pem(typeof part === 'object' && 'pem' in part ? part.pem : part)).join('\n');
  return typeof value === 'string' ? value : value.toString('utf8');
}

function describe(source: KubeConfigSource): string {
  if ('inCluster' in source) return 'service account of the pod';
  return ['kubeconfig', ...(filesOf(source) ?? [])].join(' ');
}

/** The last line says it, for plugins that print to stderr. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'cannot be read';
  const lines = error.message.trim().split('\n');
  return (lines.at(-1) ?? '').slice(0, 200) || 'cannot be read';
}

function invalid(message: string, retry = false): AssayError {
  return new AssayError('ASSAY_KUBECONFIG_INVALID', message, { retry });
}
