import { expect } from 'vitest';
import type { AnalysisRun, Metric } from '../../lib/model/analysis-run.ts';
import { type AnalysisCluster, resultOf } from './analysis-cluster.ts';
import { putMetricData } from './servers/aws/metric-data.ts';
import { startGraphite } from './servers/graphite.ts';
import { startInfluxdb } from './servers/influxdb.ts';

/** A run of one metric, created with all others; what it becomes is compared once it is over. */
export interface MetricCase {
  readonly name: string;
  /** `GRAPHITE` and `BUCKET` in it stand for what is known only once the servers run. */
  readonly metric: Omit<Metric, 'name'>;
  readonly phase: string;
  /** What the measurement has beside its times: its value or its message. */
  readonly measurement: { readonly value?: string; readonly message?: unknown };
}

/** Real metric sources, which hold the values that the cases are about. */
export interface MetricSources {
  /** Puts in what a metric has of its own in place of the words that stand for it. */
  locate(metric: Omit<Metric, 'name'>): Metric;
  /** Creates the Secrets that metrics need. */
  createSecrets(cluster: AnalysisCluster): Promise<void>;
  stop(): Promise<void>;
}

/** Where Secrets of metrics are, as if Argo's controller ran there. */
export const SECRETS_NAMESPACE = 'metric-keys';
/** Of what CloudWatch holds. */
export const REGION = 'eu-west-1';

/** Starts InfluxDB and Graphite beside a CloudWatch that runs already, and feeds all three. */
export async function startMetricSources(cloudWatchUrl: string): Promise<MetricSources> {
  const [influxdb, graphite] = await Promise.all([startInfluxdb(), startGraphite()]);
  const stop = async (): Promise<void> => void (await Promise.all([influxdb.stop(), graphite.stop()]));
  try {
    await Promise.all([
      influxdb.write(['requests,service=cart ratio=0.97,hits=21i', 'requests,service=checkout ratio=0.5,hits=8i']),
      graphite.write({ 'shop.cart.ratio': 0.97, 'shop.checkout.ratio': 0.5 }),
      feedCloudWatch(cloudWatchUrl),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    locate(metric) {
      const text = JSON.stringify(metric).replaceAll('GRAPHITE', graphite.url).replaceAll('BUCKET', influxdb.bucket);
      return { name: 'measured', ...(JSON.parse(text) as Omit<Metric, 'name'>) };
    },
    async createSecrets({ plane }) {
      await plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SECRETS_NAMESPACE } });
      const tokens = { influxdb: influxdb.token, 'influxdb-of-others': 'assay:of-others' };
      for (const [name, authToken] of Object.entries(tokens)) {
        const stringData = { address: influxdb.url, authToken, org: 'none' };
        const metadata = { name, namespace: SECRETS_NAMESPACE };
        await plane.apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData });
      }
    },
    stop,
  };
}

async function feedCloudWatch(url: string): Promise<void> {
  const datum = { namespace: 'Shop', metricName: 'Ratio' };
  await putMetricData(url, REGION, [
    { ...datum, service: 'cart', value: 0.97 },
    { ...datum, service: 'checkout', value: 0.5 },
  ]);
}

/** What a run has become: its measurements without their times. */
export function outcomeOf(run: AnalysisRun): object {
  const { measurements = [] } = resultOf(run);
  return {
    phase: run.status?.phase,
    measurements: measurements.map(({ startedAt: _begin, finishedAt: _end, ...measurement }) => measurement),
  };
}

/** What its case says that it becomes. */
export function outcomeWanted({ phase, measurement }: Pick<MetricCase, 'phase' | 'measurement'>): object {
  return { phase, measurements: [{ ...measurement, phase }] };
}

const flux = (filter: string, from = 'BUCKET') => ({
  influxdb: { query: `from(bucket: "${from}") |> range(start: -1h) |> filter(fn: (r) => ${filter})` },
});
const graphite = (target: string) => ({ graphite: { address: 'GRAPHITE', query: `target=${target}&from=-1h` } });
const cloudWatch = (service: string, interval = '30m') => ({
  cloudWatch: {
    interval,
    metricDataQueries: [
      {
        id: 'ratio',
        metricStat: {
          metric: { namespace: 'Shop', metricName: 'Ratio', dimensions: [{ name: 'service', value: service }] },
          period: 60,
          stat: 'Average',
        },
      },
    ],
  },
});
const once = { consecutiveErrorLimit: 0 };
const isGood = 'result[0] >= 0.95';
const isGoodLately = 'result[0].Values[0] >= 0.95';

/** Each source passes a run, fails one, errs, and has no data. */
export const METRIC_CASES: readonly MetricCase[] = [
  {
    name: 'influxdb: a value that passes',
    metric: { successCondition: isGood, provider: flux('r.service == "cart" and r._field == "ratio"') },
    phase: 'Successful',
    measurement: { value: '[0.97]' },
  },
  {
    name: 'influxdb: a value that fails',
    metric: { successCondition: isGood, provider: flux('r.service == "checkout" and r._field == "ratio"') },
    phase: 'Failed',
    measurement: { value: '[0.5]' },
  },
  {
    name: 'influxdb: whole numbers of several tables',
    metric: { successCondition: 'sum(result) == 29', provider: flux('r._field == "hits"') },
    phase: 'Successful',
    measurement: { value: '[21 8]' },
  },
  {
    name: 'influxdb: a bucket that is not there',
    metric: { ...once, successCondition: isGood, provider: flux('true', 'nowhere/autogen') },
    phase: 'Error',
    measurement: { message: '500 Internal Server Error: failed to initialize execute state: no database' },
  },
  {
    name: 'influxdb: a token that it does not know',
    metric: {
      ...once,
      successCondition: isGood,
      provider: { influxdb: { profile: 'influxdb-of-others', query: 'buckets()' } },
    },
    phase: 'Error',
    measurement: { message: 'Unexpected status code 401' },
  },
  {
    name: 'influxdb: no data',
    metric: { ...once, successCondition: isGood, provider: flux('r.service == "nowhere"') },
    phase: 'Error',
    measurement: { message: 'no results returned from flux query' },
  },
  {
    name: 'graphite: a value that passes',
    metric: { successCondition: isGood, provider: graphite('shop.cart.ratio') },
    phase: 'Successful',
    measurement: { value: '[0.970000]' },
  },
  {
    name: 'graphite: a value that fails',
    metric: { successCondition: isGood, provider: graphite('scale(shop.checkout.ratio,1.5)') },
    phase: 'Failed',
    measurement: { value: '[0.750000]' },
  },
  {
    name: 'graphite: a function that it does not know',
    metric: { ...once, successCondition: isGood, provider: graphite('halve(shop.cart.ratio)') },
    phase: 'Error',
    measurement: { message: expect.stringMatching(/^error response: .*unknown function: halve/) },
  },
  {
    name: 'graphite: no such path',
    metric: { ...once, successCondition: isGood, provider: graphite('shop.nowhere.ratio') },
    phase: 'Error',
    measurement: { message: 'no values found' },
  },
  {
    name: 'graphite: no points that are not null, and a condition that asks first',
    metric: {
      successCondition: `len(result) == 0 || ${isGood}`,
      provider: graphite('removeAboveValue(shop.cart.ratio,0)'),
    },
    phase: 'Successful',
    measurement: { value: '[]' },
  },
  {
    name: 'cloudWatch: a value that passes',
    metric: { successCondition: isGoodLately, provider: cloudWatch('cart') },
    phase: 'Successful',
    measurement: { value: '[[0.97]]' },
  },
  {
    name: 'cloudWatch: a value that fails',
    metric: { successCondition: isGoodLately, provider: cloudWatch('checkout') },
    phase: 'Failed',
    measurement: { value: '[[0.5]]' },
  },
  {
    name: 'cloudWatch: a window that ends before it begins',
    metric: { ...once, successCondition: isGoodLately, provider: cloudWatch('cart', '-5m') },
    phase: 'Error',
    measurement: {
      message: expect.stringMatching(
        /^operation error CloudWatch: GetMetricData, https response error StatusCode: 400, RequestID: .*api error ValidationException: The parameter EndTime must be greater than StartTime\.$/,
      ),
    },
  },
  {
    name: 'cloudWatch: no data and a condition that looks at the first value',
    metric: { ...once, successCondition: isGoodLately, provider: cloudWatch('nowhere') },
    phase: 'Error',
    measurement: { value: '[[]]', message: expect.stringMatching(/index out of range/) },
  },
  {
    name: 'cloudWatch: no data and a condition that asks first',
    metric: { successCondition: `len(result[0].Values) == 0 || ${isGoodLately}`, provider: cloudWatch('nowhere') },
    phase: 'Successful',
    measurement: { value: '[[]]' },
  },
];
