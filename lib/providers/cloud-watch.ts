import { sprint } from '../expression/go/sprint.ts';
import { durationMs } from '../model/duration.ts';
import { AssayError } from '../model/errors.ts';
import type { HttpAttempt, HttpRequest, HttpResponse } from '../model/http.ts';
import type { MetricDataResult } from '../model/metric-value.ts';
import type { Provider, ProviderContext, Reading } from '../model/provider.ts';
import type { CloudWatchMetric } from '../model/providers/cloud-watch.ts';
import { aList, anObject, anything, aText, readShape, unreadable } from './answer-shape.ts';
import { signRequest } from './aws-signature.ts';
import { errorReading, readingOf } from './reading.ts';

const TARGET = 'GraniteServiceVersion20100801.GetMetricData';
const OPERATION = 'operation error CloudWatch: GetMetricData';
const TIMEOUT_MS = 30_000;
const ATTEMPTS = 3;
const FIRST_DELAY_MS = 500;

/**
 * Asks Amazon CloudWatch (GetMetricData) for the time from `interval` ago up to now, as the role of the metric's cluster.
 * Conditions see one result a query, its values newest first.
 *
 * @source metricproviders/cloudwatch/cloudwatch.go of argoproj/argo-rollouts
 */
export const cloudWatch: Provider<CloudWatchMetric> = {
  read: (spec, context) =>
    readingOf(async () => {
      const answer = await send(requestOf(spec, context), context);
      return answer.status === 200 ? readResults(answer) : errorReading(failureOf(answer));
    }),
};

async function send(request: HttpRequest, context: ProviderContext): Promise<HttpResponse> {
  const { awsCredentials, awsRegion: region, now } = context;
  if (!awsCredentials || region === undefined) throw unsigned(region);
  const signed = await signRequest(
    request,
    { service: 'monitoring', region, date: now() },
    await awsCredentials({ region }),
  );
  try {
    return await context.fetch(signed);
  } catch (error) {
    if (!(error instanceof AssayError) || !error.code.startsWith('ASSAY_HTTP_')) throw error;
    throw unreadable(`${OPERATION}, request send failed, ${error.words}`);
  }
}

function unsigned(region: string | undefined): AssayError {
  const reason = region === undefined ? 'the settings of the cluster name no region' : 'they give no credentials';
  return new AssayError('ASSAY_METRIC_INVALID', `${OPERATION}, ${reason}`);
}

function requestOf(
  spec: CloudWatchMetric,
  { now, secrets, awsRegion = '', awsEndpoint }: ProviderContext,
): HttpRequest {
  const endMs = now().getTime();
  const input = {
    StartTime: (endMs - backMs(spec.interval || '5m')) / 1000,
    EndTime: endMs / 1000,
    MetricDataQueries: (spec.metricDataQueries ?? []).map(queryOf),
  };
  const given = awsEndpoint ?? secrets.variable('AWS_ENDPOINT_URL_CLOUDWATCH') ?? secrets.variable('AWS_ENDPOINT_URL');
  return {
    url: given ?? `https://${hostOf(awsRegion)}/`,
    method: 'POST',
    headers: [
      ['Content-Type', 'application/x-amz-json-1.0'],
      ['X-Amz-Target', TARGET],
    ],
    body: JSON.stringify(input),
    timeoutMs: TIMEOUT_MS,
    repeatAfterMs: retryDelayMs,
  };
}

function hostOf(region: string): string {
  return `monitoring.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function backMs(interval: string): number {
  try {
    return durationMs(interval);
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error));
  }
}

type Query = NonNullable<CloudWatchMetric['metricDataQueries']>[number];

/** What is not set is not sent, but for what Argo's client always sends. */
function queryOf({ id = '', expression, label, metricStat, period, returnData }: Query) {
  return {
    Id: id,
    Expression: expression,
    Label: label,
    MetricStat: metricStat && {
      Metric: metricOf(metricStat.metric ?? {}),
      Period: secondsOf(metricStat.period ?? 0),
      Stat: metricStat.stat ?? '',
      Unit: metricStat.unit || undefined,
    },
    Period: period === undefined ? undefined : secondsOf(period),
    ReturnData: returnData,
  };
}

type Metric = NonNullable<NonNullable<Query['metricStat']>['metric']>;

function metricOf({ dimensions, metricName = '', namespace }: Metric) {
  return {
    Dimensions: dimensions?.map(({ name = '', value = '' }) => ({ Name: name, Value: value })),
    MetricName: metricName,
    Namespace: namespace,
  };
}

/** A text that is no number is 0, and what is beyond 32 bits is cut to them. */
function secondsOf(period: number | string): number {
  const isNumber = typeof period === 'number' || /^[-+]?\d{1,19}$/.test(period);
  return isNumber ? Number(BigInt.asIntN(32, BigInt(String(period).replace('+', '')))) : 0;
}

/** @source the retryable codes of the AWS SDKs */
const PASSING_CODES: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'InternalServiceFault',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestTimeout',
  'RequestTimeoutException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);

function retryDelayMs({ count, answer, error }: HttpAttempt): number | undefined {
  const passes = answer
    ? (answer.status >= 500 && answer.status !== 501) || PASSING_CODES.has(errorIn(answer).code)
    : error instanceof AssayError && error.retry;
  return passes && count < ATTEMPTS ? FIRST_DELAY_MS * 2 ** (count - 1) : undefined;
}

const errorShape = anObject({ __type: aText, message: aText });

function errorIn({ status, body }: HttpResponse): { readonly code: string; readonly message: string } {
  if (status === 200) return { code: '', message: '' };
  try {
    const { __type: type, message } = readShape(body, errorShape);
    return { code: type.slice(type.lastIndexOf('#') + 1), message };
  } catch (error) {
    if (error instanceof AssayError) return { code: '', message: '' };
    throw error;
  }
}

function failureOf(answer: HttpResponse): string {
  const { code, message } = errorIn(answer);
  const id = answer.headers['x-amzn-requestid'] ?? '';
  const told = code === '' ? answer.body : `api error ${code}: ${message || 'UnknownError'}`;
  return `${OPERATION}, https response error StatusCode: ${answer.status}, RequestID: ${id}, ${told}`;
}

const messageShape = anObject({ code: aText, value: aText });
const answerShape = anObject({
  messages: aList(messageShape),
  metricDataResults: aList(
    anObject({
      id: anything,
      label: anything,
      statusCode: aText,
      messages: aList(messageShape),
      timestamps: aList(timeOf),
      values: aList(numberOf),
    }),
  ),
});

function readResults({ body }: HttpResponse): Reading {
  const { messages, metricDataResults } = readShape(body, answerShape, `${OPERATION}, deserialization failed, `);
  const results = (metricDataResults ?? []).map((result): MetricDataResult => ({
    Id: textOrNull(result.id),
    Label: textOrNull(result.label),
    Messages: (result.messages ?? []).map(({ code, value }) => ({ Code: code, Value: value })),
    StatusCode: result.statusCode,
    Timestamps: result.timestamps ?? [],
    Values: result.values ?? [],
  }));
  const shown = sprint(results.map(({ Values }) => [...(Values ?? [])]));
  const told = (messages ?? []).map(({ code, value }) => (value === '' ? code : `${code}: ${value}`)).join('; ');
  return {
    is: 'value',
    // Argo's client knows no empty list.
    result: { type: '[]MetricDataResult', value: results.length === 0 ? null : results },
    shown,
    ...(told !== '' && { metadata: { messages: told } }),
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Seconds since 1970, or a text. */
function timeOf(value: unknown): Date {
  const time = new Date(typeof value === 'number' ? value * 1000 : typeof value === 'string' ? value : NaN);
  if (Number.isNaN(time.getTime())) throw unreadable(`${JSON.stringify(value)} is no time`);
  return time;
}

/** What JSON has no number for is a text. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return NaN;
  if (value === 'Infinity' || value === '-Infinity') return Number(value);
  throw unreadable(`${JSON.stringify(value)} is no number`);
}
