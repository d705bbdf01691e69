import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { AssayError } from '../model/errors.ts';
import {
  type HttpRequest,
  type HttpResponse,
  isSafeMethod,
  LONGEST_REQUEST_MS,
  type TlsSettings,
} from '../model/http.ts';
import { openFairTurns } from '../model/fair-turns.ts';
import { SHARES } from '../model/limits.ts';
import { requestFailure } from '../model/request-text.ts';
import { openAddressRules, type AddressSettings } from './addresses.ts';
import { openAgents, type Agents, type Lookup, requirePermitted } from './agents.ts';
import { exchange as exchangeWithNode } from './exchange.ts';
import { isBug, readFailure } from './failure.ts';
import { firstHop, sentHeaders, type Hop } from './hop.ts';
import { nextHop } from './redirect.ts';
import { openResolver } from './resolver.ts';
import { ATTEMPTS, retryDelayAfterFailureMs, retryDelayMs } from './retry.ts';

export interface HttpSettings extends AddressSettings {
  /** Largest answer; default 1 MiB. */
  readonly bodyLimitBytes?: number;
  /** For lookup, TCP and TLS of one connection; default 10,000. */
  readonly connectTimeoutMs?: number;
  readonly tls?: TlsSettings;
  /** An HTTP proxy to go through, `http://host:port`. It finds the addresses then; who uses it says which hosts. */
  readonly proxy?: string | undefined;
  /** Default: a resolver of its own. */
  readonly lookup?: Lookup;
  /** From 0 to 1, for the delays between attempts; default Math.random. */
  readonly random?: () => number;
}

export interface Http {
  (request: HttpRequest): Promise<HttpResponse>;
  /** Ends all requests under way, and their connections; later ones fail at once. */
  close(): void;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Opens the one way out of this process for everything that templates ask for.
 *
 * Every connection is checked (`agents.ts`, `addresses.ts`), redirects included; time (a minute at most) and size are
 * bounded; requests to one host wait their turn, so that those of one namespace hold up nobody else's; the environment's proxy is not used; any status is an answer, none an error. Requests that may be repeated are, up
 * to three times inside their time limit, where the connection fails or the server says 502, 503, 504 or (with
 * Retry-After) 429; then the last answer or error stands.
 *
 * @throws AssayError, from the function returned: ASSAY_ADDRESS_REFUSED, ASSAY_HTTP_INVALID, ASSAY_HTTP_REDIRECTED,
 *         ASSAY_HTTP_TIMEOUT, ASSAY_HTTP_TOO_LARGE, ASSAY_HTTP_UNREACHABLE, ASSAY_HTTP_UNTRUSTED; in Go's words, as
 *         Argo's users know them, and without credentials
 */
export function openHttp(settings: HttpSettings): Http {
  const bodyLimit = settings.bodyLimitBytes ?? 1024 * 1024;
  const random = settings.random ?? Math.random;
  const { lookup = openResolver(), proxy } = settings;
  const client = openClient(bodyLimit);
  const rules = openAddressRules(settings);
  const agents = openAgents({
    rules,
    lookup,
    connectTimeoutMs: settings.connectTimeoutMs ?? 10_000,
    proxy,
    ...(settings.tls && { tls: settings.tls }),
  });

  const closing = new AbortController();
  const turns = openFairTurns();

  const exchange = async (request: HttpRequest, first: Hop, signal: AbortSignal, endMs: number) => {
    const send = async (hop: Hop) => {
      if (proxy !== undefined) await requirePermitted(new URL(proxy), { rules, lookup });
      return sendOne(client, agents, hop, request.insecure === true, signal);
    };
    for (let attempt = 1; ; attempt++) {
      const outcome = await follow(first, send, request, bodyLimit);
      const delayMs = isForAsker(request, outcome)
        ? undefined
        : request.repeatAfterMs
          ? request.repeatAfterMs({ ...outcome, count: attempt })
          : usualDelay(request, outcome, attempt, random());
      const isLast = delayMs === undefined || performance.now() + delayMs >= endMs;
      if (isLast || !(await waited(delayMs, signal))) return settle(outcome);
      request.by?.onRepeat();
    }
  };

  const http = async (request: HttpRequest): Promise<HttpResponse> => {
    const first = firstHop(request);
    const timeoutMs = Math.min(request.timeoutMs ?? DEFAULT_TIMEOUT_MS, LONGEST_REQUEST_MS);
    const endMs = performance.now() + timeoutMs;
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), timeoutMs);
    const cancel = (): void => control.abort(CANCELED);
    const enders = [closing.signal, ...(request.signal ? [request.signal] : [])];
    for (const ender of enders) {
      if (ender.aborted) cancel();
      ender.addEventListener('abort', cancel, { once: true });
    }
    const { signal } = control;
    const turn = { name: first.url.host, share: request.from?.namespace ?? '', places: SHARES.requestsPerHost, signal };
    try {
      return await turns.take(turn, () => exchange(request, first, signal, endMs));
    } catch (error) {
      if (error instanceof AssayError && signal.reason !== CANCELED) throw error;
      if (!signal.aborted) throw error;
      const reason = signal.reason === CANCELED ? 'context canceled' : 'context deadline exceeded';
      throw new AssayError('ASSAY_HTTP_TIMEOUT', requestFailure(first.method, first.shown, reason), { retry: true });
    } finally {
      clearTimeout(timer);
      for (const ender of enders) ender.removeEventListener('abort', cancel);
    }
  };

  return Object.assign(http, {
    close() {
      closing.abort();
      for (const agent of Object.values(agents)) agent.destroy();
    },
  });
}

/** Why a request ended that nobody wants any more. */
const CANCELED = new Error('context canceled');

/** False where the wait was ended. */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

/** What came of one attempt. `cause` is Node's name of a failed connection. */
type Attempt = { readonly answer: HttpResponse } | { readonly error: AssayError; readonly cause: string | undefined };

function settle(outcome: Attempt): HttpResponse {
  if ('error' in outcome) throw outcome.error;
  return outcome.answer;
}

/** Who goes by a connection waits himself, with all others who do. */
function isForAsker({ by }: HttpRequest, outcome: Attempt): boolean {
  return by !== undefined && 'answer' in outcome && outcome.answer.status === 429;
}

function isRepeatable({ method, repeatable }: HttpRequest): boolean {
  return repeatable ?? isSafeMethod(method);
}

function usualDelay(request: HttpRequest, outcome: Attempt, attempt: number, random: number): number | undefined {
  if (!isRepeatable(request) || attempt >= ATTEMPTS) return undefined;
  if ('error' in outcome) return retryDelayAfterFailureMs(outcome.cause, attempt, random);
  const { status, headers } = outcome.answer;
  return retryDelayMs({ status, retryAfter: headers['retry-after'] }, attempt, random, new Date());
}

/** Sends a request and what its redirects ask for. */
async function follow(
  first: Hop,
  send: (hop: Hop) => Promise<HttpResponse>,
  { secretBody = false, by }: HttpRequest,
  bodyLimit: number,
): Promise<Attempt> {
  const chain: [Hop, ...Hop[]] = [first];
  for (let hop: Hop = first; ;) {
    try {
      const answer = await send(hop);
      const next = nextHop(chain, { status: answer.status, location: answer.headers['location'] }, secretBody);
      if (!next) return { answer };
      if (by?.mayGoTo(next.url) === false) {
        throw new AssayError('ASSAY_HTTP_REDIRECTED', `the redirect to ${next.url.host} leads out of the connection`);
      }
      chain.push(next);
      hop = next;
    } catch (thrown) {
      if (isBug(thrown)) throw thrown;
      const { code, reason, retry, cause } = readFailure(thrown, hop.url, bodyLimit);
      const text = requestFailure(first.method, hop.shown, reason);
      // The cause stays behind: axios' errors hold the headers of the request.
      return { error: new AssayError(code, text, { retry }), cause };
    }
  }
}

async function sendOne(
  client: AxiosInstance,
  agents: Agents,
  hop: Hop,
  insecure: boolean,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { url } = hop;
  const answer = await client.request<Buffer>({
    url: `${url.protocol}//${url.host}${url.pathname}${url.search}`,
    method: hop.method,
    headers: headersOf(hop),
    httpAgent: agents.http,
    httpsAgent: insecure ? agents.insecure : agents.https,
    signal,
    ...(hop.method !== hop.method.toUpperCase() && { transport: transportFor(hop) }),
    ...(hop.body !== undefined && { data: hop.body }),
  });
  return { status: answer.status, headers: flatten(answer.headers), body: answer.data.toString('utf8') };
}

/** Methods are told apart by case, and both axios and Node write them in capitals: before the head is sent it is put right. */
function transportFor({ method, url }: Hop) {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return {
    request(options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest {
      return Object.assign(send(options, onAnswer), { method });
    },
  };
}

/** axios adds headers of its own where there are none; `false` keeps it from that. */
const DEFAULT_HEADERS = { accept: false, 'accept-encoding': 'identity', 'content-type': false, 'user-agent': 'assay' };

function headersOf(hop: Hop): Record<string, string | boolean> {
  return { ...DEFAULT_HEADERS, ...Object.fromEntries(sentHeaders(hop)) };
}

function flatten(headers: AxiosResponse['headers']): Record<string, string> {
  const flat: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) flat[name.toLowerCase()] = String(value);
  return flat;
}

/** axios with nothing of its own: no redirects, proxies, decoding, transformation or judgement of the status. */
function openClient(bodyLimit: number): AxiosInstance {
  return axios.create({
    adapter: exchangeWithNode,
    allowAbsoluteUrls: true,
    decompress: false,
    maxBodyLength: Infinity,
    maxContentLength: bodyLimit,
    maxRedirects: 0,
    responseType: 'arraybuffer',
    transformRequest: [],
    transformResponse: [],
    validateStatus: null,
  });
}
