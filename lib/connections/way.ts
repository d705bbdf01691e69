import type { Asker, ConnectionUse } from '../model/connections.ts';
import { type Connection, logsIn } from '../model/connection.ts';
import { coversUrl } from '../model/connection-match.ts';
import { AssayError } from '../model/errors.ts';
import { type HttpRequest, type HttpResponse, isSafeMethod, type TlsSettings } from '../model/http.ts';
import type { AwsCredentials } from '../model/provider.ts';
import { believedRetryMs, parseRetryAfter } from '../model/retry-after.ts';
import type { Timers } from '../model/timers.ts';
import { signRequest } from '../providers/aws-signature.ts';
import { fetchAuthorized, type TokenContext } from '../providers/oauth2.ts';
import type { ConnectionTexts, Texts } from './connection-texts.ts';
import type { Pace } from './pace.ts';

type Fetch = (request: HttpRequest) => Promise<HttpResponse>;
type Role = NonNullable<Connection['sigv4']>;

export interface WayOptions {
  /** Of the cluster, for figures. */
  readonly cluster: string;
  readonly connection: Connection;
  readonly texts: ConnectionTexts;
  /** That of the account, which other clusters may share. */
  readonly pace: Pace;
  /** Opens a way out of its own. @throws AssayError ASSAY_SETTING_INVALID */
  readonly openHttp: (tls: TlsSettings, proxy: string | undefined) => Fetch;
  readonly credentialsOf: (role: Role) => Promise<AwsCredentials>;
  readonly timers: Timers;
  readonly onUse?: ((use: ConnectionUse) => void) | undefined;
}

/** One connection of a cluster. */
export interface Way {
  fetch(request: HttpRequest, asker: Asker): Promise<HttpResponse>;
}

const WAIT_SECONDS = 1800;

/**
 * Sends requests by a connection: each waits for its turn, is given what the connection logs in with, and goes over its
 * TLS. The same request, asked twice at once, is sent once. After 429 all who share the account wait, and then it is sent
 * again, for as long as a measurement may wait.
 */
export function openWay(options: WayOptions): Way {
  const { connection, cluster, texts, pace, timers, onUse } = options;
  const { waitSeconds = WAIT_SECONDS } = connection.limits ?? {};
  const transport = ownTransport(options);
  const underway = new Map<string, Promise<HttpResponse>>();
  let token: string | undefined;

  const enter = async (asker: Asker, leftMs: number, isForConnection: boolean): Promise<void> => {
    if (pace.tryEnter()) return;
    const { signal } = asker;
    const share = `${cluster}/${asker.run.namespace}`;
    if (await asker.aside(() => pace.enter({ share, mostMs: leftMs, signal }))) return;
    if (!isForConnection) throw asker.outOfTime();
    const reason = `its turn did not come within ${waitSeconds} s`;
    throw new AssayError('ASSAY_CONNECTION_BUSY', `connection ${connection.name}: ${reason}`, { retry: true });
  };

  /** Once, with all that the connection gives. */
  const send = async (request: HttpRequest, read: Texts, asker: Asker): Promise<HttpResponse> => {
    const { oauth2 } = connection;
    const raw: Fetch = async (part) => {
      if (oauth2) {
        token = part.headers?.findLast(([name]) => name.toLowerCase() === 'authorization')?.[1];
        if (token !== undefined) asker.hide(token.replace(/^\S+ /, ''));
      }
      const ready = asker.prepare(part.url === oauth2?.tokenUrl ? part : { ...part, by });
      return transport ? transport(read)(ready) : asker.fetch(ready);
    };
    const by = { mayGoTo: (url: URL) => coversUrl(connection, url), onRepeat: () => pace.charge() };
    const dressed = dress(request, connection, read);
    if (oauth2) {
      const client = { scopes: [], ...oauth2, clientSecret: read.of(oauth2.clientSecret) };
      const context: TokenContext = { fetch: raw, now: asker.now, run: asker.run };
      return fetchAuthorized(dressed, client, context, { prepare: (part) => part, variant: connection.name });
    }
    const { sigv4, provider } = connection;
    // CloudWatch signs by itself.
    if (!sigv4 || provider === 'cloudWatch') return raw(dressed);
    const scope = { service: sigv4.service ?? SERVICES[provider] ?? 'execute-api', region: sigv4.region };
    return raw(await signRequest(dressed, { ...scope, date: asker.now() }, await options.credentialsOf(sigv4)));
  };

  const ask = async (request: HttpRequest, asker: Asker): Promise<HttpResponse> => {
    const askerMs = asker.mostWaitMs(request);
    const mostMs = Math.min(waitSeconds * 1000, askerMs);
    const startMs = timers.nowMs();
    for (let isRenewed = false; ;) {
      const askedMs = timers.nowMs();
      await enter(asker, mostMs - (askedMs - startMs), mostMs < askerMs);
      const sentMs = timers.nowMs();
      let answer: HttpResponse | undefined;
      try {
        answer = await send(request, await texts.read(), asker);
      } finally {
        pace.leave();
        const seconds = (timers.nowMs() - sentMs) / 1000;
        const waitedSeconds = (sentMs - askedMs) / 1000;
        onUse?.({ cluster, connection: connection.name, status: answer?.status, seconds, waitedSeconds });
      }
      if (answer.status === 401 && !isRenewed && (await texts.renew())) {
        isRenewed = true;
        for (const secret of (await texts.read()).secrets) asker.hide(secret);
        continue;
      }
      if (answer.status !== 429) {
        pace.wentWell();
        return answer;
      }
      const heldMs = pace.hold(wantedMs(answer, asker.now()));
      if (timers.nowMs() - startMs + heldMs >= mostMs) return answer;
    }
  };

  return {
    async fetch(request, asker) {
      for (const secret of (await texts.read()).secrets) asker.hide(secret);
      const key = keyOf(request, asker.run.namespace);
      const same = underway.get(key);
      if (same) {
        const answer = await asker.aside(() => same).catch(unlessAborted);
        if (token !== undefined) asker.hide(token.replace(/^\S+ /, ''));
        if (answer) return answer;
      }
      const asking = ask(request, asker);
      const isRepeatable = request.repeatable ?? isSafeMethod(request.method);
      if (!isRepeatable || underway.has(key)) return asking;
      underway.set(key, asking);
      return asking.finally(() => underway.delete(key));
    },
  };
}

const SERVICES: Readonly<Record<string, string>> = { prometheus: 'aps' };

/** The step of another has ended before its request: that says nothing of this one. */
function unlessAborted(error: unknown): undefined {
  if (error instanceof AssayError && error.code === 'ASSAY_STEP_ABORTED') return undefined;
  throw error;
}

/** What makes two requests the same. Which Services one may reach, each namespace is told for itself. */
function keyOf({ method = 'GET', url, headers = [], body = '', insecure = false }: HttpRequest, namespace: string) {
  const isOfNamespace = MAYBE_SERVICE.test(URL.parse(url)?.hostname ?? '');
  return JSON.stringify([method, url, headers, body, insecure, isOfNamespace ? namespace : '']);
}

/** `prometheus`, `prometheus.monitoring`, `prometheus.monitoring.svc` */
const MAYBE_SERVICE = /^[^.]+(?:\.[^.]+)?\.?$|\.svc(?:\.cluster\.local)?\.?$/;

/** What servers say of when to come again; Datadog says it in its own header. */
function wantedMs({ headers }: HttpResponse, now: Date): number | undefined {
  const text = headers['retry-after'] ?? headers['x-ratelimit-reset'];
  return believedRetryMs(parseRetryAfter(text, now));
}

/** With the headers of the connection, in place of the metric's of the same names, and its time limit. */
function dress(request: HttpRequest, connection: Connection, read: Texts): HttpRequest {
  const { headers = [], basic, bearer, tls, timeoutSeconds = Infinity } = connection;
  const own: [string, string][] = headers.map((each) => [each.name, read.of(each)]);
  if (basic) {
    const credentials = Buffer.from(`${basic.username}:${read.of(basic.password)}`, 'utf8');
    own.push(['Authorization', `Basic ${credentials.toString('base64')}`]);
  }
  if (bearer) own.push(['Authorization', `Bearer ${read.of(bearer)}`]);
  const replaced = new Set(own.map(([name]) => name.toLowerCase()));
  const kept = (request.headers ?? []).filter(([name]) => !replaced.has(name.toLowerCase()));
  const timeoutMs = Math.min(request.timeoutMs ?? Infinity, timeoutSeconds * 1000);
  return {
    ...request,
    headers: [...kept, ...own],
    ...(timeoutMs !== Infinity && { timeoutMs }),
    // Whoever could answer in the server's name would have what it logs in with.
    ...((tls || logsIn(connection)) && { insecure: false }),
  };
}

/** The way out of the connection itself; undefined where the cluster's does. Opened anew where its certificates change. */
function ownTransport({ connection, openHttp }: WayOptions): ((read: Texts) => Fetch) | undefined {
  const { tls, proxy } = connection;
  if (!tls && proxy === undefined) return undefined;
  let open: { readonly key: string; readonly fetch: Fetch } | undefined;
  return (read) => {
    const settings = tlsOf(tls, read);
    const name = JSON.stringify(settings);
    // Requests under way over the one before end by themselves, and so do its idle connections.
    if (open?.key !== name) open = { key: name, fetch: openHttp(settings, proxy) };
    return open.fetch;
  };
}

/** The TLS of a connection, read. */
export function tlsOf({ ca, certificate, key, serverName }: Connection['tls'] = {}, read: Texts): TlsSettings {
  return {
    ca: ca && read.of(ca),
    certificate: certificate && read.of(certificate),
    key: key && read.of(key),
    serverName,
  };
}
