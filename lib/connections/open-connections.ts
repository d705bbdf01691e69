import type { Connection, ConnectionSettings } from '../model/connection.ts';
import { accountOf, connectionFor, connectionOf } from '../model/connection-match.ts';
import type { Asker, Connections } from '../model/connections.ts';
import { AssayError } from '../model/errors.ts';
import type { TlsSettings } from '../model/http.ts';
import { isObject } from '../model/is-object.ts';
import type { ProviderRow } from '../model/provider-row.ts';
import { PROVIDER_ROWS, type ProviderField } from '../model/provider-rows.ts';
import type { ProviderSecrets, ProviderSettings } from '../model/provider.ts';
import { requestFailure } from '../model/request-text.ts';
import type { Accounts } from './accounts.ts';
import { connectionTexts, type ConnectionTexts, type TextPlaces } from './connection-texts.ts';
import { openWay, tlsOf, type Way, type WayOptions } from './way.ts';

export interface ConnectionsOptions extends Pick<
  WayOptions,
  'cluster' | 'openHttp' | 'credentialsOf' | 'timers' | 'onUse'
> {
  readonly settings: ConnectionSettings;
  /** Of the process. */
  readonly accounts: Accounts;
  readonly places: TextPlaces;
}

interface Opened {
  readonly texts: ConnectionTexts;
  readonly way: Way;
}

/** The same, for whoever checks them. */
export interface OpenedConnections extends Connections {
  /** @throws AssayError ASSAY_SECRET_UNREADABLE */
  tlsOf(connection: Connection): Promise<TlsSettings>;
}

/** The connections of a cluster; each is opened, and its secrets are read, when it is first used. */
export function openConnections(options: ConnectionsOptions): OpenedConnections {
  const { settings, accounts, places, timers, cluster } = options;
  const { connections = [], onlyConnections = false } = settings;
  const opened = new Map<Connection, Opened>();

  const open = (connection: Connection): Opened => {
    const known = opened.get(connection);
    if (known) return known;
    const texts = connectionTexts(connection, places, timers.nowMs);
    const way = openWay({ ...options, connection, texts, pace: accounts.paceOf(connection, cluster) });
    const made = { texts, way };
    opened.set(connection, made);
    return made;
  };

  return {
    tlsOf: async (connection) => tlsOf(connection.tls, await open(connection).texts.read()),
    fill: (provider, part) => filled(connections, provider, part),
    of(provider, part, asker) {
      const account = accountOf(provider, part);
      const asked = { provider, account };
      const keyed = connectionOf(connections, asked, ({ keys }) => keys !== undefined);
      return {
        settings: provider === 'cloudWatch' ? wayToAws(connections, account, options) : {},
        async fetch(request) {
          const connection = connectionFor(connections, { ...asked, url: request.url });
          if (connection) return open(connection).way.fetch(request, asker);
          if (!onlyConnections) return asker.fetch(asker.prepare(request));
          const reason = `the address falls under no connection for ${provider}, and the settings of the cluster say onlyConnections`;
          const { method = 'GET', url } = request;
          throw new AssayError('ASSAY_CONNECTION_REQUIRED', requestFailure(method, url, reason));
        },
        secrets: (own) => (keyed ? keysInstead(own, keyed, open(keyed).texts, asker) : own),
      };
    },
  };
}

/** With the address of a connection, where the metric names none. */
function filled(connections: readonly Connection[], provider: ProviderField, part: unknown): unknown {
  const { urls: [url] = [], hostField }: ProviderRow = PROVIDER_ROWS[provider];
  const field = url ?? hostField;
  if (field === undefined || !isObject(part) || (part[field] ?? '') !== '') return part;
  const asked = { provider, account: accountOf(provider, part) };
  const address = connectionOf(connections, asked, (each) => each.address !== undefined)?.address;
  if (address === undefined) return part;
  return { ...part, [field]: url === undefined ? new URL(address).host : address };
}

function wayToAws(
  connections: readonly Connection[],
  account: string | undefined,
  { credentialsOf }: ConnectionsOptions,
): ProviderSettings {
  const asked = { provider: 'cloudWatch', account } as const;
  const role = connectionOf(connections, asked, ({ sigv4 }) => sigv4 !== undefined)?.sigv4;
  const address = connectionOf(connections, asked, (each) => each.address !== undefined)?.address;
  return {
    ...(role && { awsRegion: role.region, awsCredentials: async () => credentialsOf(role) }),
    ...(address !== undefined && { awsEndpoint: address }),
  };
}

/** A Secret of the run's own namespace stays what it is: its tenant named it. */
function keysInstead(
  own: ProviderSecrets,
  { keys = {}, address }: Connection,
  texts: ConnectionTexts,
  { hide }: Asker,
): ProviderSecrets {
  return {
    async read(name, given) {
      if (given?.namespace === 'run') return own.read(name, given);
      const read = await texts.read();
      for (const secret of read.secrets) hide(secret);
      const values = Object.entries(keys).map(([key, reference]) => [key, read.of(reference)] as const);
      return { ...(address !== undefined && { address }), ...Object.fromEntries(values) };
    },
    variable: () => undefined,
  };
}
