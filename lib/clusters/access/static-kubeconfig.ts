import { AssayError } from '../../model/errors.ts';
import { isObject } from '../../model/is-object.ts';
import type { Access } from './credentials.ts';
import { noContext } from './no-context.ts';

/** What a context of a static kubeconfig leads to. */
export interface StaticContext {
  /** Of the context. */
  readonly name: string;
  readonly namespace: string | undefined;
  readonly access: Access;
}

/**
 * Reads a kubeconfig that holds all it needs: no commands, no other files. So it can be read anywhere, and without the
 * official client, which alone would fill half of the functions' bundle.
 *
 * Knows the fields of clusters (`server`, `certificate-authority-data`, `insecure-skip-tls-verify`, `tls-server-name`,
 * `proxy-url`) and of users (`token`, `client-certificate-data`, `client-key-data`).
 *
 * @param text     YAML or JSON
 * @param context  default: the current one
 * @param what     begins messages: `secret assay/prod/shop`
 * @throws         AssayError ASSAY_KUBECONFIG_INVALID, which names fields and never what is in them
 */
export async function readStaticKubeconfig(
  text: string,
  context: string | undefined,
  what: string,
): Promise<StaticContext> {
  return staticContext(await parseKubeconfig(text, what), context, what);
}

/** The same of what has been read. @throws AssayError ASSAY_KUBECONFIG_INVALID */
export function staticContext(config: Kubeconfig, context: string | undefined, what: string): StaticContext {
  const name = context ?? textOf(config['current-context']);
  if (name === undefined) throw invalid(`${what}: no context is set`);
  const found = entryOf(config, 'contexts', 'context', name);
  if (!found) throw invalid(noContext(what, name, namesIn(config)));
  const clusterName = textOf(found['cluster']) ?? '';
  const userName = textOf(found['user']) ?? '';
  const cluster = entryOf(config, 'clusters', 'cluster', clusterName);
  const user = entryOf(config, 'users', 'user', userName);
  if (!cluster) throw invalid(`${what}: context ${name} names no cluster that is there`);
  if (!user) throw invalid(`${what}: context ${name} names no user that is there`);
  const proxyUrl = textOf(cluster['proxy-url']);
  return {
    name,
    namespace: textOf(found['namespace']),
    access: {
      server: serverOf(cluster, `${what}: cluster ${clusterName}`),
      tls: { ...trustOf(cluster, `${what}: cluster ${clusterName}`), ...keysOf(user, `${what}: user ${userName}`) },
      headers: headersOf(user),
      ...(proxyUrl !== undefined && { proxyUrl }),
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** One that has been parsed, and nothing more. */
export type Kubeconfig = Fields;

/** @param text  YAML or JSON @throws AssayError ASSAY_KUBECONFIG_INVALID */
export async function parseKubeconfig(text: string, what: string): Promise<Kubeconfig> {
  try {
    const config: unknown = isJson(text) ? JSON.parse(text) : await parseYamlText(text);
    if (isObject(config)) return config;
  } catch {
    // Parsers quote what they cannot read, secrets and all.
  }
  throw invalid(`${what} is no kubeconfig`);
}

/** As `assay clusters add` writes it. */
function isJson(text: string): boolean {
  return text.trimStart().startsWith('{');
}

/** Loaded here: few clusters are got into by a kubeconfig, and every function would load it. */
async function parseYamlText(text: string): Promise<unknown> {
  const { parseYaml } = await import('./parse-yaml.ts');
  return parseYaml(text);
}

/** What stands in `field` of the entry of that name: `{name, [field]: {…}}`. */
export function entryOf(config: Kubeconfig, list: string, field: string, name: string): Fields | undefined {
  const entries: unknown = config[list];
  if (!Array.isArray(entries)) return undefined;
  const entry: unknown = entries.find((each: unknown) => isObject(each) && each['name'] === name);
  if (!isObject(entry)) return undefined;
  const fields = entry[field];
  return isObject(fields) ? fields : {};
}

function namesIn({ contexts }: Fields): string[] {
  if (!Array.isArray(contexts)) return [];
  return contexts.flatMap((each: unknown) =>
    isObject(each) && typeof each['name'] === 'string' ? [each['name']] : [],
  );
}

function serverOf(cluster: Fields, what: string): string {
  const server = textOf(cluster['server']);
  if (server === undefined || !URL.canParse(server)) throw invalid(`${what}: server is no address`);
  if (!server.startsWith('https:')) throw invalid(`${what}: server must begin with https:, or credentials lie open`);
  return server.replace(/\/+$/, '');
}

function trustOf(cluster: Fields, what: string): Access['tls'] {
  refuseFile(cluster, 'certificate-authority', what);
  const ca = decode(cluster, 'certificate-authority-data', what);
  const servername = textOf(cluster['tls-server-name']);
  return {
    ...(ca !== undefined && { ca }),
    ...(servername !== undefined && { servername }),
    ...(cluster['insecure-skip-tls-verify'] === true && { rejectUnauthorized: false }),
  };
}

function keysOf(user: Fields, what: string): Access['tls'] {
  for (const [field, wayOut] of Object.entries(ELSEWHERE)) {
    if (user[field] !== undefined) throw invalid(`${what}: ${field} needs ${wayOut}`);
  }
  refuseFile(user, 'client-certificate', what);
  refuseFile(user, 'client-key', what);
  refuseFile(user, 'tokenFile', what);
  const cert = decode(user, 'client-certificate-data', what);
  const key = decode(user, 'client-key-data', what);
  if ((cert === undefined) !== (key === undefined)) {
    throw invalid(`${what}: client-certificate-data and client-key-data go together`);
  }
  if (cert === undefined && textOf(user['token']) === undefined) {
    throw invalid(`${what}: neither a token nor a client certificate`);
  }
  return { ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };
}

/** Ways in that lead out of the file, or that API servers have given up. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  exec: 'a command on this machine, which Assay does not run; for EKS: `assay clusters add NAME --eks CLUSTER`; else give a service account’s token (docs/clusters.md)',
  'auth-provider': 'a plugin that Kubernetes has given up; give a service account’s token instead (docs/clusters.md)',
  username: 'basic authentication, which Kubernetes has given up; give a service account’s token (docs/clusters.md)',
  as: 'the right to stand in for others, which Assay should not have; give a service account’s token (docs/clusters.md)',
};

function refuseFile(fields: Fields, field: string, what: string): void {
  // Clients prefer the data where both are there.
  if (fields[field] === undefined || fields[`${field}-data`] !== undefined) return;
  if (field === 'tokenFile' && textOf(fields['token']) !== undefined) return;
  throw invalid(`${what}: ${field} is a file; \`kubectl config view --raw --flatten --minify\` puts files in`);
}

function headersOf(user: Fields): Access['headers'] {
  const token = textOf(user['token']);
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

function decode(fields: Fields, field: string, what: string): string | undefined {
  const encoded = textOf(fields[field]);
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  if (text.includes('-----BEGIN ')) return text;
  throw invalid(`${what}: ${field} is not PEM in base64`);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function invalid(message: string): AssayError {
  return new AssayError('ASSAY_KUBECONFIG_INVALID', message);
}
