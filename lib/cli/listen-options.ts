import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { HostPort } from '../model/host-port.ts';
import { isObject } from '../model/is-object.ts';
import type { BearerToken } from '../web/bearer.ts';
import type { ServerTls } from '../web/server.ts';
import { InputError } from './input-error.ts';

/** What `assay serve` is told of listening, as it stands on the command line. */
export interface ListenFlags {
  readonly listen?: HostPort;
  readonly listenTokenFile?: string;
  readonly listenTokens?: string;
  readonly listenCert?: string;
  readonly listenKey?: string;
}

/** Where to take events from webhooks, and what whoever posts must know. */
export interface ListenSettings {
  readonly address: HostPort;
  /** Named after the cluster that each speaks for; without a name it speaks for all. */
  readonly tokens: readonly BearerToken[];
  readonly tls?: ServerTls;
}

const SHORTEST_TOKEN = 16;
/** Certificates are replaced from time to time. */
const RENEW_MS = 60_000;

/**
 * Undefined: nowhere.
 *
 * @throws InputError unless there is a token (whoever could post events could keep the process busy), and a certificate
 *   and its key, or neither
 */
export function readListenFlags(flags: ListenFlags): ListenSettings | undefined {
  const { listen: address, listenTokenFile, listenTokens, listenCert, listenKey } = flags;
  if (!address) return undefined;
  if (listenTokenFile === undefined && listenTokens === undefined)
    throw new InputError('--listen needs --listen-tokens or --listen-token-file: what webhooks must know');
  const tokens = [
    ...(listenTokens === undefined ? [] : readTokens(listenTokens)),
    ...(listenTokenFile === undefined ? [] : [{ token: readToken(listenTokenFile) }]),
  ];
  refuseSame(tokens);
  if (listenCert === undefined && listenKey === undefined) return { address, tokens };
  if (listenCert === undefined || listenKey === undefined)
    throw new InputError('--listen-cert and --listen-key go together');
  const certificate = () => ({ cert: read('--listen-cert', listenCert), key: read('--listen-key', listenKey) });
  try {
    createSecureContext(certificate());
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`--listen-cert, --listen-key: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { address, tokens, tls: { certificate, renewMs: RENEW_MS } };
}

function readToken(file: string): string {
  const token = read('--listen-token-file', file).trim();
  if (token.length >= SHORTEST_TOKEN) return token;
  throw new InputError(`--listen-token-file: expected a token of at least ${SHORTEST_TOKEN} characters in ${file}`);
}

function readTokens(file: string): readonly BearerToken[] {
  const entries = Object.entries(parse(file));
  return entries.map(([name, token]) => {
    if (typeof token === 'string' && token.trim().length >= SHORTEST_TOKEN) return { name, token: token.trim() };
    const expected = `a token of at least ${SHORTEST_TOKEN} characters`;
    throw new InputError(`--listen-tokens: expected ${expected} for ${JSON.stringify(name)} in ${file}`);
  });
}

/** The message must not quote the file, as those of JSON.parse do. */
function parse(file: string): Readonly<Record<string, unknown>> {
  const text = read('--listen-tokens', file);
  const problem = new InputError(`--listen-tokens: expected an object of JSON in ${file}, {"<cluster>": "<token>"}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw problem;
  }
  if (isObject(value) && !Array.isArray(value) && Object.keys(value).length > 0) return value;
  throw problem;
}

/** One token cannot stand for two. */
function refuseSame(tokens: readonly BearerToken[]): void {
  const known = new Map<string, string>();
  for (const { token, name = '--listen-token-file' } of tokens) {
    const other = known.get(token);
    if (other !== undefined) throw new InputError(`--listen-tokens: ${other} and ${name} have the same token`);
    known.set(token, name);
  }
}

function read(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`${option}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
