import { STATUS_CODES } from 'node:http';
import { goJson } from '../expression/go/json-fields.ts';
import { sprint } from '../expression/go/sprint.ts';
import { inputOf } from '../expression/metric-input.ts';
import type { MetricValue } from '../model/metric-value.ts';
import { AssayError } from '../model/errors.ts';
import type { HttpResponse } from '../model/http.ts';
import type { Provider, Reading } from '../model/provider.ts';
import type { InfluxdbMetric } from '../model/providers/influxdb.ts';
import { anObject, aText, readShape, unreadable } from './answer-shape.ts';
import { encodeQuery, parseAddress, withoutEndSlashes } from './go-url.ts';
import { fluxValues } from './influxdb-csv.ts';
import { errorReading, readingOf } from './reading.ts';

const DEFAULT_SECRET = 'influxdb';
const TIMEOUT_MS = 20_000;
const DIALECT = { annotations: ['datatype', 'group', 'default'], delimiter: ',', header: true };

/**
 * Asks InfluxDB 2 (or 1.8) with Flux. Conditions see what all tables have in the column `_value`, one after the other.
 *
 * @throws AssayError ASSAY_METRIC_INVALID where the Secret lacks the address, the token or the organisation
 * @source metricproviders/influxdb/influxdb.go of argoproj/argo-rollouts
 */
export const influxdb: Provider<InfluxdbMetric> = {
  async read({ profile, query = '' }, context) {
    const { address = '', authToken = '', org = '' } = await context.secrets.read(profile || DEFAULT_SECRET);
    if (address === '' || authToken === '' || org === '') {
      throw new AssayError('ASSAY_METRIC_INVALID', 'authToken, org, or address not found');
    }
    return readingOf(async () => {
      const base = parseAddress(address);
      const answer = await context.fetch({
        url: `${base.origin}${withoutEndSlashes(base.pathname)}/api/v2/query?${encodeQuery([['org', org]])}`,
        method: 'POST',
        headers: [
          ['Authorization', `Token ${authToken}`],
          ['Content-Type', 'application/json'],
        ],
        body: goJson({ dialect: DIALECT, query, type: 'flux' }),
        timeoutMs: TIMEOUT_MS,
        repeatable: true,
      });
      return read(answer);
    });
  },
};

function read(answer: HttpResponse): Reading {
  if (answer.status < 200 || answer.status > 299) return errorReading(failureOf(answer));
  const value = fluxValues(answer.body);
  if (value.length === 0) return errorReading('no results returned from flux query');
  const result: MetricValue = { type: '[]any', value };
  return { is: 'value', result, shown: sprint(inputOf(result).result) };
}

const errorShape = anObject({ code: aText, message: aText });

function failureOf({ status, headers, body }: HttpResponse): string {
  const line = `${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim();
  if (type !== 'application/json') {
    return body === '' ? `Unexpected status code ${status}` : `${line}: ${body}`;
  }
  if (body === '') throw unreadable('EOF');
  const { code, message } = readShape(body, errorShape);
  if (code !== '' && message !== '') return `${code}: ${message}`;
  if (code + message !== '') return `Unexpected status code ${status}`;
  if (status === 429) return 'too many requests: exceeded rate limit';
  if (status === 503) return 'unavailable: service temporarily unavailable';
  const told = headers['x-influxdb-error'] ?? '';
  return told === '' ? `Unexpected status code ${status}` : `${line}: ${told}`;
}
