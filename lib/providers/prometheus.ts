import { evaluateTime } from '../expression/evaluate.ts';
import { ExpressionError } from '../expression/error.ts';
import { durationMs } from '../model/duration.ts';
import { AssayError } from '../model/errors.ts';
import type { HttpRequest, HttpResponse } from '../model/http.ts';
import type { Provider, ProviderContext, Reading } from '../model/provider.ts';
import type { PrometheusMetric } from '../model/providers/prometheus.ts';
import { formatDecimal } from './decimal.ts';
import { fetchAuthorized, readOAuth2 } from './oauth2.ts';
import { readAnswer } from './prometheus-answer.ts';
import { preparationOf, readBasicAuth } from './prometheus-authentication.ts';
import { readingOf } from './reading.ts';

const DEFAULT_TIMEOUT_SECONDS = 30;
const NS_PER_S = 1_000_000_000n;

/**
 * Asks a Prometheus server for an instant or a range of time. A scalar gives one number; a vector one number a series;
 * a matrix all numbers of all series, one series after the other.
 *
 * @throws AssayError ASSAY_METRIC_INVALID where Argo cannot make the provider: no address, authentication incomplete,
 *         negative timeout
 * @source metricproviders/prometheus/prometheus.go of argoproj/argo-rollouts
 */
export const prometheus: Provider<PrometheusMetric> = {
  async read(spec, context) {
    const address = addressOf(spec, context);
    const basicAuth = readBasicAuth(spec.authentication);
    const preparation = preparationOf(spec, address, basicAuth, context);
    const oauth2 = readOAuth2(spec.authentication);
    const timeoutMs = timeoutOf(spec);
    const fetch = async (request: HttpRequest) =>
      oauth2
        ? fetchAuthorized(request, oauth2, context, preparation)
        : context.fetch(await preparation.prepare(request));

    return readingOf(async () => {
      const { path, parameters } = spec.rangeQuery
        ? { path: '/api/v1/query_range', parameters: rangeOf(spec.rangeQuery, context.now()) }
        : { path: '/api/v1/query', parameters: { time: formatDecimal(context.now().getTime() / 1000) } };
      const limits = { timeoutMs, insecure: spec.insecure ?? false };
      return readingFrom(await ask(address, path, { query: spec.query ?? '', ...parameters }, limits, fetch));
    });
  },

  metadata({ query }) {
    return query ? { ResolvedPrometheusQuery: query } : undefined;
  },
};

function addressOf(spec: PrometheusMetric, context: ProviderContext): URL {
  const address = spec.address || context.prometheusAddress;
  if (!address) throw new AssayError('ASSAY_METRIC_INVALID', 'prometheus address is not configured');
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#]/i.test(address) || !URL.canParse(address)) {
    throw new AssayError('ASSAY_METRIC_INVALID', 'prometheus address is not is url format');
  }
  return new URL(address);
}

function timeoutOf({ timeout = DEFAULT_TIMEOUT_SECONDS }: PrometheusMetric): number {
  if (timeout < 0) throw new AssayError('ASSAY_METRIC_INVALID', 'prometheus timeout should not be negative');
  return timeout * 1000;
}

/** @throws AssayError ASSAY_METRIC_UNREADABLE in Argo's words */
function rangeOf({ start = '', end = '', step = '' }: NonNullable<PrometheusMetric['rangeQuery']>, now: Date) {
  return { start: timeOf('start', start, now), end: timeOf('end', end, now), step: stepOf(step) };
}

function timeOf(field: string, text: string, now: Date): string {
  try {
    const { instant } = evaluateTime(text, now);
    return formatDecimal(Number(instant / NS_PER_S) + Number(instant % NS_PER_S) / 1e9);
  } catch (error) {
    throw error instanceof ExpressionError ? unparsable(field, 'time', error.goMessage) : error;
  }
}

function stepOf(text: string): string {
  try {
    return formatDecimal(durationMs(text) / 1000);
  } catch (error) {
    throw unparsable('step', 'duration', error instanceof Error ? error.message : String(error));
  }
}

function unparsable(field: string, kind: string, reason: string): AssayError {
  return new AssayError('ASSAY_METRIC_UNREADABLE', `failed to parse rangeQuery.${field} as ${kind}: ${reason}`);
}

/**
 * Asks with POST, since queries may be long, and again with GET where a server (or what stands before it) refuses that.
 * Parameters of the address are sent along.
 */
async function ask(
  address: URL,
  path: string,
  parameters: Readonly<Record<string, string>>,
  limits: Pick<HttpRequest, 'timeoutMs' | 'insecure'>,
  fetch: (request: HttpRequest) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const url = new URL(address);
  url.pathname = `${address.pathname}${path}`.replaceAll(/\/{2,}/g, '/');
  url.hash = '';
  const form = new URLSearchParams(url.searchParams);
  for (const [name, value] of Object.entries(parameters)) form.set(name, value);
  form.sort();

  const headers = [['Content-Type', 'application/x-www-form-urlencoded']] as const;
  const body = form.toString();
  const answer = await fetch({ ...limits, url: url.href, method: 'POST', headers, body, repeatable: true });
  if (answer.status !== 405 && answer.status !== 501) return answer;
  url.search = body;
  return fetch({ ...limits, url: url.href });
}

function readingFrom(answer: HttpResponse): Reading {
  const { result, shown, warnings } = readAnswer(answer);
  if (warnings.length === 0) return { is: 'value', result, shown };
  return { is: 'value', result, shown, metadata: { warnings: warnings.map((text) => `"${text}"`).join(', ') } };
}
