import { goJson } from '../expression/go/json-fields.ts';
import { marshalCompact } from '../expression/go/json.ts';
import { durationMs } from '../model/duration.ts';
import { AssayError } from '../model/errors.ts';
import type { HttpResponse } from '../model/http.ts';
import type { Provider, Reading } from '../model/provider.ts';
import type { SkyWalkingMetric } from '../model/providers/sky-walking.ts';
import { aList, anObject, anything, aText, firstDocument, readShape, unreadable } from './answer-shape.ts';
import { parseAddress } from './go-url.ts';
import { errorReading, readingOf } from './reading.ts';

const TIMEOUT_MS = 30_000;
const TYPE = 'application/json; charset=utf-8';

/**
 * Asks SkyWalking by GraphQL, with the last `interval` up to now as `$duration`, in UTC. Conditions see the data of the answer.
 *
 * @throws AssayError ASSAY_METRIC_INVALID where the interval is none
 * @source metricproviders/skywalking/skywalking.go of argoproj/argo-rollouts
 */
export const skyWalking: Provider<SkyWalkingMetric> = {
  async read({ address = '', query = '', interval }, context) {
    const backMs = msOf(interval ?? '5m');
    return readingOf(async () => {
      const now = context.now().getTime();
      const duration = { start: minuteOf(now - backMs), end: minuteOf(now), step: 'MINUTE' };
      const answer = await context.fetch({
        url: parseAddress(`${address}/graphql`).href,
        method: 'POST',
        headers: [
          ['Content-Type', TYPE],
          ['Accept', TYPE],
        ],
        body: `${goJson({ query, variables: { duration } })}\n`,
        timeoutMs: TIMEOUT_MS,
        repeatable: true,
      });
      return read(answer);
    });
  },
};

function msOf(interval: string): number {
  try {
    return durationMs(interval);
  } catch (error) {
    throw new AssayError('ASSAY_METRIC_INVALID', error instanceof Error ? error.message : String(error));
  }
}

/** `2026-03-04 0506` */
function minuteOf(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace(':', '').slice(0, 15);
}

const answerShape = anObject({ data: anything, errors: aList(anObject({ message: aText })) });

/** Whatever its status: an answer is what it says. */
function read({ body }: HttpResponse): Reading {
  const { data, errors } = readShape(documentOf(body), answerShape, PREFIX);
  const [error] = errors ?? [];
  if (error) return errorReading(`graphql: ${error.message}`);
  if (data === null) return errorReading('no results returned from SkyWalking query');
  return { is: 'value', result: { type: 'json', value: data }, shown: marshalCompact(data) };
}

const PREFIX = 'decoding response: ';

function documentOf(body: string): string {
  try {
    return firstDocument(body);
  } catch (error) {
    throw error instanceof AssayError ? unreadable(`${PREFIX}${error.words}`) : error;
  }
}
