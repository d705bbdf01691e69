import type { Measurement } from './analysis-run.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import type { MeasurementKey } from './measurement-key.ts';
import type { MetricValue } from './metric-value.ts';
import type { PluginSettings } from './plugin-settings.ts';
import type { ObjectRef } from './ref.ts';
import type { RunJobs } from './run-jobs.ts';

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
 *
 * `spec` is its own part of the metric, arguments resolved. Secrets are in it where a measurement is taken, looked at
 * again or ended; for `hasEnded` and `collect` a placeholder stands for each.
 */
export interface Provider<Spec = unknown, Context extends ProviderContext = ProviderContext> {
  /** Takes a reading. */
  read(spec: Spec, context: Context): Promise<Reading>;
  /** Looks again at a measurement that was pending. Without it a pending measurement stays as it is. */
  resume?(spec: Spec, measurement: Measurement, context: Context): Promise<Reading>;
  /** Whether a pending measurement is over already: then it is looked at again before its `resumeAt`. */
  hasEnded?(spec: Spec, measurement: Measurement, context: Context): Promise<boolean>;
  /** Ends a measurement that is still pending; the reading says how it ended. */
  terminate?(spec: Spec, measurement: Measurement, context: Context): Promise<Reading>;
  /** Removes what is left of measurements beyond the newest `keep`. */
  collect?(spec: Spec, keep: number, context: Context): Promise<void>;
  /** What goes to `metricResults[].metadata`; asked once, when the metric's result is first made. */
  metadata?(spec: Spec): Metadata | undefined;
}

/**
 * What a provider may use: a way out, the clock, and what is set for all metrics of the cluster. The cluster itself is
 * not in it: a provider reads no more of it than Secrets by their names.
 */
export interface ProviderContext extends ProviderSettings {
  /** Makes a request as the run's cluster would: `<service>.<namespace>.svc` addresses reach its Services. */
  readonly fetch: (request: HttpRequest) => Promise<HttpResponse>;
  readonly now: () => Date;
  /** Whose metric it is. */
  readonly run: ObjectRef;
  /**
   * The measurement that is taken, or under way. What is begun elsewhere carries it as its name or idempotency token, and
   * is then begun once, though the step that began it may be lost.
   */
  readonly key: MeasurementKey;
  /** Secrets of the cluster that hold what a metric does not say itself. */
  readonly secrets: ProviderSecrets;
  /** When the run began, as its status has it; undefined before its first write. */
  readonly startedAt?: string | undefined;
  /** The metric's, as it stands. */
  readonly interval?: string | undefined;
}

/**
 * What metrics take from Secrets on their own. Whatever is read here is masked in all that is written of the measurement,
 * and goes to no other host than it was sent to.
 */
export interface ProviderSecrets {
  /**
   * The decoded values of a Secret of the namespace of Argo's controller (`ProviderSettings.controllerNamespace`), or of
   * the run's own.
   *
   * @param options.plain  keys whose values are no secret, and would mask common words
   * @throws AssayError where there is none, or it may not be read, in the API server's words
   */
  read(name: string, options?: SecretOptions): Promise<Readonly<Record<string, string>>>;
  /** A variable of the environment of a process that measures for one operator alone (`serve`, `run`). */
  variable(name: string): string | undefined;
}

export interface SecretOptions {
  readonly namespace?: 'controller' | 'run';
  readonly plain?: readonly string[];
}

/** What the Job provider may use, and no other. */
export interface JobContext extends ProviderContext {
  readonly jobs: RunJobs;
}

/** What the provider of plugins may use, and no other: it waits for what is no request. */
export interface PluginsContext extends ProviderContext {
  /**
   * How much of the milliseconds wanted a plugin may take.
   * @throws AssayError ASSAY_STEP_ABORTED where not as much is left of the step's time
   */
  readonly allowMs: (wantedMs: number) => number;
  /** Ends with the step. */
  readonly signal: AbortSignal | undefined;
}

/** What metrics need not say themselves. */
export interface ProviderSettings {
  /** The Prometheus server of metrics that name none. */
  readonly prometheusAddress?: string;
  /** Credentials for AWS Signature Version 4. @throws AssayError where there are none for `identity` */
  /** Region of metrics that ask AWS and name none. */
  readonly awsRegion?: string;
  /** Where CloudWatch is asked, where that is not Amazon's own address: `https://HOST`. */
  readonly awsEndpoint?: string;
  /** Where the Secrets are that metrics refer to without a namespace; default `argo-rollouts`. */
  readonly controllerNamespace?: string;
  /** Credentials that the operator gives to this process, by the names of Argo's controller: `DD_API_KEY`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What serves metrics of plugins, by their names. Operators alone say so. */
  readonly plugins?: PluginSettings;
  /** Loads the module that `plugins` names. @throws AssayError ASSAY_PLUGIN_INVALID where there is none */
  readonly loadPlugin?: (module: string) => Promise<unknown>;
  readonly awsCredentials?: (identity: AwsIdentity) => Promise<AwsCredentials>;
}

/** As whom a metric asks to sign; nothing: as the cluster's own role. */
export interface AwsIdentity {
  readonly region: string;
  readonly profile?: string;
  readonly roleArn?: string;
  /** That the trust policy of the role asks for; of settings alone. */
  readonly externalId?: string;
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}
