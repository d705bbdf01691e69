import { parseFloat, parseInt } from '../expression/go/strconv.ts';
import { sprint } from '../expression/go/sprint.ts';
import { GoPanic, type Value } from '../expression/value.ts';
import { AssayError } from '../model/errors.ts';
import type { HttpResponse } from '../model/http.ts';
import type { Provider, Reading } from '../model/provider.ts';
import type { GraphiteMetric } from '../model/providers/graphite.ts';
import { aList, anObject, anything, aText, readShape, unreadable } from './answer-shape.ts';
import { formatFixed } from './fixed.ts';
import { encodeQuery, hasControl, withoutEndSlashes } from './go-url.ts';
import { errorReading, readingOf } from './reading.ts';

const TIMEOUT_MS = 10_000;

/**
 * Asks Graphite's render API. All points of the first series, without those that are null.
 *
 * @throws AssayError ASSAY_METRIC_INVALID where the address is no URL
 * @source metricproviders/graphite of argoproj/argo-rollouts
 */
export const graphite: Provider<GraphiteMetric> = {
  async read({ address = '', query = '' }, context) {
    const url = addressOf(address);
    return readingOf(async () => {
      const headers = basicAuth(url);
      const target = typeof url === 'string' ? url : `${url.origin}${withoutEndSlashes(url.pathname)}/render`;
      const answer = await context.fetch({
        url: `${target}?${encodeQuery(parametersOf(query))}`,
        timeoutMs: TIMEOUT_MS,
        ...(headers && { headers }),
      });
      return read(answer);
    });
  },
};

/** A text is a path, for want of a scheme: it is asked for all the same, so that the error says so. */
function addressOf(address: string): URL | string {
  const isBroken = address === '' || hasControl(address) || address.includes(' ') || /%(?![0-9a-f]{2})/i.test(address);
  const hasScheme = /^[a-z][a-z0-9+.-]*:/i.test(address);
  if (isBroken || (hasScheme && !URL.canParse(address))) {
    throw new AssayError('ASSAY_METRIC_INVALID', `Graphite address ${address} is not a valid URL`);
  }
  return hasScheme ? new URL(address) : `/${address}/render`;
}

function basicAuth(url: URL | string): readonly (readonly [string, string])[] | undefined {
  if (typeof url === 'string' || (url.username === '' && url.password === '')) return undefined;
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return [['Authorization', `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`]];
}

/**
 * The query as Go's URL parser reads it, once all white space is out: what follows a `#` is cut off, pairs with a
 * semicolon or a broken escape are dropped.
 */
function parametersOf(query: string): readonly (readonly [string, string])[] {
  const [text = ''] = query.replaceAll(/\s/g, '').split('#');
  const pairs = text.split('&').flatMap((pair) => {
    if (pair === '' || pair.includes(';')) return [];
    const at = pair.indexOf('=');
    const [name, value] = at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    const [decodedName, decodedValue] = [unescape(name), unescape(value)];
    return decodedName === undefined || decodedValue === undefined ? [] : [[decodedName, decodedValue] as const];
  });
  return [...pairs.filter(([name]) => name !== 'format'), ['format', 'json']];
}

function unescape(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

const answerShape = aList(anObject({ target: aText, datapoints: aList(aList(anything)) }));

function read({ status, body }: HttpResponse): Reading {
  if (status >= 400) return errorReading(`error response: ${body}`);
  const series = readShape(body, answerShape) ?? [];
  const [points] = series.map(({ datapoints }) => datapoints?.map((point) => valueOf(point ?? [])));
  if (!points || points.length === 0) return errorReading('no values found');
  const value = points.filter((point) => point !== undefined);
  const shown = `[${value.map((each) => formatFixed(each, 6)).join()}]`;
  return { is: 'value', result: { type: '[]float64', value }, shown };
}

/** Of `[value, time]`; undefined for null. The time is read too: one that is none makes the answer unreadable. */
function valueOf(point: readonly Value[]): number | undefined {
  const [value = null, time = null, ...others] = point;
  if (point.length !== 2 || others.length > 0) throw unreadable(`error unmarshaling data point: ${sprint([...point])}`);
  const number = numberOf(value);
  if (typeof time === 'string') inWords(() => parseInt(time));
  else if (typeof time !== 'number' && time !== null) {
    throw unreadable(`error unmarshaling timestamp: ${sprint(value)}`);
  }
  return number;
}

function numberOf(value: Value): number | undefined {
  if (value === null) return undefined;
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return inWords(() => parseFloat(value));
  throw unreadable(`error unmarshaling value: ${sprint(value)}`);
}

function inWords<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof GoPanic ? unreadable(error.message) : error;
  }
}
