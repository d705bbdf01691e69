import type { AnalysisRun, Measurement, Metric } from './analysis-run.ts';
import type { MetricValue } from './metric-value.ts';
import type { Cluster } from './cluster.ts';

/**
 * What a provider brings back. A `value` is judged by the metric's conditions; a `verdict` is already one (a Job
 * that failed, an answer that cannot be read); `pending` is looked at again at `resumeAt`, or when something of
 * it changes. `shown` is the text that becomes `measurement.value`, rendered as Argo renders it.
 */
export type Reading = ReadingTimes &
  (
    | { readonly is: 'value'; readonly result: MetricValue; readonly shown: string; readonly metadata?: Metadata }
    | {
        readonly is: 'verdict';
        readonly phase: 'Successful' | 'Failed' | 'Inconclusive' | 'Error';
        readonly message?: string;
        readonly shown?: string;
        readonly metadata?: Metadata;
      }
    | { readonly is: 'pending'; readonly resumeAt?: Date; readonly message?: string; readonly metadata?: Metadata }
  );

/** When reading began and ended; the engine fills in what is missing. */
interface ReadingTimes {
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
}

export type Metadata = Readonly<Record<string, string>>;

/**
 * One source of metrics. It fetches and renders; only `analysis/` judges. What it throws becomes a measurement
 * of phase Error with the error's message, so messages are written for the users of the metric.
 */
export interface Provider {
  /** The name users see in metrics and logs, as Argo has it: `Prometheus`, `Web`, `Job`. */
  readonly type: string;
  /** Takes a reading of `metric`, whose arguments are all resolved. */
  read(metric: Metric, run: AnalysisRun, context: ProviderContext): Promise<Reading>;
  /** Looks again at a measurement that was pending. Without it a pending measurement stays as it is. */
  resume?(metric: Metric, run: AnalysisRun, measurement: Measurement, context: ProviderContext): Promise<Reading>;
  /** Whether a pending measurement is over already: then it is looked at again before its `resumeAt`. */
  hasEnded?(run: AnalysisRun, measurement: Measurement, context: ProviderContext): Promise<boolean>;
  /** Ends a measurement that is still pending; the reading says how it ended. */
  terminate?(metric: Metric, run: AnalysisRun, measurement: Measurement, context: ProviderContext): Promise<Reading>;
  /** Removes what is left of measurements beyond the newest `keep`. */
  collect?(metric: Metric, run: AnalysisRun, keep: number, context: ProviderContext): Promise<void>;
  /** What goes to `metricResults[].metadata`; asked once, when the metric's result is first made. */
  metadata?(metric: Metric): Metadata | undefined;
}

/** What a provider may use: the run's own cluster, the clock, and what is set for all metrics. */
export interface ProviderContext extends ProviderSettings {
  readonly cluster: Cluster;
  readonly now: () => Date;
}

/** What metrics need not say themselves. */
export interface ProviderSettings {
  /** The Prometheus server of metrics that name none. */
  readonly prometheusAddress?: string;
  /** Credentials for AWS Signature Version 4. @throws AssayError where there are none for `identity` */
  readonly awsCredentials?: (identity: AwsIdentity) => Promise<AwsCredentials>;
}

/** As whom a metric asks to sign; nothing: as the cluster's own role. */
export interface AwsIdentity {
  readonly region: string;
  readonly profile?: string;
  readonly roleArn?: string;
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}
