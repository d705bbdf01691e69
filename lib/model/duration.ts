const NS_PER_UNIT: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n], // U+00B5, micro sign
  ['μs', 1_000n], // U+03BC, Greek mu
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

const LIMIT = 1n << 63n; // The largest magnitude; only a negative duration reaches it.

/** Go has no limit. Nobody writes longer ones, and a megabyte of digits takes its time. */
const MAX_LENGTH = 10_000;

/**
 * Reads a duration as the CRDs write it: an optional sign, then number–unit pairs without blanks: `90s`, `1h30m`,
 * `-1.5ms`, `0`. Units ns, us, µs, ms, s, m, h.
 *
 * @param   quote  how texts are shown in errors
 * @returns whole nanoseconds (parts of one are cut off), within ±2^63
 * @throws  Error with the words of Go: `time: unknown unit "w" in duration "1w"`
 * @source  time.ParseDuration of Go 1.26
 */
export function parseDuration(text: string, quote: (text: string) => string = quoteText): bigint {
  const invalid = (whole: string) => new Error(`time: invalid duration ${quote(whole)}`);
  const negative = text.startsWith('-');
  let rest = negative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '0') return 0n;
  if (rest === '' || rest.length > MAX_LENGTH) throw invalid(text);

  let total = 0n;
  while (rest !== '') {
    const [whole = '', digits = '', point = '', fraction = ''] = /^([0-9]*)(?:(\.)([0-9]*))?/.exec(rest) ?? [];
    if (digits === '' && fraction === '') throw invalid(text);
    const count = BigInt(digits);
    if (count > LIMIT) throw invalid(text);
    rest = rest.slice(whole.length);
    const [unit = ''] = /^[^.0-9]*/.exec(rest) ?? [];
    if (unit === '') throw new Error(`time: missing unit in duration ${quote(text)}`);
    const unitNs = NS_PER_UNIT.get(unit);
    if (unitNs === undefined) throw new Error(`time: unknown unit ${quote(unit)} in duration ${quote(text)}`);
    rest = rest.slice(unit.length);
    if (count > LIMIT / unitNs) throw invalid(text);
    const part = count * unitNs + (point === '' ? 0n : fractionNs(fraction, unitNs));
    // The sum is taken in 64 bits: twice the limit wraps to nothing, and Go accepts that.
    total = BigInt.asUintN(64, total + part);
    if (part > LIMIT || total > LIMIT) throw invalid(text);
  }
  if (negative) return -total;
  if (total === LIMIT) throw invalid(text);
  return total;
}

/**
 * The fraction of a number, in nanoseconds. Digits beyond 63 bits are left out, and the product is a float64's, so
 * that `0.3333333333333333333h` is `20m0s`, as in Go.
 */
function fractionNs(digits: string, unitNs: bigint): bigint {
  let fraction = 0n;
  let scale = 1;
  for (const digit of digits) {
    if (fraction > (LIMIT - 1n) / 10n) break;
    const longer = fraction * 10n + BigInt(digit);
    if (longer > LIMIT) break;
    fraction = longer;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(fraction) * (Number(unitNs) / scale)));
}

/**
 * The canonical text of a duration: `1h30m0s`, `1.5s`, `2ms`, `0s`.
 *
 * @source time.Duration.String of Go 1.26
 */
export function formatDuration(ns: bigint): string {
  if (ns === 0n) return '0s';
  const sign = ns < 0n ? '-' : '';
  const size = ns < 0n ? -ns : ns;
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 1_000n)}µs`;
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 1_000_000n)}ms`;
  const minutes = size / 60_000_000_000n;
  const seconds = `${decimal(size % 60_000_000_000n, 1_000_000_000n)}s`;
  if (minutes === 0n) return sign + seconds;
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/**
 * A duration in milliseconds, with its fraction: `1.5ms` is 1.5, `-1us` is -0.001.
 *
 * @throws Error, as `parseDuration`
 */
export function durationMs(text: string): number {
  return millisecondsOf(text) ?? Number(parseDuration(text)) / 1e6;
}

const MS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Nearly every duration is one plain number and one unit; those need no 64-bit arithmetic. */
function millisecondsOf(text: string): number | undefined {
  const [, count, unit = ''] = /^([0-9]{1,6})(ms|s|m|h)$/.exec(text) ?? [];
  const unitMs = MS_PER_UNIT[unit];
  return unitMs === undefined ? undefined : Number(count) * unitMs;
}

function decimal(size: bigint, unit: bigint): string {
  const fraction = (unit + (size % unit)).toString().slice(1).replace(/0+$/, '');
  return fraction === '' ? `${size / unit}` : `${size / unit}.${fraction}`;
}

/** Quotes as Go's package time does: what is neither printable nor ASCII appears byte by byte. */
function quoteText(text: string): string {
  let quoted = '';
  for (const char of text.toWellFormed()) {
    if (char === '"' || char === '\\') quoted += `\\${char}`;
    else if (char >= ' ' && char < '\u0080') quoted += char;
    else quoted += bytesOf(char);
  }
  return `"${quoted}"`;
}

function bytesOf(char: string): string {
  if (char < ' ') return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return encodeURIComponent(char).replaceAll('%', '\\x').toLowerCase();
}
