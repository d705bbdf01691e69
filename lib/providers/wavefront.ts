import { STATUS_CODES } from 'node:http';
import { AssayError } from '../model/errors.ts';
import type { HttpResponse } from '../model/http.ts';
import type { Provider, Reading } from '../model/provider.ts';
import type { WavefrontMetric } from '../model/providers/wavefront.ts';
import { aList, aMap, anInteger, anObject, aNumber, aText, readShape, unreadable } from './answer-shape.ts';
import { formatFixed } from './fixed.ts';
import { encodeQuery } from './go-url.ts';
import { errorReading, readingOf } from './reading.ts';

const SECRET = 'wavefront-api-tokens';

/**
 * Asks Wavefront for the point of each series that is nearest to now. One series gives a number, several a list.
 *
 * @throws AssayError ASSAY_METRIC_INVALID where the Secret has no token for the address
 * @source metricproviders/wavefront/wavefront.go of argoproj/argo-rollouts
 */
export const wavefront: Provider<WavefrontMetric> = {
  async read({ address = '', query = '' }, context) {
    const tokens = new Map(Object.entries(await context.secrets.read(SECRET)));
    const token = tokens.get(address) ?? '';
    // A token goes to the host that it is filed under.
    if (token === '' || !URL.canParse(`https://${address}`)) {
      throw new AssayError('ASSAY_METRIC_INVALID', 'API token not found');
    }
    return readingOf(async () => {
      const seconds = Math.floor(context.now().getTime() / 1000);
      const answer = await context.fetch({
        url: `https://${address}/api/v2/chart/api?${encodeQuery(parametersOf(query, seconds))}`,
        headers: [
          ['Authorization', `Bearer ${token}`],
          ['Accept', 'application/json'],
        ],
      });
      return read(answer, seconds);
    });
  },
};

function parametersOf(query: string, seconds: number): readonly (readonly [string, string])[] {
  const time = String(seconds * 1000);
  const flags = ['autoEvents', 'includeObsoleteMetrics', 'listmode', 'strict'].map((name) => [name, 'false'] as const);
  const window = [
    ['s', time],
    ['e', time],
    ['p', '1'],
    ['g', 's'],
    ['i', 'true'],
  ] as const;
  return [...flags, ...window, ...(query === '' ? [] : [['q', query] as const])];
}

const answerShape = anObject({
  timeseries: aList(anObject({ data: aList(aList(aNumber)), label: aText, host: aText, tags: aMap(aText) })),
  warnings: aText,
  granularity: anInteger,
  stats: aMap(anInteger),
});

function read({ status, body }: HttpResponse, seconds: number): Reading {
  if (status !== 200) {
    const name = STATUS_CODES[status] ?? `status code ${status}`;
    return errorReading(`server returned ${status} ${name}\n${body}\n`);
  }
  const { timeseries, warnings } = readShape(body, answerShape);
  const told = warnings === '' ? {} : { warnings };
  const found = (timeseries ?? []).map(({ data }) => nearest(data ?? [], seconds));
  const [first, ...others] = found;
  if (!first) {
    return {
      ...errorReading('No TimeSeries found in response from Wavefront'),
      ...(warnings !== '' && { metadata: told }),
    };
  }
  const texts = (tell: (point: Nearest) => string) =>
    others.length === 0 ? tell(first) : `[${found.map(tell).join()}]`;
  const metadata = { timestamps: texts(({ time }) => time), drift: texts(({ drift }) => drift), ...told };
  const shown = texts(({ value }) => formatFixed(value, 2));
  if (others.length === 0) return { is: 'value', result: { type: 'float64', value: first.value }, shown, metadata };
  return { is: 'value', result: { type: '[]float64', value: found.map(({ value }) => value) }, shown, metadata };
}

interface Nearest {
  readonly value: number;
  /** Seconds since 1970. */
  readonly time: string;
  /** Seconds from now, negative in the past. */
  readonly drift: string;
}

/** What Go's conversion of infinity to an integer gives: there were no points. */
const NO_DRIFT = '-9223372036854775808';

/** @throws AssayError ASSAY_METRIC_UNREADABLE for a point without a value, of which Argo's controller dies */
function nearest(points: readonly (readonly number[] | null)[], seconds: number): Nearest {
  let best: Nearest & { readonly distance: number } = { value: 0, time: '0', drift: NO_DRIFT, distance: Infinity };
  for (const point of points) {
    const [time, value] = point ?? [];
    if (time === undefined || value === undefined) throw unreadable('a point of the answer has no time or no value');
    const drift = time - seconds;
    if (Math.abs(drift) >= best.distance) continue;
    best = { value, time: wholeText(time), drift: wholeText(drift), distance: Math.abs(drift) };
  }
  return best;
}

function wholeText(value: number): string {
  return BigInt.asIntN(64, BigInt(Math.trunc(value))).toString();
}
