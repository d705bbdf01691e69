import { readFile } from 'node:fs/promises';
import { AssayError } from '../../model/errors.ts';
import { isObject } from '../../model/is-object.ts';
import { entryOf, type Kubeconfig, parseKubeconfig, type StaticContext, staticContext } from './static-kubeconfig.ts';

/** A file, or its text. */
export type PlainSource = { readonly file: string } | { readonly text: string };

const CLUSTER_FIELDS: ReadonlySet<string> = new Set([
  'server',
  'certificate-authority-data',
  'insecure-skip-tls-verify',
  'tls-server-name',
  'proxy-url',
]);
const USER_FIELDS: ReadonlySet<string> = new Set(['token', 'client-certificate-data', 'client-key-data']);

/**
 * A context that holds all it needs, as most do, read without the official client, which takes half a second and 10 MB.
 * Undefined for any other, and for whatever is odd: the client knows more of it, and says what is wrong.
 *
 * @param context  default: the current one
 */
export async function readPlainContext(source: PlainSource, context?: string): Promise<StaticContext | undefined> {
  try {
    const config = await parseOnce(await textOf(source));
    const name = context ?? config['current-context'];
    return typeof name === 'string' && isPlain(config, name) ? staticContext(config, name, WHAT) : undefined;
  } catch (error) {
    if (error instanceof AssayError || (error instanceof Error && 'syscall' in error)) return undefined;
    throw error;
  }
}

/** The names of all contexts, where they can be read that way. */
export async function readPlainNames(source: PlainSource): Promise<readonly string[] | undefined> {
  if (!(await readPlainContext(source))) return undefined;
  const { contexts } = await parseOnce(await textOf(source));
  return Array.isArray(contexts) ? contexts.flatMap((entry: unknown) => nameOf(entry) ?? []) : undefined;
}

function nameOf(entry: unknown): string | undefined {
  const name = isObject(entry) ? entry['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

async function textOf(source: PlainSource): Promise<string> {
  return 'file' in source ? readFile(source.file, 'utf8') : source.text;
}

/** Of no message that anybody reads. */
const WHAT = 'kubeconfig';

let last: { readonly text: string; readonly config: Promise<Kubeconfig> } | undefined;

/** Who serves two hundred contexts reads one file two hundred times. */
async function parseOnce(text: string): Promise<Kubeconfig> {
  if (last?.text !== text) last = { text, config: parseKubeconfig(text, WHAT) };
  return last.config;
}

function isPlain(config: Kubeconfig, name: string): boolean {
  const context = entryOf(config, 'contexts', 'context', name);
  const { cluster, user } = context ?? {};
  if (typeof cluster !== 'string' || typeof user !== 'string') return false;
  return (
    hasOnly(entryOf(config, 'clusters', 'cluster', cluster), CLUSTER_FIELDS) &&
    hasOnly(entryOf(config, 'users', 'user', user), USER_FIELDS)
  );
}

function hasOnly(fields: Readonly<Record<string, unknown>> | undefined, known: ReadonlySet<string>): boolean {
  return fields !== undefined && Object.keys(fields).every((field) => known.has(field));
}
