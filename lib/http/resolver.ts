import { lookup as askSystem, Resolver } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { SHARES } from '../model/limits.ts';
import type { Lookup, ResolvedAddress } from './agents.ts';
import { candidatesOf, type NameFiles, readNameFiles } from './name-files.ts';
import { forgetBeyond } from '../model/forget-beyond.ts';

export interface ResolverOptions {
  /** `127.0.0.1:53`; default: those of the system. */
  readonly servers?: readonly string[];
  /** For one try of one question; a second one is given twice that. Default 1,500. */
  readonly timeoutMs?: number;
  /** Default: what /etc/hosts and /etc/resolv.conf say. Asked every 5 s at most. */
  readonly files?: () => NameFiles;
  /** Default: the monotonic clock. */
  readonly nowMs?: () => number;
}

const TRIES = 2;
const FILES_AGE_MS = 5_000;
const { keptNames: MOST_KEPT, nameKeptMs: LONGEST_KEPT_MS, absentNameKeptMs: ABSENT_KEPT_MS } = SHARES;
const MOST_UNDER_WAY = 1_000;

/**
 * Finds the addresses of names by asking DNS servers itself. The system's own way (`dns.lookup`) has four threads a
 * process, so that a few names whose servers are silent hold up everybody's; here they hold up nobody.
 *
 * As the system does, it goes by /etc/hosts and by the search domains of /etc/resolv.conf; `localhost` and the names
 * below it are this machine. It knows no other sources (mDNS, NIS). Those who ask for one name at a time share the
 * question; answers are kept as long as their records say, 30 s at most, and 5 s where there is no such name. What was
 * not answered in time, or by an error, is asked anew.
 *
 * @throws Error, from the function returned: code ENOTFOUND where there is no such name, else EAI_AGAIN
 */
export function openResolver(options: ResolverOptions = {}): Lookup {
  const { timeoutMs = 1_500, files = readNameFiles, nowMs = () => performance.now() } = options;
  const kept = new Map<string, { readonly found: Found; readonly untilMs: number }>();
  const underWay = new Map<string, Promise<Found>>();
  let known: { readonly files: NameFiles; readonly readMs: number; readonly resolver: Resolver } | undefined;

  const current = (): { readonly files: NameFiles; readonly resolver: Resolver } => {
    if (known && nowMs() - known.readMs < FILES_AGE_MS) return known;
    const read = files();
    const resolver = known?.files.version === read.version ? known.resolver : openAsker(timeoutMs, options.servers);
    known = { files: read, readMs: nowMs(), resolver };
    return known;
  };

  const search = async (name: string): Promise<Found> => {
    const { files: now, resolver } = current();
    let refused: unknown;
    for (const candidate of candidatesOf(name, now.search)) {
      try {
        const found = await askBoth(resolver, candidate);
        if (found.addresses.length > 0) return found;
      } catch (error) {
        // A server that answers may refuse a domain and know the next; one that is silent is silent for all of them.
        if (isSilence(error)) throw error;
        refused ??= error;
      }
    }
    if (refused !== undefined) throw refused;
    return { addresses: [], keepMs: ABSENT_KEPT_MS };
  };

  const keep = (name: string, found: Found): void => {
    kept.delete(name);
    kept.set(name, { found, untilMs: nowMs() + found.keepMs });
    forgetBeyond(MOST_KEPT, kept);
  };

  const askOnce = (name: string): Promise<Found> => {
    const shared = underWay.get(name);
    if (shared) return shared;
    if (underWay.size >= MOST_UNDER_WAY) return Promise.reject(failure('EAI_AGAIN', name));
    const asking = search(name).finally(() => underWay.delete(name));
    underWay.set(name, asking);
    return asking.then((found) => {
      keep(name, found);
      return found;
    });
  };

  return async (host) => {
    const name = host.toLowerCase();
    const whole = name.replace(/\.$/, '');
    const listed = current().files.hosts.get(whole);
    if (listed) return listed.map((address) => ({ address, family: isIP(address) }));
    if (whole === 'localhost' || whole.endsWith('.localhost')) return LOOPBACK;
    const before = kept.get(name);
    const { addresses } = before && before.untilMs > nowMs() ? before.found : await askOnce(name);
    if (addresses.length === 0) throw failure('ENOTFOUND', host);
    return addresses;
  };
}

/** @source RFC 6761, 6.3 */
const LOOPBACK: readonly ResolvedAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** No addresses: there is no such name. */
interface Found {
  readonly addresses: readonly ResolvedAddress[];
  readonly keepMs: number;
}

function openAsker(timeout: number, servers: readonly string[] | undefined): Resolver {
  const resolver = new Resolver({ timeout, tries: TRIES });
  if (servers) resolver.setServers(servers);
  return resolver;
}

/** What says that a name, or a record of it, is not there, rather than that nobody could say. */
const ABSENT: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME']);

/** One of both answers will do where the other fails. @throws Error with code EAI_AGAIN where neither came */
async function askBoth(resolver: Resolver, name: string): Promise<Found> {
  const answers = await Promise.allSettled([
    resolver.resolve4(name, { ttl: true }),
    resolver.resolve6(name, { ttl: true }),
  ]);
  const records = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (records.length > 0) {
    const shortestMs = Math.min(...records.map(({ ttl }) => ttl)) * 1_000;
    const addresses = records.map(({ address }) => ({ address, family: isIP(address) }));
    return { addresses, keepMs: Math.min(shortestMs, LONGEST_KEPT_MS) };
  }
  const causes = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  const failed = causes.filter((each) => !ABSENT.has(codeOf(each)));
  if (failed.length > 0) throw failure('EAI_AGAIN', name, failed.some(isTimeout));
  return { addresses: [], keepMs: ABSENT_KEPT_MS };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, 'code') : undefined;
}

function failure(code: 'ENOTFOUND' | 'EAI_AGAIN', name: string, isSilent = false): Error {
  return Object.assign(new Error(`${code} ${name}`), { code, hostname: name, isSilent });
}

function isTimeout(error: unknown): boolean {
  return codeOf(error) === 'ETIMEOUT';
}

function isSilence(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'isSilent') === true;
}

/**
 * The same for servers that the operator has set: a name that DNS does not know may be known to the system (a VPN, mDNS),
 * which is asked then. For the `lookup` of sockets.
 */
export function operatorLookup(lookup: Lookup): LookupFunction {
  const find = async (host: string): Promise<readonly ResolvedAddress[]> => {
    try {
      return await lookup(host);
    } catch (error) {
      if (codeOf(error) !== 'ENOTFOUND') throw error;
      return askSystem(host, { all: true, order: 'verbatim' });
    }
  };
  return (host, { all }, callback) => {
    const tell = (addresses: Awaited<ReturnType<typeof find>>): void => {
      const [first] = addresses;
      if (all === true || !first) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    };
    void find(host).then(tell, (error: NodeJS.ErrnoException) => callback(error, []));
  };
}
