import ipaddr from 'ipaddr.js';
import { AssayError } from '../model/errors.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

export interface AddressSettings {
  /** RFC 1918, 100.64.0.0/10 and fc00::/7. */
  readonly privateNetworks: 'allow' | 'refuse';
  /** What is let through all the same: `10.2.0.0/16`, `127.0.0.1`, `prometheus.corp`, `*.corp` (names below it). */
  readonly allow?: readonly string[];
  /** Where this process has its own control API, as in AWS_LAMBDA_RUNTIME_API: `127.0.0.1:9001`. Never let through. */
  readonly runtimeApi?: string;
}

export interface Destination {
  /** The host of the URL: a name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface AddressRules {
  /** Why a connection to `address`, which `host` has or resolved to, is refused; undefined: it is not. */
  refusal(to: Destination, address: string): string | undefined;
}

/**
 * Decides which addresses may be connected to, name by name and address by address.
 *
 * Public addresses may be; private networks where the settings say so; loopback, link-local, unspecified, multicast,
 * and reserved ones only where listed; the metadata services of clouds, which hand out credentials, never. IPv6 forms
 * that carry an IPv4 address (mapped, compatible, translated, NAT64, 6to4) count as that address. A listed *name* opens
 * private, loopback and reserved addresses, but never link-local ones, since who answers for the name in the DNS is not
 * who wrote the list: those must be listed as addresses.
 *
 * @throws AssayError ASSAY_HTTP_INVALID when the list holds what is neither a host nor a network
 * @source the registries of special-purpose addresses of IANA, as ipaddr.js has them
 */
export function openAddressRules(settings: AddressSettings): AddressRules {
  const list = (settings.allow ?? []).map(parseEntry);
  const networks = list.flatMap((entry) => (entry.is === 'network' ? [entry.network] : []));
  const hosts = list.flatMap((entry) => (entry.is === 'host' ? [entry.matches] : []));
  const runtimeApi = settings.runtimeApi === undefined ? undefined : parseDestination(settings.runtimeApi);

  return {
    refusal(to, text) {
      const address = unwrap(ipaddr.parse(text));
      if (runtimeApi && isSame(runtimeApi, to, address)) return 'the runtime API of this process';
      const kind = kindOf(address);
      if (!isMetadata(address) && networks.some((network) => isWithin(address, network))) return undefined;
      if (kind === 'public' || (kind === 'private' && settings.privateNetworks === 'allow')) return undefined;
      const isListed = hosts.some((matches) => matches(plainHost(to.host)));
      if (isListed && kind !== 'link-local' && kind !== 'metadata service') return undefined;
      return `${article(kind)} ${kind} address`;
    },
  };
}

type Entry =
  | { readonly is: 'network'; readonly network: Network }
  | { readonly is: 'host'; readonly matches: (host: string) => boolean };

function parseEntry(entry: string): Entry {
  if (ipaddr.isValidCIDR(entry)) return { is: 'network', network: ipaddr.parseCIDR(entry) };
  const isWildcard = entry.startsWith('*.');
  const name = isWildcard ? entry.slice(2) : entry;
  const host = hostOf(name.includes(':') && !name.startsWith('[') ? `[${name}]` : name);
  if (host === undefined || host.includes('*')) {
    throw new AssayError('ASSAY_HTTP_INVALID', `neither a host nor a network: ${JSON.stringify(entry)}`);
  }
  if (isWildcard) return { is: 'host', matches: (other) => other.endsWith(`.${host}`) };
  if (!isAddress(host)) return { is: 'host', matches: (other) => other === host };
  const address = unwrap(ipaddr.parse(host));
  return { is: 'network', network: [address, address.kind() === 'ipv4' ? 32 : 128] };
}

/** The host as URLs have it (lower case, punycode, addresses in their normal form); undefined where it is none. */
function hostOf(text: string): string | undefined {
  const url = `http://${text}/`;
  if (/[\s/?#@\\]/.test(text) || !URL.canParse(url)) return undefined;
  const { hostname, port } = new URL(url);
  return port === '' && hostname !== '' ? plainHost(hostname) : undefined;
}

/** Without the brackets of an IPv6 address and the final dot of a name. */
function plainHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/** @throws AssayError ASSAY_HTTP_INVALID */
function parseDestination(text: string): Destination {
  if (!URL.canParse(`http://${text}`)) {
    throw new AssayError('ASSAY_HTTP_INVALID', `not a host and port: ${JSON.stringify(text)}`);
  }
  const { hostname, port } = new URL(`http://${text}`);
  return { host: hostname === 'localhost' ? '127.0.0.1' : plainHost(hostname), port: Number(port || 80) };
}

function isSame(runtimeApi: Destination, to: Destination, address: Address): boolean {
  if (runtimeApi.port !== to.port) return false;
  if (!isAddress(runtimeApi.host)) return runtimeApi.host === plainHost(to.host);
  const api = unwrap(ipaddr.parse(runtimeApi.host));
  // A server on one loopback address may listen on all of them, and 0.0.0.0 leads there too.
  if (kindOf(api) === 'loopback') return ['loopback', 'unspecified'].includes(kindOf(address));
  return api.toString() === address.toString();
}

/** True for addresses as URLs and resolvers write them; ipaddr.js alone would take `10` for one. */
function isAddress(host: string): boolean {
  return ipaddr.IPv6.isValid(host) || ipaddr.IPv4.isValidFourPartDecimal(host);
}

function isWithin(address: Address, [network, bits]: Network): boolean {
  if (address instanceof ipaddr.IPv4) return network instanceof ipaddr.IPv4 && address.match(network, bits);
  return network instanceof ipaddr.IPv6 && address.match(network, bits);
}

type AddressKind =
  | 'public'
  | 'private'
  | 'loopback'
  | 'link-local'
  | 'unspecified'
  | 'multicast'
  | 'broadcast'
  | 'reserved'
  | 'metadata service';

/** What answers with credentials inside a cloud and is no link-local address. */
const METADATA_SERVICES: readonly Network[] = [
  '100.100.100.200/32', // Alibaba Cloud; else a carrier's network
  '168.63.129.16/32', // Azure's wire server; else a public address
  '192.0.0.192/32', // Oracle Cloud
  'fd00:42::42/128', // Scaleway
  'fd00:a9fe:a9fe::1/128', // Linode
  'fd00:c1::a9fe:a9fe/128', // Oracle Cloud
  'fd00:ec2::/32', // AWS: instance metadata, pod identity, DNS; else a private network
  'fd20:ce::/64', // Google Cloud
].map((network) => ipaddr.parseCIDR(network));

const LINK_LOCAL_METADATA_SERVICES: readonly Network[] = [
  '169.254.0.23/32', // Tencent Cloud
  '169.254.42.42/32', // Scaleway
  '169.254.169.254/32', // most clouds
  '169.254.170.2/32', // AWS: tasks
  '169.254.170.23/32', // AWS: pod identity
  'fe80::a9fe:a9fe/128', // OpenStack
].map((network) => ipaddr.parseCIDR(network));

function isMetadata(address: Address): boolean {
  return [...METADATA_SERVICES, ...LINK_LOCAL_METADATA_SERVICES].some((network) => isWithin(address, network));
}

const GLOBAL_UNICAST: Network = ipaddr.parseCIDR('2000::/3');

const KINDS: Readonly<Record<string, AddressKind>> = {
  unicast: 'public',
  private: 'private',
  carrierGradeNat: 'private',
  uniqueLocal: 'private',
  loopback: 'loopback',
  linkLocal: 'link-local',
  unspecified: 'unspecified',
  multicast: 'multicast',
  broadcast: 'broadcast',
};

function kindOf(address: Address): AddressKind {
  if (METADATA_SERVICES.some((network) => isWithin(address, network))) return 'metadata service';
  const kind = KINDS[address.range()] ?? 'reserved';
  // What ipaddr.js knows nothing special about is unicast to it, though IANA has given out 2000::/3 only.
  if (kind === 'public' && address.kind() === 'ipv6' && !isWithin(address, GLOBAL_UNICAST)) return 'reserved';
  return kind;
}

function article(kind: AddressKind): string {
  return kind === 'unspecified' ? 'an' : 'a';
}

const ANY_IPV4_BELOW: readonly Network[] = [
  '::ffff:0:0/96', // mapped
  '::ffff:0:0:0/96', // translated, RFC 6145
  '64:ff9b::/96', // NAT64, RFC 6052
  '::/96', // compatible, RFC 4291
].map((network) => ipaddr.parseCIDR(network));
const SIX_TO_FOUR: Network = ipaddr.parseCIDR('2002::/16');

/** The IPv4 address that an IPv6 address stands for, if it does. `::` and `::1` are themselves. */
function unwrap(address: Address): Address {
  if (!(address instanceof ipaddr.IPv6)) return address;
  if (isWithin(address, SIX_TO_FOUR)) return new ipaddr.IPv4(address.toByteArray().slice(2, 6));
  const isOwn = address.range() === 'unspecified' || address.range() === 'loopback';
  const isCarrier = !isOwn && ANY_IPV4_BELOW.some((network) => isWithin(address, network));
  if (isCarrier) return new ipaddr.IPv4(address.toByteArray().slice(12));
  return address;
}
