import { isAbsent } from '../model/empty.ts';
import { isObject } from '../model/is-object.ts';
import type { MetricValue } from '../model/metric-value.ts';
import { PROVIDER_ROWS, type ProviderField } from '../model/provider-rows.ts';

/** A type that `result` may have, and when it has it. */
export interface ResultOf {
  readonly type: MetricValue['type'] | 'unknown';
  /** Such as `a scalar`; absent where there is no other. */
  readonly when?: string;
}

/** What conditions see, by provider; empty where it judges by itself and conditions are not looked at. */
const RESULTS: Readonly<Record<ProviderField, readonly ResultOf[]>> = {
  prometheus: [
    { type: '[]float64', when: 'a vector: one number a series' },
    { type: 'float64', when: 'a scalar' },
  ],
  kayenta: [],
  web: [
    { type: 'json', when: 'the JSON document, or what jsonPath finds in it' },
    { type: 'string', when: 'an answer that is no JSON' },
  ],
  datadog: [{ type: '*float64', when: 'the newest value; nil where there is none' }],
  wavefront: [
    { type: 'float64', when: 'one series' },
    { type: '[]float64', when: 'several series' },
  ],
  newRelic: [
    { type: 'NRDBResult', when: 'one row' },
    { type: '[]NRDBResult', when: 'several rows' },
  ],
  job: [],
  cloudWatch: [{ type: '[]MetricDataResult' }],
  graphite: [{ type: '[]float64' }],
  influxdb: [{ type: '[]any' }],
  skywalking: [{ type: 'json' }],
  plugin: [{ type: 'unknown', when: 'whatever the plugin gives' }],
};

/** The types that `result` may have for a metric, which may be broken; undefined where no provider is named. */
export function resultsOf(metric: unknown): { provider: string; results: readonly ResultOf[] } | undefined {
  const provider = isObject(metric) ? metric['provider'] : undefined;
  if (!isObject(provider)) return undefined;
  const field = BY_PRECEDENCE.find((each) => !isAbsent(provider[each]));
  return field && { provider: PROVIDER_ROWS[field].type, results: RESULTS[field] };
}

const BY_PRECEDENCE = (Object.keys(RESULTS) as ProviderField[]).toSorted(
  (a, b) => PROVIDER_ROWS[a].precedence - PROVIDER_ROWS[b].precedence,
);
