import { firstHop, sentHeaders, type Hop } from '../../lib/http/hop.ts';
import { nextHop } from '../../lib/http/redirect.ts';
import { AssayError } from '../../lib/model/errors.ts';
import type { HttpAttempt, HttpRequest, HttpResponse } from '../../lib/model/http.ts';
import { requestFailure } from '../../lib/model/request-text.ts';

type Json = Readonly<Record<string, unknown>>;

/** One request that Argo's provider made, and what it was answered; see providers/README.md. */
export interface Exchange {
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly input?: Json;
    readonly waitedSeconds?: number;
  };
  readonly response: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly bodyBase64?: string;
    readonly fault?: 'hang' | 'close' | 'cut' | 'hangBody';
    readonly output?: Json;
    readonly errorCode?: string;
    readonly errorMessage?: string;
  };
}

/** A request as ours was sent: the whole of a chain of redirects is in it, one by one. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** Since the answer before, where it was sent again. */
  readonly waitedSeconds: number;
}

const DEAD = /^(?:127\.0\.0\.1:9|.*\.invalid|https|.*\.example\.com)$/;

/** Plays a list of recorded answers as the one HTTP client would hear them: address, headers and redirects are its own. */
export class ProviderSource {
  readonly sent: Sent[] = [];
  readonly #exchanges: Exchange[];

  constructor(exchanges: readonly Exchange[]) {
    this.#exchanges = [...exchanges];
  }

  async fetch(request: HttpRequest): Promise<HttpResponse> {
    const first = firstHop(request);
    let waitedSeconds = 0;
    for (let count = 1; ; count += 1) {
      const attempt = this.#follow(first, request, waitedSeconds);
      const delayMs = request.repeatAfterMs?.({ ...attempt, count });
      if (delayMs !== undefined) waitedSeconds = Math.floor(delayMs / 1000);
      else if (attempt.answer) return attempt.answer;
      else throw attempt.error ?? new Error('neither an answer nor an error');
    }
  }

  #follow(first: Hop, { secretBody }: HttpRequest, waitedSeconds: number): Omit<HttpAttempt, 'count'> {
    const chain: [Hop, ...Hop[]] = [first];
    for (let hop: Hop = first; ;) {
      try {
        const answer = this.#answer(hop, first, hop === first ? waitedSeconds : 0);
        const next = nextHop(
          chain,
          { status: answer.status, location: answer.headers['location'] },
          secretBody ?? false,
        );
        if (!next) return { answer };
        chain.push(next);
        hop = next;
      } catch (error) {
        if (error instanceof AssayError) return { error };
        throw error;
      }
    }
  }

  #answer(hop: Hop, first: Hop, waitedSeconds: number): HttpResponse {
    const fail = (code: 'ASSAY_HTTP_UNREACHABLE' | 'ASSAY_HTTP_TIMEOUT', reason: string) =>
      new AssayError(code, requestFailure(first.method, first.shown, reason), { retry: true });
    if (this.#exchanges.length === 0 && DEAD.test(hop.url.host)) {
      throw fail('ASSAY_HTTP_UNREACHABLE', 'dial tcp: connect: connection refused');
    }
    const { protocol, host, pathname, search } = withoutName(hop.url);
    // Asked before a canary is begun, beyond Argo: that one was begun already in the measurement's name.
    if (pathname === '/canary/executions') return { status: 200, headers: {}, body: '[]' };
    const url = `${protocol}//${host}${pathname}${search}`;
    this.sent.push({ method: hop.method, url, headers: sentHeaders(hop), body: hop.body ?? '', waitedSeconds });
    const exchange = this.#exchanges.shift();
    if (!exchange) throw fail('ASSAY_HTTP_UNREACHABLE', 'no such request was recorded');
    const { response } = exchange;
    if (response.fault === 'close') throw fail('ASSAY_HTTP_UNREACHABLE', 'EOF');
    if (response.fault === 'cut') throw fail('ASSAY_HTTP_UNREACHABLE', 'unexpected EOF');
    if (response.fault !== undefined) throw fail('ASSAY_HTTP_TIMEOUT', 'context deadline exceeded');
    return answerOf(response);
  }
}

/** The name that Assay begins a canary in. */
function withoutName(url: URL): URL {
  return new URL(url.href.replace(/&parentPipelineExecutionId=[^&]*$/, ''));
}

function answerOf(response: Exchange['response']): HttpResponse {
  const { status = 200, headers = {}, body = '', bodyBase64, output, errorCode, errorMessage } = response;
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  if (output !== undefined)
    return { status, headers: lower, body: JSON.stringify(output, asJson10).replaceAll('"-0"', '-0') };
  if (errorCode !== undefined) {
    const error = { __type: errorCode, ...(errorMessage !== undefined && { message: errorMessage }) };
    const withId = { ...lower, 'x-amzn-requestid': '00000000-0000-0000-0000-000000000001' };
    return { status, headers: withId, body: JSON.stringify(error) };
  }
  const text = bodyBase64 === undefined ? body : Buffer.from(bodyBase64, 'base64').toString('utf8');
  return { status, headers: lower, body: text };
}

/** Amazon's JSON has times as seconds, and what JSON has not as texts. */
function asJson10(key: string, value: unknown): unknown {
  if (key === 'Timestamps' && Array.isArray(value)) return value.map((time) => Date.parse(String(time)) / 1000);
  if (typeof value !== 'object' || value === null || !('$float' in value)) return value;
  const { $float: name } = value as { readonly $float: string };
  return name.replace('+Inf', 'Infinity').replace('-Inf', '-Infinity');
}
