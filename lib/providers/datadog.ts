import { marshalCompact } from '../expression/go/json.ts';
import { quote } from '../expression/go/strconv.ts';
import type { Value } from '../expression/value.ts';
import { durationMs, parseDuration } from '../model/duration.ts';
import { isEmpty } from '../model/empty.ts';
import { AssayError } from '../model/errors.ts';
import type { HttpRequest, HttpResponse } from '../model/http.ts';
import type { Provider, ProviderContext, ProviderSecrets, Reading } from '../model/provider.ts';
import type { DatadogMetric } from '../model/providers/datadog.ts';
import { aList, anObject, anything, aNumber, aText, readShape, unreadable } from './answer-shape.ts';
import { formatDecimal } from './decimal.ts';
import { parseAddress, withQuery } from './go-url.ts';
import { errorReading, readingOf } from './reading.ts';

const DEFAULT_ADDRESS = 'https://api.datadoghq.com';
const DEFAULT_SECRET = 'datadog';

/** Of groups in metadata; beyond it the lowest and the highest half of so many are shown. */
const MOST_GROUPS = 100;

/**
 * Asks Datadog for the points of a query (v1) or for one number a group (v2).
 *
 * @throws AssayError ASSAY_METRIC_INVALID where Argo cannot make the provider: no keys, queries that contradict each other
 * @source metricproviders/datadog/datadog.go of argoproj/argo-rollouts
 */
export const datadog: Provider<DatadogMetric> = {
  async read(spec, context) {
    const keys = await findKeys(spec, context.secrets);
    const filled = withDefaults(spec);
    const timeoutMs = checked(filled);
    return readingOf(async () => {
      const answer = await context.fetch({ ...requestOf(filled, keys, context), timeoutMs });
      return read(answer, filled.apiVersion);
    });
  },
};

interface Keys {
  readonly address: string;
  readonly apiKey: string;
  readonly appKey: string;
}

/** Named keys are those of one Secret alone; others may be in the environment too. */
async function findKeys({ secretRef = {} }: DatadogMetric, secrets: ProviderSecrets): Promise<Keys> {
  const { name = '', namespaced = false } = secretRef;
  if (namespaced && name === '') throw invalid('secret name is required for namespaced credentials');
  const keys =
    (name === '' ? keysOfEnvironment(secrets) : undefined) ??
    (await keysOfSecret(name || DEFAULT_SECRET, namespaced ? 'run' : 'controller', secrets));
  if (keys && keys.apiKey !== '' && keys.appKey !== '') return keys;
  throw invalid('failed to find the credentials for datadog metrics provider');
}

function keysOfEnvironment(secrets: ProviderSecrets): Keys | undefined {
  const [address, apiKey, appKey] = ['DD_ADDRESS', 'DD_API_KEY', 'DD_APP_KEY'].map((name) => secrets.variable(name));
  return address !== undefined && apiKey && appKey ? { address, apiKey, appKey } : undefined;
}

async function keysOfSecret(name: string, namespace: 'run' | 'controller', secrets: ProviderSecrets) {
  try {
    const values = await secrets.read(name, { namespace });
    const { address = '', 'api-key': apiKey = '', 'app-key': appKey = '' } = values;
    return { address, apiKey, appKey };
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}

/** With what an API server fills in, for runs that never were in one. */
function withDefaults(spec: DatadogMetric): DatadogMetric {
  return {
    ...spec,
    apiVersion: spec.apiVersion ?? 'v1',
    interval: spec.interval || '5m',
    requestTimeout: spec.requestTimeout || '10s',
  };
}

/** @returns the time limit in milliseconds */
function checked({
  query = '',
  queries = {},
  apiVersion,
  formula = '',
  aggregator,
  requestTimeout = '',
}: DatadogMetric) {
  const [hasQuery, count] = [query !== '', Object.keys(queries).length];
  if (!hasQuery && count === 0) throw review('Must have either a query or queries');
  if (hasQuery && count > 0) throw review('Cannot have both a query and queries');
  if (apiVersion === 'v1' && !hasQuery) {
    throw review(
      'Query is empty. API Version v1 only supports using the query parameter in your Analysis Template',
      '',
    );
  }
  if (formula !== '' && count === 0) throw review('Formula are only valid when queries are set');
  if (formula === '' && count > 1) throw review('When multiple queries are provided you must include a formula', '');
  if (apiVersion === 'v1' && !isEmpty(aggregator)) throw review('Aggregator is not supported in v1');
  return timeoutOf(requestTimeout);
}

function timeoutOf(text: string): number {
  const parse = () => {
    try {
      return durationMs(text);
    } catch (error) {
      throw review(`Could not parse the request timeout: ${messageOf(error)}`);
    }
  };
  const ms = parse();
  if (ms <= 0) throw review('Request timeout must be a positive duration (e.g. 30s)');
  return ms;
}

function requestOf(spec: DatadogMetric, { address, apiKey, appKey }: Keys, { now }: ProviderContext): HttpRequest {
  const base = address || DEFAULT_ADDRESS;
  parseAddress(base);
  const to = Math.floor(now().getTime() / 1000);
  const from = to - secondsOf(spec.interval ?? '');
  const headers = [
    ['Content-Type', 'application/json'],
    ['DD-API-KEY', apiKey],
    ['DD-APPLICATION-KEY', appKey],
  ] as const;
  if (spec.apiVersion === 'v1') {
    const parameters = { query: spec.query ?? '', from: String(from), to: String(to) };
    return { url: withQuery(`${base}/api/v1/query`, parameters), headers };
  }
  const url = `${base}${spec.apiVersion === 'v2' ? '/api/v2/query/scalar' : '/api/v1/query'}`;
  return { url: parseAddress(url).href, method: 'POST', headers, body: bodyOf(spec, from, to), repeatable: true };
}

/** Parts of a second do not count. */
function secondsOf(interval: string): number {
  try {
    return Number(parseDuration(interval) / 1_000_000_000n);
  } catch (error) {
    throw unreadable(messageOf(error));
  }
}

function bodyOf(spec: DatadogMetric, from: number, to: number): string {
  const { query = '', queries = {}, formula = '', aggregator } = spec;
  const named = query === '' ? queries : { query };
  const attributes = {
    from: from * 1000,
    to: to * 1000,
    queries: Object.entries(named)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, text]) => ({ aggregator: aggregator || 'last', data_source: 'metrics', name, query: text })),
    formulas: formula === '' ? [] : [{ formula }],
  };
  return JSON.stringify({ data: { attributes, type: 'scalar_request' } });
}

function read({ status, body }: HttpResponse, apiVersion: DatadogMetric['apiVersion']): Reading {
  const kind = status === 401 || status === 403 ? 'authentication error' : 'non 2xx';
  if (status !== 200) return errorReading(`received ${kind} response code: ${status} ${body}`);
  return apiVersion === 'v1' ? readPoints(body) : readColumns(body);
}

const PREFIX = 'Could not parse JSON body: ';

const answerV1 = anObject({ series: aList(anObject({ pointlist: aList(aList(aNumber)) })) });

/** The last point in the first series; there may be newer ones elsewhere. */
function readPoints(body: string): Reading {
  const { series } = readShape(body, answerV1, PREFIX);
  const points = series?.[0]?.pointlist;
  if (!points || points.length === 0) return nothing(marshalCompact(series));
  const [, value, ...others] = points.at(-1) ?? [];
  if (value === undefined || others.length > 0) return errorReading('Datapoint does not have 2 values');
  return { is: 'value', result: { type: 'float64', value }, shown: formatDecimal(value) };
}

const column = anObject({ name: aText, type: aText, values: aList(anything) });
const answerV2 = anObject({
  data: anObject({ attributes: anObject({ columns: aList(column) }), errors: aText }),
});
type Column = ReturnType<typeof column>;

interface Group {
  readonly name: string;
  readonly value: number;
}

function readColumns(body: string): Reading {
  const { attributes, errors } = readShape(body, answerV2, PREFIX).data;
  if (errors !== '') return errorReading(`There were errors in your query: ${errors}`);
  const columns = attributes.columns ?? [];
  const labels = columns.filter(({ type }) => type === 'group');
  const numbers = columns.find(({ type }) => type === '' || type === 'number');
  const found = (numbers?.values ?? []).flatMap((value, at) => {
    if (value === null) return [];
    if (typeof value !== 'number') throw notNumeric(value, numbers?.name ?? '');
    return [{ value, name: labels.length === 0 ? '' : groupName(labels, at) }];
  });
  const [first] = found;
  if (!first) return nothing('[]');
  if (labels.length === 0) {
    return { is: 'value', result: { type: 'float64', value: first.value }, shown: formatDecimal(first.value) };
  }
  const value = found.map((group) => group.value);
  const shown = `[${value.map(formatDecimal).join()}]`;
  return { is: 'value', result: { type: '[]float64', value }, shown, metadata: describeGroups(found) };
}

function groupName(labels: readonly Column[], at: number): string {
  const parts = labels.flatMap(({ values }) => {
    const tags = values?.[at];
    const isReadable = Array.isArray(tags) && tags.length > 0 && tags.every(isTag);
    if (!isReadable) throw unreadable(`could not parse group label at index ${at}`);
    return tags.map((tag: Value) => (typeof tag === 'string' ? tag : ''));
  });
  return parts.join(',');
}

function isTag(value: Value): boolean {
  return typeof value === 'string' || value === null;
}

function describeGroups(groups: readonly Group[]): Readonly<Record<string, string>> {
  const byValue = groups.toSorted((left, right) => left.value - right.value);
  const isShort = groups.length <= MOST_GROUPS;
  const half = MOST_GROUPS / 2;
  const kept = isShort ? groups : [...byValue.slice(0, half), ...byValue.slice(-half)];
  const text = marshalCompact(kept.map(({ name, value }) => ({ name, value })) as Value);
  return isShort ? { groups: text } : { groups: text, groups_truncated: 'true' };
}

/** Argo hands a nil pointer to the conditions. */
function nothing(shown: string): Reading {
  return { is: 'value', result: { type: '*float64', value: null }, shown };
}

function notNumeric(value: Value, name: string): AssayError {
  const text = quote(marshalCompact(value));
  return unreadable(`could not parse numeric value ${text} in column ${quote(name)}: json: cannot unmarshal`);
}

function review(problem: string, advice = ' Please review the Analysis Template.'): AssayError {
  return invalid(`${problem}.${advice}`);
}

function invalid(message: string): AssayError {
  return new AssayError('ASSAY_METRIC_INVALID', message);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
