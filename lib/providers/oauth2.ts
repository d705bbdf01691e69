import { createHash } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { redact } from '../analysis/redact.ts';
import { quote } from '../expression/go/strconv.ts';
import { GoPanic } from '../expression/value.ts';
import type { Authentication } from '../model/authentication.ts';
import { AssayError } from '../model/errors.ts';
import type { HttpRequest, HttpResponse } from '../model/http.ts';
import type { ProviderContext } from '../model/provider.ts';
import { requestFailure } from '../model/request-text.ts';
import { decodeJson } from './json.ts';
import { cut } from '../model/cut.ts';
import { forgetBeyond } from '../model/forget-beyond.ts';

/** Where a token is to be had, and for whom. */
export interface OAuth2 {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
}

/**
 * The OAuth 2 part of a metric's authentication; undefined where there is none.
 * @throws AssayError ASSAY_METRIC_INVALID when it is incomplete
 */
export function readOAuth2({ oauth2 }: Authentication = {}): OAuth2 | undefined {
  const { tokenUrl = '', clientId = '', clientSecret = '', scopes = [] } = oauth2 ?? {};
  if (tokenUrl === '') return undefined;
  if (clientId === '' || clientSecret === '') {
    throw new AssayError('ASSAY_METRIC_INVALID', 'missing mandatory parameter in metric for OAuth2 setup');
  }
  return { tokenUrl, clientId, clientSecret, scopes };
}

/** How a token goes into the form: as basic authentication, or among the parameters. */
type Style = 'header' | 'parameters';

interface Token {
  /** `Bearer eyJ…` */
  readonly authorization: string;
  readonly expiresAtMs: number;
}

/** Go's library takes a token for expired so long before it is. */
const EXPIRY_MARGIN_MS = 10_000;
/** For tokens that name no expiry. */
const DEFAULT_LIFE_MS = 300_000;
const MOST_TOKENS = 256;

/** By a hash of all that may differ, secrets included, so that no secret outlives its use here. */
const tokens = new Map<string, Promise<Token>>();

/** What of a metric's context tokens are asked with. */
export type TokenContext = Pick<ProviderContext, 'fetch' | 'now' | 'run'>;

/** What else requests for a metric carry. */
export interface Preparation {
  /** Done to the request for the token, too. */
  readonly prepare: (request: HttpRequest) => HttpRequest | Promise<HttpRequest>;
  /** All that `prepare` depends on: requests that differ here share no token. */
  readonly variant: unknown;
}

/**
 * Sends a request with a token of the client-credentials flow. Tokens are kept until they expire; where a kept one is
 * answered with 401, the request is sent once more with a new one. The time limit is that of all of it.
 *
 * @throws AssayError ASSAY_METRIC_UNREADABLE in the words of golang.org/x/oauth2, without secrets
 * @source golang.org/x/oauth2/clientcredentials v0.36; in Argo's hands it asks for a token at every measurement
 */
export async function fetchAuthorized(
  request: HttpRequest,
  oauth2: OAuth2,
  context: TokenContext,
  { prepare, variant }: Preparation,
): Promise<HttpResponse> {
  const startMs = context.now().getTime();
  const inTime = (part: HttpRequest): HttpRequest =>
    part.timeoutMs === undefined
      ? part
      : { ...part, timeoutMs: Math.max(part.timeoutMs - (context.now().getTime() - startMs), 1) };
  const send = async (token: Token) =>
    context.fetch(
      await prepare(
        inTime({ ...request, headers: [...(request.headers ?? []), ['Authorization', token.authorization]] }),
      ),
    );
  let isNew = false;
  const fetchToken = async () => {
    isNew = true;
    try {
      return await requestToken(oauth2, context, async (form) => prepare({ ...limitsOf(request), ...form }));
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      const { method = 'GET', url } = request;
      throw new AssayError('ASSAY_METRIC_UNREADABLE', requestFailure(method, url, error.message), { retry: true });
    }
  };

  const parts = [context.run.cluster, oauth2, limitsOf(request).insecure ?? false, variant];
  const key = createHash('sha256').update(JSON.stringify(parts)).digest('base64');
  const answer = await send(await tokenFor(key, context, fetchToken));
  if (answer.status !== 401 || isNew) return answer;
  tokens.delete(key);
  return send(await tokenFor(key, context, fetchToken));
}

/** What of the limits of a request counts for its token too. */
function limitsOf({ timeoutMs, insecure }: HttpRequest): Pick<HttpRequest, 'timeoutMs' | 'insecure'> {
  return { ...(timeoutMs !== undefined && { timeoutMs }), ...(insecure !== undefined && { insecure }) };
}

/** The kept token, or a new one. Those who come while it is being fetched wait for it. */
async function tokenFor(key: string, { now }: TokenContext, fetchToken: () => Promise<Token>): Promise<Token> {
  for (let kept = tokens.get(key); kept; kept = tokens.get(key)) {
    const token = await kept.catch(() => undefined);
    if (token && token.expiresAtMs > now().getTime()) return token;
    if (tokens.get(key) === kept) tokens.delete(key);
  }
  const fetching = fetchToken();
  tokens.set(key, fetching);
  forgetBeyond(MOST_TOKENS, tokens);
  return fetching;
}

/** Tries basic authentication first and then the parameters, since servers differ and do not say. */
async function requestToken(
  oauth2: OAuth2,
  context: TokenContext,
  prepare: (form: Pick<HttpRequest, 'url' | 'method' | 'headers' | 'body'>) => Promise<HttpRequest>,
): Promise<Token> {
  const ask = async (style: Style) => {
    const request = await prepare(tokenForm(oauth2, style));
    return readToken(await context.fetch({ ...request, repeatable: true, secretBody: true }), oauth2, context);
  };
  try {
    return await ask('header');
  } catch (error) {
    const isAnswer = error instanceof AssayError && error.code === 'ASSAY_METRIC_UNREADABLE';
    if (!isAnswer) throw error; // Nobody answered, and nobody would now.
    return ask('parameters');
  }
}

function tokenForm({ tokenUrl, clientId, clientSecret, scopes }: OAuth2, style: Style) {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scopes.length > 0) form.set('scope', scopes.join(' '));
  const headers: [string, string][] = [['Content-Type', 'application/x-www-form-urlencoded']];
  if (style === 'header') {
    const credentials = `${escapeQuery(clientId)}:${escapeQuery(clientSecret)}`;
    headers.push(['Authorization', `Basic ${Buffer.from(credentials).toString('base64')}`]);
  } else {
    form.set('client_id', clientId);
    form.set('client_secret', clientSecret);
  }
  form.sort();
  return { url: tokenUrl, method: 'POST', headers, body: form.toString() } as const;
}

/** As url.QueryEscape of Go. */
function escapeQuery(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1).replaceAll('*', '%2A').replaceAll('%7E', '~');
}

function readToken(answer: HttpResponse, oauth2: OAuth2, { now }: TokenContext): Token {
  const { status, body } = answer;
  const isFailure = status < 200 || status > 299;
  const fields = readFields(answer, isFailure);
  const code = textOf(fields?.['error']);
  if (isFailure || code !== '') {
    const named = [code, textOf(fields?.['error_description']), textOf(fields?.['error_uri'])];
    const text =
      code === ''
        ? `cannot fetch token: ${status} ${STATUS_CODES[status] ?? ''}\nResponse: ${withoutSecrets(body, oauth2)}`
        : named
            .filter((part) => part !== '')
            .map((part) => quote(withoutSecrets(part, oauth2)))
            .join(' ');
    throw unreadable(`oauth2: ${text}`);
  }
  const token = textOf(fields?.['access_token']);
  if (token === '') throw unreadable('oauth2: server response missing access_token');
  const lifeSeconds = Math.min(Number(fields?.['expires_in'] ?? 0) || 0, 2 ** 31 - 1);
  const lifeMs = lifeSeconds === 0 ? DEFAULT_LIFE_MS : lifeSeconds * 1000 - EXPIRY_MARGIN_MS;
  const authorization = `${typeOf(textOf(fields?.['token_type']))} ${token}`;
  return { authorization, expiresAtMs: now().getTime() + lifeMs };
}

/** @throws AssayError for an answer that says neither token nor error in a form that can be read */
function readFields(
  { headers, body }: HttpResponse,
  isFailure: boolean,
): Readonly<Record<string, unknown>> | undefined {
  const [contentType = ''] = (headers['content-type'] ?? '').split(';');
  if (['application/x-www-form-urlencoded', 'text/plain'].includes(contentType.trim().toLowerCase())) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  try {
    const decoded: unknown = decodeJson(body);
    return typeof decoded === 'object' && decoded !== null ? { ...decoded } : {};
  } catch (error) {
    if (isFailure) return undefined;
    throw error instanceof GoPanic ? unreadable(`oauth2: cannot parse json: ${error.message}`) : error;
  }
}

function textOf(field: unknown): string {
  return typeof field === 'string' ? field : '';
}

const TYPES: Readonly<Record<string, string>> = { '': 'Bearer', basic: 'Basic', bearer: 'Bearer', mac: 'MAC' };

function typeOf(type: string): string {
  return TYPES[type.toLowerCase()] ?? type;
}

const LONGEST_ANSWER = 1_000;

/** An answer may repeat what it was asked with. */
function withoutSecrets(text: string, { clientSecret }: OAuth2): string {
  return cut(redact(text, [clientSecret]), LONGEST_ANSWER);
}

function unreadable(message: string): AssayError {
  return new AssayError('ASSAY_METRIC_UNREADABLE', message, { retry: true });
}
