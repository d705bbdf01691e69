import { Agent as HttpAgent, type AgentOptions, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions, type RequestOptions } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import tls, { createSecureContext, type SecureContext } from 'node:tls';
import { AssayError } from '../model/errors.ts';
import type { TlsSettings } from '../model/http.ts';
import type { AddressRules, Destination } from './addresses.ts';

/** Asks the resolver for all addresses of a name. */
export type Lookup = (host: string) => Promise<readonly ResolvedAddress[]>;

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export interface AgentSettings {
  readonly rules: AddressRules;
  readonly lookup: Lookup;
  /** For the lookup, TCP and TLS together. */
  readonly connectTimeoutMs: number;
  readonly tls?: TlsSettings;
  /** An HTTP proxy to go through, `http://host:port`: then it is whose address is checked (`requirePermitted`). */
  readonly proxy?: string | undefined;
}

export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  /** Takes any certificate. Apart, so that its connections are never reused where certificates count. */
  readonly insecure: HttpsAgent;
}

const POOL: AgentOptions = {
  keepAlive: true,
  maxSockets: 256, // A host, redirects to it included; what is more waits, inside its own time limit.
  maxFreeSockets: 64,
  timeout: 30_000, // An idle connection is closed then.
  keepAliveMsecs: 60_000, // As axios sets it: else both would set it anew at every request.
};

/**
 * The kept connections. Every connection is checked here and nowhere else can one be made: the addresses of a name
 * are resolved once, all of them must be permitted (a name that also resolves to a forbidden address is refused
 * whole), and the socket connects to those very addresses, while Host, SNI and certificate keep the name.
 * A reused connection leads where it led when it was checked.
 *
 * @throws AssayError ASSAY_SETTING_INVALID for certificates and keys that are none
 */
export function openAgents(settings: AgentSettings): Agents {
  // One context for all connections: parsing the authorities takes milliseconds, and as `ca` they would be part of
  // the name of every connection in the pool.
  const { serverName } = settings.tls ?? {};
  const trust = {
    ...(settings.tls && { secureContext: secureContext(settings.tls) }),
    ...(serverName !== undefined && { servername: serverName }),
  };
  if (settings.proxy !== undefined) {
    requireProxies(process.versions.node);
    const proxied = { ...POOL, proxyEnv: { HTTP_PROXY: settings.proxy, HTTPS_PROXY: settings.proxy } };
    return {
      http: new HttpAgent(proxied),
      https: new HttpsAgent({ ...proxied, ...trust }),
      insecure: new HttpsAgent({ ...proxied, rejectUnauthorized: false }),
    };
  }
  return {
    http: new CheckedHttpAgent(POOL, settings),
    https: new CheckedHttpsAgent({ ...POOL, ...trust }, settings),
    insecure: new CheckedHttpsAgent({ ...POOL, rejectUnauthorized: false }, settings),
  };
}

/**
 * Refuses a proxy with a Node (`process.versions.node`) that would pass it over without a word, and connect to what nobody
 * has checked.
 * @throws AssayError ASSAY_SETTING_INVALID
 */
export function requireProxies(node: string): void {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 5)) return;
  throw new AssayError('ASSAY_SETTING_INVALID', `a proxy takes Node 24.5 or newer; this is ${node}`);
}

function secureContext({ ca, certificate, key }: TlsSettings): SecureContext {
  try {
    return createSecureContext({
      ...(ca !== undefined && { ca: [...tls.getCACertificates('default'), ca] }),
      ...(certificate !== undefined && { cert: certificate }),
      ...(key !== undefined && { key }),
    });
  } catch (error) {
    // What OpenSSL says holds nothing of the key.
    const reason = error instanceof Error ? error.message : String(error);
    throw new AssayError('ASSAY_SETTING_INVALID', `tls: certificate or key cannot be used: ${reason}`, {
      cause: error,
    });
  }
}

class CheckedHttpAgent extends HttpAgent {
  readonly #settings: AgentSettings;

  constructor(options: AgentOptions, settings: AgentSettings) {
    super(options);
    this.#settings = settings;
  }

  override createConnection(options: ClientRequestArgs): Duplex | null | undefined {
    const socket = super.createConnection(checked(options, this.#settings));
    return limitConnecting(socket, 'connect', destinationOf(options), this.#settings);
  }
}

class CheckedHttpsAgent extends HttpsAgent {
  readonly #settings: AgentSettings;

  constructor(options: HttpsAgentOptions, settings: AgentSettings) {
    super(options);
    this.#settings = settings;
  }

  override createConnection(options: RequestOptions): Duplex | null | undefined {
    const socket = super.createConnection(checked(options, this.#settings));
    return limitConnecting(socket, 'secureConnect', destinationOf(options), this.#settings);
  }
}

function destinationOf({ host, port }: ClientRequestArgs): Destination {
  return { host: host ?? '', port: Number(port) };
}

/** @throws AssayError ASSAY_ADDRESS_REFUSED when the host is a forbidden address; for a name the socket fails so */
function checked<Options extends ClientRequestArgs>(options: Options, { rules, lookup }: AgentSettings): Options {
  const to = destinationOf(options);
  if (isIP(to.host) !== 0) {
    refuse(rules, to, [{ address: to.host, family: isIP(to.host) }]);
    return options;
  }
  const resolveChecked = async () => {
    const addresses = await lookup(to.host);
    refuse(rules, to, addresses);
    return addresses;
  };
  const hook: LookupFunction = (_host, { all }, callback) => {
    resolveChecked().then(
      (addresses) => answer(addresses, all === true, callback),
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
  return { ...options, lookup: hook };
}

/** Whether the host of a URL may be connected to. @throws AssayError ASSAY_ADDRESS_REFUSED @throws what the lookup does */
export async function requirePermitted(
  { hostname, port }: URL,
  { rules, lookup }: Pick<AgentSettings, 'rules' | 'lookup'>,
): Promise<void> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(host);
  refuse(rules, { host, port: Number(port || 80) }, family === 0 ? await lookup(host) : [{ address: host, family }]);
}

function refuse(rules: AddressRules, to: Destination, addresses: readonly ResolvedAddress[]): void {
  for (const { address } of addresses) {
    const reason = rules.refusal(to, address);
    if (reason === undefined) continue;
    const where = to.host === address ? address : `${to.host} (${address})`;
    throw new AssayError('ASSAY_ADDRESS_REFUSED', `${where} is refused: ${reason}`);
  }
}

function answer(addresses: readonly ResolvedAddress[], all: boolean, callback: Parameters<LookupFunction>[2]): void {
  const [first] = addresses;
  if (!first) callback(Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }), []);
  else if (all) callback(null, [...addresses]);
  else callback(null, first.address, first.family);
}

/** Ends a connection that does not stand in time. */
function limitConnecting(
  socket: Duplex | null | undefined,
  ready: 'connect' | 'secureConnect',
  { host, port }: Destination,
  { connectTimeoutMs }: AgentSettings,
): Duplex | null | undefined {
  if (!socket) return socket;
  const timer = setTimeout(() => socket.destroy(connectTimeout(host, port)), connectTimeoutMs);
  const stop = () => clearTimeout(timer);
  socket.once(ready, stop);
  socket.once('close', stop);
  return socket;
}

function connectTimeout(host: string, port: number): Error {
  return Object.assign(new Error(`dial tcp ${host}:${port}: i/o timeout`), { code: 'CONNECT_TIMEOUT' });
}
