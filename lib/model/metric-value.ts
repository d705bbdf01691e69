/**
 * What a provider read, named after the Go type that Argo's provider hands to the condition: conditions are
 * type-checked against it before they run, so `5` of a scalar and `5` of a JSON page are told apart.
 *
 * - `json` is any JSON document: object, list, number, string, boolean, null; every number is a float64.
 * - In `[]any` (InfluxDB) a bigint is an int64 and a Date a time; what JavaScript has no form for (an unsigned integer, a
 *   duration, bytes, nanoseconds) is a value of the condition language itself.
 * - A row of `[]NRDBResult` may be null.
 * - `null` for a list is a nil slice, for `*float64` a nil pointer.
 *
 * @source metricproviders/* of argoproj/argo-rollouts
 */
export type MetricValue =
  | { readonly type: 'float64'; readonly value: number }
  | { readonly type: '[]float64'; readonly value: readonly number[] | null }
  | { readonly type: 'json'; readonly value: unknown }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'nil'; readonly value: null }
  | { readonly type: '*float64'; readonly value: number | null }
  | { readonly type: '[]any'; readonly value: readonly unknown[] | null }
  | { readonly type: 'NRDBResult'; readonly value: Readonly<Record<string, unknown>> }
  | { readonly type: '[]NRDBResult'; readonly value: readonly (Readonly<Record<string, unknown>> | null)[] | null }
  | { readonly type: '[]MetricDataResult'; readonly value: readonly MetricDataResult[] | null };

/** One series of a CloudWatch answer. */
export interface MetricDataResult {
  readonly Id?: string | null;
  readonly Label?: string | null;
  readonly Messages?: readonly unknown[];
  readonly StatusCode?: string;
  readonly Timestamps?: readonly Date[];
  readonly Values?: readonly number[];
}
