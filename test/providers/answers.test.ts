import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeByConditions } from '../../lib/analysis/judges/judge-by-conditions.ts';
import { AssayError } from '../../lib/model/errors.ts';
import type { HttpResponse } from '../../lib/model/http.ts';
import type { MetricProvider } from '../../lib/model/metric-provider.ts';
import type { Reading } from '../../lib/model/provider.ts';
import { providerOf } from '../../lib/providers/provider-of.ts';
import { aMeasurement, aMetric } from '../builders.ts';
import { loadVectors } from '../vectors/load.ts';
import type { Exchange } from '../vectors/provider-source.ts';
import { aContext } from './context.ts';

const ADDRESS = 'https://source.example.com';
const SECRET = {
  address: ADDRESS,
  'api-key': 'a',
  'app-key': 'b',
  'personal-api-key': 'c',
  'account-id': '5',
  'source.example.com': 'd',
  authToken: 'e',
  org: 'f',
};
const scope = { scope: 's', region: 'r', step: 60, start: 's', end: 'e' };

const PROVIDERS: readonly MetricProvider[] = [
  { datadog: { apiVersion: 'v1', query: 'q' } },
  { datadog: { apiVersion: 'v2', query: 'q' } },
  { newRelic: { query: 'q' } },
  { wavefront: { address: 'source.example.com', query: 'q' } },
  { cloudWatch: { metricDataQueries: [{ id: 'm1', expression: 'x' }] } },
  { graphite: { address: ADDRESS, query: 'target=a' } },
  { influxdb: { query: 'q' } },
  { skywalking: { address: ADDRESS, query: 'q', interval: '5m' } },
  {
    kayenta: {
      address: ADDRESS,
      application: 'a',
      canaryConfigName: 'cfg',
      metricsAccountName: 'm',
      configurationAccountName: 'c',
      storageAccountName: 's',
      threshold: { pass: 90, marginal: 75 },
      scopes: [{ name: 'd', controlScope: scope, experimentScope: scope }],
    },
  },
];

/** Of CloudWatch: a list, of which JavaScript makes no text. */
const TIME_THAT_IS_NONE = '{"MetricDataResults":[{"Id":"m1","Timestamps":[[{"a":1}]],"Values":[1]}]}';

async function readingsOf(provider: MetricProvider, answer: HttpResponse): Promise<readonly Reading[]> {
  const { provider: source, spec } = await providerOf(aMetric({ provider }));
  const context = aContext({
    fetch: async () => answer,
    secrets: { read: async () => SECRET, variable: () => undefined },
    awsRegion: 'eu-west-1',
    awsCredentials: async () => ({ accessKeyId: 'A', secretAccessKey: 's' }),
  });
  const measurement = aMeasurement({ phase: 'Running', metadata: { canaryExecutionId: 'x' } });
  const resumed = source.resume ? [await source.resume(spec, measurement, context)] : [];
  return [await source.read(spec, context), ...resumed];
}

/** Names of fields that some source has. */
const KEYS =
  'series pointlist data attributes columns name type values errors message actor account nrql results timeseries warnings stats MetricDataResults Values Timestamps Messages Id target datapoints id complete result judgeResult score canaryExecutionId pipelineId __proto__ constructor __type extensions errorClass'.split(
    ' ',
  );
const { document } = fc.letrec<{ document: unknown }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 8, depthSize: 'medium' },
    fc.constantFrom<unknown>(null, true, 0, -0, 5.5, 1e300, '', 'x', 'group', 'number', 'cfg', 'NaN', '5', [], {}),
    fc.array(tie('document'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('document'), { maxKeys: 4 }),
  ),
}));
/** Good answers, of which one part is another. */
const RECORDED = loadVectors('providers', '').flatMap(({ vectors }) => vectors.flatMap((vector) => bodiesIn(vector)));

function bodiesIn(vector: Readonly<Record<string, unknown>>): string[] {
  const steps = (vector['steps'] ?? []) as readonly { readonly exchanges?: readonly Exchange[] }[];
  return steps.flatMap(({ exchanges = [] }) =>
    exchanges.flatMap(({ response }) => {
      const text = response.body ?? JSON.stringify(response.output ?? null);
      return text.startsWith('{') || text.startsWith('[') ? [text] : [];
    }),
  );
}

/** Puts something in the place of the part of that number, counted as JSON.parse comes by them. */
function replacePart(text: string, number: number, part: unknown): string {
  let count = 0;
  const seen = (_key: string, value: unknown) => (count++ === number ? part : value);
  try {
    return JSON.stringify(JSON.parse(text, seen));
  } catch {
    return text;
  }
}

const mutated = fc
  .tuple(fc.nat({ max: RECORDED.length - 1 }), fc.nat({ max: 30 }), document)
  .map(([at, number, part]) => replacePart(RECORDED[at] ?? '', number, part));

const body = fc.oneof(
  { weight: 12, arbitrary: mutated },
  { weight: 8, arbitrary: document.map((value) => JSON.stringify(value)) },
  fc.constantFrom('', '<html>no</html>', '{"data":', '\uFEFF{}', '1e999', '['.repeat(2000), '"\\ud800"'),
);
const status = fc.oneof(
  { weight: 6, arbitrary: fc.constant(200) },
  fc.constantFrom(204, 302, 401, 403, 404, 429, 500, 503),
);

test.each(PROVIDERS.map((provider) => [Object.keys(provider)[0], provider] as const))(
  'whatever %s answers makes a reading, or an error that says why there is none',
  async (_name, provider) => {
    await fc.assert(
      fc.asyncProperty(status, body, async (code, text) => {
        const headers = { 'content-type': 'application/json' };
        const readings = await readingsOf(provider, { status: code, headers, body: text }).catch((error: unknown) => {
          if (error instanceof AssayError) return [];
          throw error;
        });
        for (const reading of readings) {
          if (reading.is !== 'value') continue;
          expect(typeof reading.shown).toBe('string');
          expect(judgeByConditions(reading.result, { successCondition: 'result == 1' }).phase).toMatch(
            /^(Successful|Failed|Error)$/,
          );
        }
      }),
      { numRuns: 600, examples: [[200, TIME_THAT_IS_NONE]] },
    );
  },
);
