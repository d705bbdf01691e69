import { parseFloat, quote } from '../expression/go/strconv.ts';
import { GoPanic, type Value } from '../expression/value.ts';
import { AssayError } from '../model/errors.ts';
import type { MetricValue } from '../model/metric-value.ts';
import type { HttpResponse } from '../model/http.ts';
import { formatDecimal } from './decimal.ts';
import { marshalCompact } from '../expression/go/json.ts';
import { decodeJson } from './json.ts';

/** What Prometheus answered to a query, as Argo renders it. */
export interface PrometheusAnswer {
  readonly result: MetricValue;
  /** `0.97` for a scalar, `[0.97,1]` for a vector or matrix. */
  readonly shown: string;
  readonly warnings: readonly string[];
}

type Fields = Readonly<Record<string, Value>>;

/**
 * Reads an answer of Prometheus' query API.
 *
 * @throws AssayError ASSAY_METRIC_UNREADABLE in the words of Prometheus' client: `bad_data: invalid parameter …`,
 *         `server_error: server error: 503`. For answers that are no Prometheus' the words are its JSON library's,
 *         which are met where users meet them: pages instead of JSON, and strings as results.
 * @source api/prometheus/v1 of github.com/prometheus/client_golang v1.24
 */
export function readAnswer(answer: HttpResponse): PrometheusAnswer {
  const { data, warnings } = readEnvelope(answer);
  if (data === undefined || data === null) throw unreadable(withContext('Skip: do not know how to skip: 0', '', 0));
  if (!isFields(data)) throw unreadable(`unmarshalerDecoder: ${notAnObject(marshalCompact(data))}`);
  const type = data['resultType'];
  const result = data['result'] ?? null;
  if (type === 'scalar') return { ...readScalar(result), warnings };
  if (type === 'vector') return { ...readList(result, 'model.Vector', valueOf), warnings };
  if (type === 'matrix') return { ...readList(result, 'model.Matrix', valuesOf), warnings };
  const text = JSON.stringify(data);
  const named = typeof type === 'string' ? type : '<ValNone>';
  throw unreadable(withContext(`unmarshalerDecoder: unexpected value type ${quote(named)}`, text, text.length));
}

/** The part that all answers of the API have in common. */
function readEnvelope({ status, body }: HttpResponse): { data: Value | undefined; warnings: readonly string[] } {
  const mayExplain = status === 400 || status === 422;
  if ((status < 200 || status > 299) && !mayExplain) throw unreadable(statusFailure(status));
  if (status === 204) return { data: undefined, warnings: [] };

  const envelope = decode(body);
  if (mayExplain && envelope['status'] === 'success') {
    throw unreadable('bad_response: inconsistent body for response code');
  }
  if (envelope['status'] === 'error') {
    throw unreadable(`${textOf(envelope['errorType'])}: ${textOf(envelope['error'])}`);
  }
  return { data: envelope['data'], warnings: textsOf(envelope['warnings']) };
}

function statusFailure(status: number): string {
  if (status >= 400 && status <= 499) return `client_error: client error: ${status}`;
  if (status >= 500 && status <= 599) return `server_error: server error: ${status}`;
  return `bad_response: bad response code ${status}`;
}

function decode(body: string): Fields {
  const text = body.trimStart();
  if (!text.startsWith('{') && text !== 'null') throw unreadable(`bad_response: ${notAnObject(body)}`);
  try {
    const decoded = decodeJson(body);
    return isFields(decoded) ? decoded : {};
  } catch (error) {
    throw error instanceof GoPanic ? unreadable(`bad_response: ${error.message}`) : error;
  }
}

function readScalar(result: Value): Omit<PrometheusAnswer, 'warnings'> {
  const [at, text]: readonly unknown[] = Array.isArray(result) ? result : [];
  if (typeof at !== 'number' || typeof text !== 'string') {
    throw unreadable('unmarshalerDecoder: scalar must be [timestamp, "value"]');
  }
  const value = numberOf(text, 'error parsing sample value: ');
  return { result: { type: 'float64', value }, shown: formatDecimal(value) };
}

function readList(
  result: Value,
  type: string,
  read: (series: Fields) => readonly number[],
): Omit<PrometheusAnswer, 'warnings'> {
  if (!Array.isArray(result)) throw unreadable(`unmarshalerDecoder: ${type}: decode slice: expect [`);
  const value = result.flatMap((series: Value) => {
    if (series === null) return [];
    if (!isFields(series)) throw unreadable(`unmarshalerDecoder: ${type}: a series must be an object`);
    return read(series);
  });
  return { result: { type: '[]float64', value }, shown: `[${value.map(formatDecimal).join(',')}]` };
}

/** Native histograms have no value and count as 0. */
function valueOf({ value = null }: Fields): readonly number[] {
  return [value === null ? 0 : sampleOf(value, 'model.Vector')];
}

function valuesOf({ values = null }: Fields): readonly number[] {
  if (values === null) return [];
  if (!Array.isArray(values)) throw unreadable('unmarshalerDecoder: model.Matrix: ReadArray: expect [');
  return values.map((pair: Value) => sampleOf(pair, 'model.Matrix'));
}

/** Of `[1435781430.781, "0.97"]`. */
function sampleOf(pair: Value, type: string): number {
  if (!Array.isArray(pair)) throw unreadable(`unmarshalerDecoder: ${type}: a sample must be [timestamp, "value"]`);
  const [at, text]: readonly unknown[] = pair;
  if (text === undefined && type === 'model.Vector') return 0;
  if (typeof at !== 'number') throw unreadable(`unmarshalerDecoder: ${type}: a timestamp must be a number`);
  if (typeof text === 'string') return numberOf(text, `${type}: unmarshalerDecoder: `);
  throw unreadable(`unmarshalerDecoder: ${type}: unmarshalerDecoder: sample value must be a quoted string`);
}

function numberOf(text: string, context: string): number {
  try {
    return parseFloat(text);
  } catch (error) {
    throw error instanceof GoPanic ? unreadable(`unmarshalerDecoder: ${context}${error.message}`) : error;
  }
}

function isFields(value: Value | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(value: Value | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((text: Value) => typeof text === 'string') : [];
}

/** @source readObjectStart of github.com/json-iterator/go v1.1.12 */
function notAnObject(text: string): string {
  const head = text.length - text.trimStart().length;
  const found = text[head] ?? '\u0000';
  return withContext(`readObjectStart: expect { or n, but found ${found}`, text, text === '' ? 0 : head + 1);
}

/** Shows where a text could not be read on. @source ReportError of github.com/json-iterator/go v1.1.12 */
function withContext(message: string, text: string, head: number): string {
  const around = (reach: number) => text.slice(Math.max(head - reach, 0), head + reach);
  const place = head - Math.max(head - 10, 0);
  return `${message}, error found in #${place} byte of ...|${around(10)}|..., bigger context ...|${around(50)}|...`;
}

function unreadable(message: string): AssayError {
  return new AssayError('ASSAY_METRIC_UNREADABLE', message, { retry: true });
}
