import type { z } from 'zod';
import type { JsonForm } from './json-form.ts';
import type { MetricValue } from './metric-value.ts';

/** What is to be known of a metric provider without asking it. */
export interface ProviderRow {
  /** The name that users see in messages and figures, as Argo has it: `Prometheus`, `skywalking`. */
  readonly type: string;
  /**
   * Where a metric names several providers, the one of the lowest number measures. No two have the same.
   * @source Type in metricproviders/metricproviders.go of argoproj/argo-rollouts
   */
  readonly precedence: number;
  /** The provider's own part of a metric: what it is given to read. */
  readonly schema: z.ZodType;
  /**
   * That part as Argo writes it to JSON, in which it replaces arguments.
   * @source pkg/apis/rollouts/v1alpha1/analysis_types.go of argoproj/argo-rollouts
   */
  readonly json: JsonForm;
  /**
   * Fields of that part that hold a time, by the way to them: `rangeQuery.step`. A `duration` is `1h30m`, an
   * `expression` gives a time: `now() - duration("1h")`.
   */
  readonly times?: Readonly<Record<string, 'duration' | 'expression'>>;
  /** The type of the values that conditions see, where the provider leaves no choice. */
  readonly resultType?: MetricValue['type'];
  /** Whether a measurement keeps a value that the conditions cannot be evaluated for; most of Argo's forget it. */
  readonly showsUnjudged?: true;
  /** What of its metadata such a measurement keeps all the same, where it does not keep its value. */
  readonly keepsMetadata?: readonly string[];
  /** Whether that part is a map in which each entry counts as a provider of its own. */
  readonly isMap?: true;
  /** Fields of that part that hold the URL of what is asked. */
  readonly urls?: readonly string[];
  /** The field of that part that holds the host of what is asked, where it is no URL. */
  readonly hostField?: string;
  /** The field that names an account (a profile, a Secret), by the way to it, and what is meant where none is named. */
  readonly account?: { readonly field: string; readonly byDefault: string };
  /** Where the service is, where metrics do not name it: hosts, as connections have them. */
  readonly hosts?: readonly string[];
  /** A part that any server answers, and that changes nothing; its address is still to be filled in. */
  readonly harmless?: Readonly<Record<string, unknown>>;
  /** It asks no server. */
  readonly asksNobody?: true;
  /** Nothing in lib/providers reads it yet. */
  readonly isUnread?: true;
}
