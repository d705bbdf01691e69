import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../../lib/model/is-object.ts';
import type { Exchange } from '../../vectors/provider-source.ts';
import { type SeenRequest, startSampleService } from './sample-service.ts';

/** A source that answers recorded requests, each once, and no others. */
export interface RecordedSource {
  /** `http://127.0.0.1:PORT`, or https; stands for `$SERVER` of what was recorded. */
  readonly url: string;
  /** What came that was not recorded: the request, and how it differs from the recorded ones. */
  readonly strangers: readonly string[];
  /** The recorded requests that have not come. */
  left(): readonly string[];
  stop(): Promise<void>;
}

/** Texts, addresses and bodies with their times set aside, and these in milliseconds. */
interface Timed {
  readonly text: string;
  readonly timesMs: readonly number[];
}

/** Seconds or milliseconds since 1970 of these decades, and what SkyWalking writes. */
const TIME = /\b1[789]\d{8}(?:000)?\b|\b\d{4}-\d\d-\d\d \d{4}\b/g;
/** What the client sends by itself. */
const OWN_HEADERS = new Set(['host', 'connection', 'user-agent', 'accept-encoding', 'content-length', 'accept']);
const LATE_MS = 120_000;

/**
 * Starts a source that plays `exchanges`. A request must be one of them in method, address, body and headers, none missing
 * and none beyond them; its times may be later than the recorded ones, all by as much, so that the last of them is now.
 * What it is answered is later by the same time.
 */
export async function startRecordedSource(
  exchanges: readonly Exchange[],
  options: { readonly tls?: { readonly key: string; readonly cert: string } } = {},
): Promise<RecordedSource> {
  const service = await startSampleService(options);
  const left = exchanges.map((exchange) => located(exchange, service.url));
  const strangers: string[] = [];
  const answer = (request: SeenRequest) => {
    const seen = `${request.method} ${request.url}`;
    // Asked before a canary is begun, beyond Argo; see test/vectors/provider-source.ts.
    if (request.url.startsWith('/canary/executions?')) return { body: [] };
    const problems: string[] = [];
    for (const [at, { request: recorded, response }] of left.entries()) {
      const compared = compare(recorded, request, service.url);
      if (typeof compared === 'string') {
        problems.push(compared);
        continue;
      }
      left.splice(at, 1);
      const { status = 200, headers = {}, body = '' } = response;
      return { status, headers, body: later(body, compared.laterMs) };
    }
    strangers.push(`${seen}: ${problems.join('; ')}`);
    return { status: 400, body: 'this was not recorded' };
  };
  service.page('*', answer);
  return {
    url: service.url,
    strangers,
    left: () => left.map(({ request: { method, url } }) => `${method} ${url}`),
    stop: () => service.stop(),
  };
}

function located(exchange: Exchange, url: string): Exchange {
  return JSON.parse(JSON.stringify(exchange).replaceAll('$SERVER', url)) as Exchange;
}

/** By how much a request is later than a recorded one, or in what it is another. */
function compare(recorded: Exchange['request'], request: SeenRequest, base: string): string | { laterMs: number } {
  const { method, url, headers = {}, body = '' } = recorded;
  const name = /&parentPipelineExecutionId=([^&]+)$/;
  if (method !== request.method) return `method ${method}`;
  const [wantedUrl, sentUrl] = [timed(url), timed(`${base}${request.url.replace(name, '')}`)];
  if (wantedUrl.text !== sentUrl.text) return `address ${url}`;
  const [wantedBody, sentBody] = [timed(inOrder(body)), timed(inOrder(request.body))];
  if (wantedBody.text !== sentBody.text) return `body ${body}, not ${request.body}`;
  const wanted = Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value] as const);
  const known = new Set(wanted.map(([key]) => key));
  const sent = Object.entries(request.headers).filter(([key]) => known.has(key) || !OWN_HEADERS.has(key));
  if (!isDeepStrictEqual(Object.fromEntries(sent), Object.fromEntries(wanted))) {
    return `headers ${JSON.stringify(headers)}, not ${JSON.stringify(Object.fromEntries(sent))}`;
  }
  return lateness([...wantedUrl.timesMs, ...wantedBody.timesMs], [...sentUrl.timesMs, ...sentBody.timesMs], request.at);
}

function lateness(wanted: readonly number[], sent: readonly number[], at: Date): string | { laterMs: number } {
  if (wanted.length === 0) return { laterMs: 0 };
  const differences = new Set(wanted.map((time, index) => (sent[index] ?? 0) - time));
  const [laterMs = 0] = differences;
  const fromNowMs = at.getTime() - Math.max(...sent);
  if (differences.size === 1 && fromNowMs >= 0 && fromNowMs < LATE_MS) return { laterMs };
  return `times ${wanted.join()}, not ${sent.join()}`;
}

function timed(text: string): Timed {
  const timesMs = [...text.matchAll(TIME)].map(([time]) => {
    if (!time.includes('-')) return Number(time.padEnd(13, '0'));
    return Date.parse(time.replace(/ (\d\d)(\d\d)$/, 'T$1:$2Z'));
  });
  return { text: text.replace(TIME, 'TIME'), timesMs };
}

function later(text: string, laterMs: number): string {
  return text.replace(TIME, (time) => {
    if (time.includes('-')) return time;
    return String(Number(time) + (time.length > 10 ? laterMs : laterMs / 1000));
  });
}

/** JSON with its keys sorted; whatever is none as it is. */
function inOrder(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), (_key, value: unknown) =>
      isObject(value) ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value,
    );
  } catch {
    return body;
  }
}
