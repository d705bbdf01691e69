import type { Metric } from '../model/analysis-run.ts';

export type IntOrString = number | string;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;

/** Errors in a row that a metric survives unless it says otherwise. */
export const CONSECUTIVE_ERROR_LIMIT = 4;

/**
 * The integer in an int-or-string field, 0 where it is missing. A string that is not a plain decimal number counts
 * as 0, without complaint; one that does not fit into 64 bits as the nearest that does. Go finds the latter first: it
 * stops reading as soon as the digits are too many, whatever comes after them.
 *
 * @source IntOrString.IntValue of k8s.io/apimachinery, strconv.Atoi
 */
export function integerOf(value: IntOrString | undefined): bigint {
  if (typeof value === 'number') return BigInt(value);
  const [, sign = '', digits = '', rest = ''] = /^([+-]?)([0-9]+)(.*)$/s.exec(value ?? '') ?? [];
  // A megabyte of digits is not made a number: whatever has so many is beyond all bounds.
  const significant = digits.replace(/^0+/, '');
  const size = significant.length > 20 ? UINT64_MAX + 1n : BigInt(significant);
  if (rest !== '' && size <= UINT64_MAX) return 0n;
  const integer = sign === '-' ? -size : size;
  if (integer > INT64_MAX) return INT64_MAX;
  return integer < INT64_MIN ? INT64_MIN : integer;
}

/** The same cut to 32 bits, as counters are compared with it: `"4294967297"` is 1. */
export function int32Of(value: IntOrString | undefined): number {
  if (typeof value === 'number') return value;
  return value === undefined ? 0 : Number(BigInt.asIntN(32, integerOf(value)));
}

/** How many measurements a metric takes; undefined: as many as it takes. */
export function effectiveCount(metric: Metric): IntOrString | undefined {
  if (integerOf(metric.count) !== 0n) return metric.count;
  return hasText(metric.interval) ? undefined : 1;
}

/** Whether `count`, in a metric's result, has reached what the metric asks for. */
export function isCountReached(metric: Metric, count = 0): boolean {
  const wanted = effectiveCount(metric);
  return wanted !== undefined && count >= int32Of(wanted);
}

/** Whether there is a text: an empty one is none. */
export function hasText(text: string | null | undefined): text is string {
  return typeof text === 'string' && text !== '';
}
