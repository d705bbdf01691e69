import { type Connection, logsIn, parseHostPattern, patternsOf } from './connection.ts';
import { isObject } from './is-object.ts';
import type { ProviderRow } from './provider-row.ts';
import { PROVIDER_ROWS, type ProviderField } from './provider-rows.ts';

/** What is asked, for a metric. */
export interface Asked {
  readonly provider: ProviderField;
  /** As `accountOf` gives it. */
  readonly account: string | undefined;
  readonly url: string;
}

/** The account that a metric names, or means where it names none; undefined: its provider knows no accounts. */
export function accountOf(provider: ProviderField, part: unknown): string | undefined {
  const { account }: ProviderRow = PROVIDER_ROWS[provider];
  return account && (textAt(part, account.field) || account.byDefault);
}

/** The URL that a metric names; undefined where it names none, or only in arguments. */
export function addressOf(provider: ProviderField, part: unknown): string | undefined {
  const { urls = [], hostField }: ProviderRow = PROVIDER_ROWS[provider];
  const named = urls.map((field) => textAt(part, field)).find((text) => text !== '');
  if (named !== undefined) return named;
  const host = hostField === undefined ? '' : textAt(part, hostField);
  return host === '' ? undefined : `https://${host}`;
}

function textAt(part: unknown, path: string): string {
  let value = part;
  for (const name of path.split('.')) value = isObject(value) ? value[name] : undefined;
  return typeof value === 'string' ? value : '';
}

/** The first connection that such a request falls under. */
export function connectionFor(connections: readonly Connection[], asked: Asked): Connection | undefined {
  const url = URL.parse(asked.url);
  if (!url) return undefined;
  return connections.find((each) => isOf(each, asked) && coversUrl(each, url));
}

/** The first connection of a provider and account: that which gives an address or keys, where a metric names none. */
export function connectionOf(
  connections: readonly Connection[],
  asked: Omit<Asked, 'url'>,
  gives: (connection: Connection) => boolean,
): Connection | undefined {
  return connections.find((each) => isOf(each, asked) && gives(each));
}

function isOf({ provider, accounts = [] }: Connection, asked: Omit<Asked, 'url'>): boolean {
  const isAccount = accounts.length === 0 || (asked.account !== undefined && accounts.includes(asked.account));
  return provider === asked.provider && isAccount;
}

/**
 * Whether a connection stands for the server of a URL. One that logs in does so over https, and over http where its
 * settings write `http://`.
 */
export function coversUrl(connection: Connection, { protocol, hostname, port }: URL): boolean {
  const scheme = protocol.replace(/:$/, '');
  const host = hostname.replace(/\.$/, '');
  const { regions = [] } = connection;
  if (regions.length > 0 && !host.split('.').some((label) => regions.includes(label))) return false;
  const realPort = port === '' ? STANDARD_PORTS[scheme] : port;
  return patternsOf(connection).some((text) => {
    const pattern = parseHostPattern(text);
    if (!pattern) return false;
    const isHost = pattern.isWildcard ? host.endsWith(`.${pattern.host}`) : host === pattern.host;
    const isScheme =
      pattern.scheme === undefined ? scheme === 'https' || !logsIn(connection) : scheme === pattern.scheme;
    // A URL leaves out the port that its scheme has anyway, and so does a pattern with a scheme.
    const wanted = pattern.port ?? (pattern.scheme === undefined ? undefined : STANDARD_PORTS[pattern.scheme]);
    return isHost && isScheme && (wanted === undefined || wanted === realPort);
  });
}

const STANDARD_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** Which connection a metric would use; `depends`: its arguments say. */
export type UsedConnection =
  | { readonly is: 'used'; readonly connection: Connection }
  | { readonly is: 'none' }
  | { readonly is: 'depends' };

/**
 * Which connection a metric would use.
 *
 * @param part  the provider's own part; a text in which an argument is left says nothing
 */
export function usedConnection(
  connections: readonly Connection[],
  provider: ProviderField,
  part: unknown,
): UsedConnection {
  const account = accountOf(provider, part);
  const address = addressOf(provider, part);
  if (`${account} ${address}`.includes('{{')) return { is: 'depends' };
  const asked = { provider, account };
  const connection =
    address === undefined
      ? connectionOf(connections, asked, (each) => !namesServers(provider) || each.address !== undefined)
      : connectionFor(connections, { ...asked, url: address });
  return connection ? { is: 'used', connection } : { is: 'none' };
}

/** Whether metrics of a provider say which server they ask. */
function namesServers(provider: ProviderField): boolean {
  const { urls, hostField }: ProviderRow = PROVIDER_ROWS[provider];
  return (urls ?? hostField) !== undefined;
}
