import { isIP } from 'node:net';
import { connect, type PeerCertificate, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import type { OpenedConnections } from '../connections/open-connections.ts';
import { type Connection, parseHostPattern, patternsOf } from '../model/connection.ts';
import { AssayError } from '../model/errors.ts';
import type { TlsSettings } from '../model/http.ts';
import type { HttpRequest, HttpResponse } from '../model/http.ts';
import type { ProviderContext, ProviderSecrets, ProviderSettings, Reading } from '../model/provider.ts';
import type { ProviderRow } from '../model/provider-row.ts';
import { PROVIDER_ROWS } from '../model/provider-rows.ts';
import { providerOf } from '../providers/provider-of.ts';
import type { CheckResult } from './check-result.ts';

export interface ConnectionCheckOptions {
  readonly connections: readonly Connection[];
  /** Opens some of them. */
  readonly open: (settings: { readonly connections: Connection[] }) => OpenedConnections;
  /** As the cluster asks that needs nothing of a connection but its rate. */
  readonly fetch: (request: HttpRequest) => Promise<HttpResponse>;
  /** What metrics take from Secrets, where a connection has no keys. */
  readonly secrets: ProviderSecrets;
  /** What is set for metrics beside. */
  readonly settings?: ProviderSettings;
  readonly now: () => Date;
}

/**
 * Looks at each connection: whether what it refers to can be read, who the server is and until when, and what it answers
 * to a query that changes nothing, asked as a metric would.
 */
export async function checkConnections(options: ConnectionCheckOptions): Promise<CheckResult[]> {
  const results = await Promise.all(options.connections.map(async (each) => checkOne(each, options)));
  return results.flat();
}

async function checkOne(connection: Connection, options: ConnectionCheckOptions): Promise<CheckResult[]> {
  const opened = options.open({ connections: [connection] });
  const about = { area: 'connections', subject: connection.name } as const;
  try {
    const tls = await opened.tlsOf(connection);
    const address = addressOf(connection);
    const certificate =
      address?.protocol === 'https:' && connection.proxy === undefined
        ? [await checkCertificate(connection.name, address, tls, options.now())]
        : [];
    return [...certificate, await checkQuery(connection, address, opened, options)];
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return [{ ...about, status: 'fail', message: error.message, mend: error.hint }];
  }
}

/** The server that is asked; undefined where a wildcard does not say which. */
function addressOf(connection: Connection): URL | undefined {
  const own = connection.address ?? connection.keys?.['address']?.value;
  if (own !== undefined) return URL.parse(own) ?? undefined;
  for (const text of patternsOf(connection)) {
    const pattern = parseHostPattern(text);
    if (!pattern || pattern.isWildcard) continue;
    const port = pattern.port === undefined ? '' : `:${pattern.port}`;
    return URL.parse(`${pattern.scheme ?? 'https'}://${pattern.host}${port}`) ?? undefined;
  }
  return undefined;
}

const TIMEOUT_MS = 10_000;
const DAY_MS = 24 * 3600 * 1000;
const SOON_DAYS = 14;

async function checkCertificate(name: string, address: URL, tls: TlsSettings, now: Date): Promise<CheckResult> {
  const about = { area: 'connections', subject: `${name}: certificate of ${address.host}` } as const;
  try {
    const chain = await chainOf(address, tls);
    const [first] = chain;
    if (!first) return { ...about, status: 'fail', message: 'the server shows none' };
    const leftDays = Math.floor((Date.parse(first.valid_to) - now.getTime()) / DAY_MS);
    const names = chain.map((each) => String(each.subject.CN ?? each.subject.O ?? '')).join(' ← ');
    const message = `${names}, until ${new Date(first.valid_to).toISOString().slice(0, 10)} (${leftDays} days)`;
    if (leftDays < 0) return { ...about, status: 'fail', message, mend: 'Renew the certificate of the server.' };
    if (leftDays >= SOON_DAYS) return { ...about, status: 'ok', message };
    return { ...about, status: 'warn', message, mend: 'Renew the certificate of the server soon.' };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...about, status: 'fail', message, mend: 'Check the address, and the network path from here.' };
  }
}

/** Whoever is there: whether it is trusted, the query tells. */
async function chainOf({ hostname, port }: URL, tls: TlsSettings): Promise<PeerCertificate[]> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const { promise, resolve, reject } = Promise.withResolvers<PeerCertificate[]>();
  const socket: TLSSocket = connect({
    host,
    port: Number(port || 443),
    servername: tls.serverName ?? (isIP(host) === 0 ? host : ''),
    rejectUnauthorized: false,
    ...(tls.certificate !== undefined && { cert: tls.certificate }),
    ...(tls.key !== undefined && { key: tls.key }),
    timeout: TIMEOUT_MS,
  });
  socket.once('secureConnect', () => resolve(chainFrom(socket.getPeerCertificate(true))));
  socket.once('timeout', () => reject(new Error('no answer in time')));
  socket.once('error', reject);
  return promise.finally(() => socket.destroy());
}

function chainFrom(first: DetailedPeerCertificate): PeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  for (let each: DetailedPeerCertificate | undefined = first; each?.subject && !chain.includes(each);) {
    chain.push(each);
    each = each.issuerCertificate;
  }
  return chain;
}

async function checkQuery(
  connection: Connection,
  address: URL | undefined,
  opened: OpenedConnections,
  options: ConnectionCheckOptions,
): Promise<CheckResult> {
  const { name, provider } = connection;
  const row: ProviderRow = PROVIDER_ROWS[provider];
  const about = { area: 'connections', subject: `${name}: ${row.type}` } as const;
  const startedMs = options.now().getTime();
  const reading = await ask(connection, address, opened, options);
  const took = `in ${options.now().getTime() - startedMs} ms`;
  if (reading === undefined) {
    return { ...about, status: 'warn', message: 'not asked: it says no address', mend: 'Give it an `address`.' };
  }
  const isError = reading.is === 'verdict' && reading.phase === 'Error';
  const said = reading.is === 'pending' ? '' : ((('message' in reading && reading.message) || reading.shown) ?? '');
  if (!isError) return { ...about, status: 'ok', message: `answers ${took}: ${said.slice(0, LONGEST_SAID)}` };
  const mend = 'Check the address, whom it trusts and what it logs in with (docs/connections.md).';
  return { ...about, status: 'fail', message: said, mend };
}

const LONGEST_SAID = 100;

/** Undefined where nothing says which server to ask. */
async function ask(
  { provider, accounts: [account] = [] }: Connection,
  address: URL | undefined,
  opened: OpenedConnections,
  { fetch, secrets, settings, now }: ConnectionCheckOptions,
): Promise<Reading | undefined> {
  const row: ProviderRow = PROVIDER_ROWS[provider];
  const { harmless, urls: [url] = [], hostField } = row;
  const server = addressField(url, hostField, address);
  if ((url ?? hostField) !== undefined && server === undefined) return undefined;
  const named = row.account && account !== undefined ? withPath(row.account.field, account) : {};
  const part = { ...harmless, ...named, ...server };
  const run = { cluster: 'check', kind: 'AnalysisRun', namespace: 'default', name: 'check', uid: 'check' };
  const ways = opened.of(provider, part, {
    run,
    now,
    hide() {},
    aside: async (wait) => wait(),
    mostWaitMs: () => TIMEOUT_MS,
    outOfTime: () => new AssayError('ASSAY_CONNECTION_BUSY', `its turn did not come within ${TIMEOUT_MS / 1000} s`),
    fetch,
    prepare: (request) => ({ ...request, timeoutMs: Math.min(request.timeoutMs ?? TIMEOUT_MS, TIMEOUT_MS) }),
  });
  if (harmless === undefined) return statusReading(await ways.fetch({ url: address?.href ?? '' }));
  const context: ProviderContext = {
    ...settings,
    ...ways.settings,
    fetch: (request) => ways.fetch(request),
    now,
    run,
    key: { uid: run.uid, metric: 'check', number: 1 },
    secrets: ways.secrets(secrets),
  };
  const source = await providerOf({ name: 'check', provider: { [provider]: part } });
  return source.provider.read(source.spec, context);
}

function addressField(url: string | undefined, hostField: string | undefined, address: URL | undefined) {
  if (!address) return undefined;
  if (url !== undefined) return { [url]: address.href.replace(/\/$/, '') };
  return hostField === undefined ? undefined : { [hostField]: address.host };
}

function withPath(path: string, value: string): object {
  const [first = '', ...rest] = path.split('.');
  return { [first]: rest.length === 0 ? value : withPath(rest.join('.'), value) };
}

/** Of a source that has no query without consequences. */
function statusReading({ status }: HttpResponse): Reading {
  if (status < 400 || status === 404) return { is: 'verdict', phase: 'Successful', message: `status ${status}` };
  return { is: 'verdict', phase: 'Error', message: `received status ${status}` };
}
