/**
 * What plugins of metrics are written against: `import type { Plugin } from 'assay/plugin'`. It needs no other package, so
 * it says again what Assay has in its own words (`lib/model/plugin.ts`); `test/plugins/published-types.test.ts` compares the two.
 */

/**
 * What an ES module exports as `plugin`, or as its default.
 *
 * `read` begins a measurement, and may leave it `pending`; then `resume` looks at it again, and `terminate` ends it before
 * its time. What they throw becomes a measurement of phase Error with the error's message, and so does what is no reading,
 * and what has not come within the time limit.
 *
 * `Spec` is what a metric says under the plugin's name, arguments replaced; nobody has checked it.
 */
export interface Plugin<Spec = unknown> {
  read(spec: Spec, context: PluginContext): Promise<Reading>;
  /** Without it a pending measurement stays as it is. */
  resume?(spec: Spec, measurement: Measurement, context: PluginContext): Promise<Reading>;
  /** The reading says how it ended. Without it nobody looks at the measurement any more. */
  terminate?(spec: Spec, measurement: Measurement, context: PluginContext): Promise<Reading>;
}

/** What a plugin may use, of one measurement. */
export interface PluginContext {
  /** The one way out: with address rules, limits, retries, and at most 100 requests a measurement. */
  readonly fetch: (request: HttpRequest) => Promise<HttpResponse>;
  readonly now: () => Date;
  /** Whose metric it is. */
  readonly run: {
    readonly cluster: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  };
  /** Which measurement it is. What is begun elsewhere under this key is begun once, though a step may be repeated. */
  readonly key: { readonly uid: string; readonly metric: string; readonly number: number };
  /** Secrets of the cluster. Their values are masked wherever they would be shown. */
  readonly secrets: PluginSecrets;
  /** When the run began, as its status has it; undefined before its first write. */
  readonly startedAt?: string | undefined;
  /** The metric's, as it stands. */
  readonly interval?: string | undefined;
  /** Ends with the time of the measurement. */
  readonly signal: AbortSignal;
}

export interface PluginSecrets {
  /**
   * The decoded values of a Secret of the namespace of Argo's controller, or of the run's own. Rejects where there is none,
   * or it may not be read. The values of `plain` keys are no secret.
   */
  read(
    name: string,
    options?: { readonly namespace?: 'controller' | 'run'; readonly plain?: readonly string[] },
  ): Promise<Readonly<Record<string, string>>>;
  /** A variable of the environment of a process that measures for one operator alone (`serve`, `run`). */
  variable(name: string): string | undefined;
}

export interface HttpRequest {
  readonly url: string;
  /** Any token, sent as it stands. Default GET. */
  readonly method?: string;
  /** Names in any case. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
  /** Whole time for connection, redirects, retries and body; default 30,000, at most 60,000. */
  readonly timeoutMs?: number;
  /** Ends it before its time. */
  readonly signal?: AbortSignal;
  /** Accepts any certificate. */
  readonly insecure?: boolean;
  /** True where repeating the request changes nothing, so that it may be retried; default: for GET, HEAD and OPTIONS. */
  readonly repeatable?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A `value` is judged by the metric's conditions; a `verdict` is already one; `pending` is looked at again at `resumeAt`, or
 * after 15 seconds. `shown` is the text that becomes `measurement.value`.
 */
export type Reading =
  | { readonly is: 'value'; readonly result: Value; readonly shown: string; readonly metadata?: Metadata }
  | {
      readonly is: 'verdict';
      readonly phase: 'Successful' | 'Failed' | 'Inconclusive' | 'Error';
      readonly message?: string;
      readonly shown?: string;
      readonly metadata?: Metadata;
    }
  | { readonly is: 'pending'; readonly resumeAt?: Date; readonly message?: string; readonly metadata?: Metadata };

/** What was read, named after the Go type that conditions are checked against. */
export type Value =
  | { readonly type: 'float64'; readonly value: number }
  | { readonly type: '*float64'; readonly value: number | null }
  | { readonly type: '[]float64'; readonly value: readonly number[] | null }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'json'; readonly value: unknown }
  | { readonly type: 'nil'; readonly value: null };

/** At most 10,000 characters. */
export type Metadata = Readonly<Record<string, string>>;

/** A measurement that is under way, as the status of the run has it. */
export interface Measurement {
  readonly phase: 'Pending' | 'Running' | 'Successful' | 'Failed' | 'Error' | 'Inconclusive';
  readonly message?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly value?: string;
  readonly metadata?: Metadata;
  readonly resumeAt?: string;
}
