import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { ListenOptions } from '../web/listener.ts';
import { InputError } from './input-error.ts';

/** What `assay serve` is told of listening, as it stands on the command line. */
export interface ListenFlags {
  readonly listen?: ListenOptions['address'];
  readonly listenTokenFile?: string;
  readonly listenCert?: string;
  readonly listenKey?: string;
}

const SHORTEST_TOKEN = 16;

/**
 * Where to take events from webhooks, and what whoever posts must know; undefined: nowhere.
 *
 * @throws InputError unless there is a token (whoever could post events could keep the process busy), and a certificate
 *   and its key, or neither
 */
export function readListenFlags(flags: ListenFlags): Pick<ListenOptions, 'address' | 'token' | 'tls'> | undefined {
  const { listen: address, listenTokenFile, listenCert, listenKey } = flags;
  if (!address) return undefined;
  if (listenTokenFile === undefined)
    throw new InputError('--listen needs --listen-token-file: what webhooks must know');
  const token = read('--listen-token-file', listenTokenFile).trim();
  if (token.length < SHORTEST_TOKEN) {
    throw new InputError(
      `--listen-token-file: expected a token of at least ${SHORTEST_TOKEN} characters in ${listenTokenFile}`,
    );
  }
  if (listenCert === undefined && listenKey === undefined) return { address, token };
  if (listenCert === undefined || listenKey === undefined)
    throw new InputError('--listen-cert and --listen-key go together');
  const tls = () => ({ cert: read('--listen-cert', listenCert), key: read('--listen-key', listenKey) });
  try {
    createSecureContext(tls());
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`--listen-cert, --listen-key: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { address, token, tls };
}

function read(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`${option}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
