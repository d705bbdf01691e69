import { goJson } from '../expression/go/json-fields.ts';
import { marshalCompact } from '../expression/go/json.ts';
import { atoi } from '../expression/go/strconv.ts';
import { GoPanic, isPlainMap, type Value } from '../expression/value.ts';
import { AssayError } from '../model/errors.ts';
import type { HttpAttempt, HttpRequest, HttpResponse } from '../model/http.ts';
import type { Provider, ProviderContext, ProviderSecrets, Reading } from '../model/provider.ts';
import type { NewRelicMetric } from '../model/providers/new-relic.ts';
import { believedRetryMs } from '../model/retry-after.ts';
import { aList, anObject, anything, aText, readShape, unreadable } from './answer-shape.ts';
import { parseAddress } from './go-url.ts';
import { errorReading, readingOf } from './reading.ts';

const DEFAULT_SECRET = 'newrelic';
const DEFAULT_QUERY_SECONDS = 5;
/** For all tries together. */
const TIMEOUT_MS = 30_000;
const ATTEMPTS = 4;

const DEFAULT_HOST = 'https://api.newrelic.com';
/** Whatever else a Secret says means the United States. */
const HOSTS: ReadonlyMap<string, string> = new Map([
  ['eu', 'https://api.eu.newrelic.com'],
  ['jp', 'https://api.jp.newrelic.com'],
  ['gov', 'https://gov-api.newrelic.com'],
  ['staging', 'https://staging-api.newrelic.com'],
  ['local', 'http://localhost:3000'],
]);

const DOCUMENT = `query (
  $query: Nrql!, 
  $accountId: Int!,
  $timeout: Seconds!
)
{
  actor {
    account(id: $accountId) {
      nrql(query: $query, timeout: $timeout) {
        results
      }
    }
  }
}
`;

/**
 * Asks New Relic with NRQL, through NerdGraph. One row gives a map, several a list of maps; none is an error.
 *
 * What may pass is asked again up to three times, after 1, 2 and 4 seconds or as long as the answer says, all of it within
 * half a minute.
 *
 * @throws AssayError ASSAY_METRIC_INVALID where the Secret does not name an account
 * @source metricproviders/newrelic/newrelic.go of argoproj/argo-rollouts
 */
export const newRelic: Provider<NewRelicMetric> = {
  async read(spec, context) {
    const account = await accountOf(spec, context.secrets);
    const { timeout = DEFAULT_QUERY_SECONDS } = spec;
    if (timeout < 0) throw invalid('timeout value needs to be a positive value');
    return readingOf(() => ask(account, { query: spec.query, timeout }, context));
  },

  metadata({ query }) {
    return query === '' ? undefined : { ResolvedNewRelicQuery: query };
  },
};

interface Account {
  readonly url: string;
  readonly key: string;
  readonly id: bigint;
}

async function accountOf({ profile }: NewRelicMetric, secrets: ProviderSecrets): Promise<Account> {
  const values = await secrets.read(profile || DEFAULT_SECRET, { plain: ['region'] });
  const { 'personal-api-key': key = '', 'account-id': id = '', region = '' } = values;
  const { 'base-url-nerdgraph': base, 'base-url-rest': rest } = values;
  if (key === '' || id === '') throw invalid('account ID or personal API key not found');
  const number = parseId(id);
  if (base === '') throw invalid('nerdgraph base URL can not be empty');
  if (rest === '') throw invalid('rest base URL can not be empty');
  const host = HOSTS.get(region.toLowerCase()) ?? DEFAULT_HOST;
  const url = base ?? (secrets.variable('NEW_RELIC_NERDGRAPH_BASE_URL') || `${host}/graphql`);
  return { url, key, id: number };
}

function parseId(text: string): bigint {
  try {
    return atoi(text);
  } catch (error) {
    if (error instanceof GoPanic) throw invalid(`could not parse account ID: ${error.message}`);
    throw error;
  }
}

async function ask(
  { url, key, id }: Account,
  { query, timeout }: { readonly query: string; readonly timeout: number },
  context: ProviderContext,
): Promise<Reading> {
  const { origin, pathname } = parseAddress(url);
  const address = `${origin}${pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname}`;
  let attempts = 1;
  const request: HttpRequest = {
    url: address.startsWith('null') ? url : address,
    method: 'POST',
    headers: [
      ['Api-Key', key],
      ['Content-Type', 'application/json'],
      ['NewRelic-Requesting-Services', 'newrelic-client-go'],
      ['X-Query-Source-Component-Id', 'newrelic-client-go'],
    ],
    body: bodyOf(query, timeout, id),
    timeoutMs: TIMEOUT_MS,
    repeatAfterMs(attempt) {
      attempts = attempt.count;
      return attempt.count < ATTEMPTS ? retryDelayMs(attempt) : undefined;
    },
  };
  const gaveUp = () => `POST ${url} giving up after ${attempts} attempt(s)`;
  try {
    const answer = await context.fetch(request);
    return read(answer, gaveUp);
  } catch (error) {
    if (!(error instanceof AssayError) || !error.code.startsWith('ASSAY_HTTP_')) throw error;
    throw unreadable(`${gaveUp()}: ${error.words}`);
  }
}

/** Numbers of 64 bits have more digits than JSON.stringify writes. */
function bodyOf(query: string, timeout: number, id: bigint): string {
  const variables = `{"accountId":${id},"query":${goJson(query)},"timeout":${BigInt(timeout)}}`;
  return `{"query":${goJson(DOCUMENT)},"variables":${variables}}`;
}

function retryDelayMs({ count, answer, error }: HttpAttempt): number | undefined {
  const ms = 1000 * 2 ** (count - 1);
  if (answer === undefined) return error instanceof AssayError && error.retry ? ms : undefined;
  if (isPassing(answer.status)) {
    const asked = answer.headers['retry-after'] ?? '';
    return /^\d+$/.test(asked) ? believedRetryMs(Number(asked) * 1000) : ms;
  }
  return passingClass(answer) === undefined ? undefined : ms;
}

function isPassing(status: number): boolean {
  return status === 429 || status === 500 || status > 501;
}

const PASSING_CLASSES = new Set(['TIMEOUT', 'INTERNAL_SERVER_ERROR', 'SERVER_ERROR', 'TOO_MANY_REQUESTS']);

/** Why a good answer says to come back: the class of its first such error. */
function passingClass({ status, body }: HttpResponse): string | undefined {
  if (status !== 200) return undefined;
  try {
    const { errors } = readShape(body, envelope);
    return errors?.map(({ extensions }) => extensions.errorClass).find((name) => PASSING_CLASSES.has(name));
  } catch {
    return undefined;
  }
}

const graphErrors = aList(anObject({ message: aText, extensions: anObject({ errorClass: aText }) }));
const envelope = anObject({ errors: graphErrors });
const answerShape = anObject({
  data: anObject({ actor: anObject({ account: anObject({ nrql: anObject({ results: aList(anything) }) }) }) }),
  errors: graphErrors,
});

function read(answer: HttpResponse, gaveUp: () => string): Reading {
  const { status, body } = answer;
  if (isPassing(status)) return errorReading(gaveUp());
  if (status < 200 || status > 299) return errorReading(failureOf(answer));
  const passing = passingClass(answer);
  if (passing === 'TOO_MANY_REQUESTS') return errorReading(`${gaveUp()}: ${passing}`);
  if (body.trim() === 'null') return errorReading('the answer is null');
  const { data, errors } = readShape(body, answerShape);
  const told = (errors ?? []).map(({ message }) => message);
  if (told.some((text) => text !== '') && !told.some((text) => text.startsWith('This field is deprecated!'))) {
    return errorReading(`${passing === undefined ? '' : 'maximum retries reached: '}${told.join(', ')}`);
  }
  return rowsReading(data.actor.account.nrql.results ?? []);
}

const UNAUTHORIZED = 'Invalid credentials provided. Missing API key or an invalid API key was provided.';

function failureOf({ status, body }: HttpResponse): string {
  if (status === 404) return 'resource not found';
  if (status === 402) return 'Payment Required';
  const told = messagesIn(body);
  if (status === 401 && told !== '') return `401 response returned: ${UNAUTHORIZED}`;
  return told === '' ? `${status} response returned` : `${status} response returned: ${told}`;
}

function messagesIn(body: string): string {
  try {
    return (readShape(body, envelope).errors ?? []).map(({ message }) => message).join(', ');
  } catch {
    return '';
  }
}

type Row = Readonly<Record<string, Value>> | null;

function rowsReading(results: readonly Value[]): Reading {
  const rows = results.map(rowOf);
  const [first = null] = rows;
  if (rows.length < 2 && (first === null || Object.keys(first).length === 0)) {
    return errorReading('no results returned from NRQL query');
  }
  if (rows.length === 1 && first) {
    return { is: 'value', result: { type: 'NRDBResult', value: first }, shown: marshalCompact(first) };
  }
  return { is: 'value', result: { type: '[]NRDBResult', value: rows }, shown: marshalCompact(rows) };
}

function rowOf(row: Value): Row {
  if (row === null) return null;
  if (isPlainMap(row)) return row;
  const kind = Array.isArray(row) ? 'array' : typeof row;
  throw unreadable(`json: cannot unmarshal ${kind} into Go value of type nrdb.NRDBResult`);
}

function invalid(message: string): AssayError {
  return new AssayError('ASSAY_METRIC_INVALID', message);
}
