/**
 * An amount of a resource. The number is `unscaled` × 10^`scale`; `canonical` is how Go writes it.
 */
export interface Quantity {
  readonly unscaled: bigint;
  readonly scale: number;
  readonly canonical: string;
}

type Format = 'decimal' | 'exponent' | 'binary';

/** A quantity as it was written, taken apart. */
interface Parts {
  readonly text: string;
  readonly sign: bigint;
  /** Without leading zeros, but at least one digit. */
  readonly whole: string;
  readonly fraction: string;
  readonly format: Format;
  /** To the base of ten, or two where the format is binary. */
  readonly exponent: number;
}

const DECIMAL = new Map<string, number>(
  ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].map((suffix, index) => [suffix, 3 * index - 9]),
);
const BINARY = new Map<string, number>(
  ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix, index) => [suffix, 10 * index + 10]),
);
const DECIMAL_SUFFIX = new Map([...DECIMAL].map(([suffix, exponent]) => [exponent, suffix]));
const BINARY_SUFFIX = new Map([...BINARY].map(([suffix, exponent]) => [exponent, suffix]));

const NANO = -9;
const MAX = 2n ** 63n - 1n;

/**
 * Reads a quantity: `500m`, `0.5`, `1Gi`, `1e3`, 134217728.
 *
 * @returns undefined if it is none
 * @source ParseQuantity and CanonicalizeBytes in pkg/api/resource of k8s.io/apimachinery v0.34.5
 */
export function parseQuantity(value: unknown): Quantity | undefined {
  const parts = takeApart(String(value).trim());
  if (parts === undefined) return undefined;
  const exact = amountOf(parts);
  const amount = exact.scale < NANO ? roundUp(exact, NANO) : exact;
  const isCapped = parts.format === 'binary' && isMore(amount, MAX);
  const bounded = isCapped ? { unscaled: MAX, scale: 0 } : amount;
  const signed = { unscaled: parts.sign * bounded.unscaled, scale: bounded.scale };
  return { ...signed, canonical: isKept(parts) ? parts.text : write(signed, parts.format) };
}

/** The quantity, rounded up to thousandths: the API server keeps no smaller parts of resources. */
export function roundUpToMilli(quantity: Quantity): Quantity {
  if (quantity.scale >= -3) return quantity;
  const rounded = roundUp(quantity, -3);
  return { ...rounded, canonical: write(rounded, 'decimal') };
}

function takeApart(text: string): Parts | undefined {
  const match = /^([+-]?)0*(\d*)(?:\.(\d*))?([eEinumkKMGTP]*)([+-]?\d+)?$/.exec(text);
  if (match === null || text === '') return undefined;
  const [, sign, whole = '', fraction = '', letters = '', power = ''] = match;
  const number = { text, sign: sign === '-' ? -1n : 1n, whole: whole === '' ? '0' : whole, fraction };
  const decimal = power === '' ? DECIMAL.get(letters) : undefined;
  if (decimal !== undefined) return { ...number, format: 'decimal', exponent: decimal };
  const binary = power === '' ? BINARY.get(letters) : undefined;
  if (binary !== undefined) return { ...number, format: 'binary', exponent: binary };
  if (!/^[eE]$/.test(letters) || power === '') return undefined;
  return { ...number, format: 'exponent', exponent: Number(power) };
}

interface Amount {
  readonly unscaled: bigint;
  readonly scale: number;
}

function amountOf({ whole, fraction, format, exponent }: Parts): Amount {
  const digits = BigInt(whole + fraction);
  if (format === 'binary') return { unscaled: digits << BigInt(exponent), scale: -fraction.length };
  return { unscaled: digits, scale: exponent - fraction.length };
}

/** Go keeps the text of what it takes for canonical already, such as `1.500`. */
function isKept({ whole, fraction, format, exponent }: Parts): boolean {
  const digits = whole + fraction;
  if (format === 'binary') {
    const precision = 15 - whole.length - Math.trunc((exponent * 3) / 10) - 1;
    return fraction === '' && precision >= 0 && BigInt(whole) % 8n !== 0n;
  }
  const scale = exponent - fraction.length;
  return digits.length <= 18 && scale >= NANO && scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}

function write({ unscaled, scale }: Amount, format: Format): string {
  if (unscaled === 0n) return '0';
  if (format !== 'binary') return writeDecimal({ unscaled, scale }, format);
  const whole = wholeOf({ unscaled, scale });
  if (whole === undefined || (whole > -1024n && whole < 1024n)) return writeDecimal({ unscaled, scale }, 'decimal');
  const { rest, times } = removeFactor(whole, 1024n);
  return `${rest}${BINARY_SUFFIX.get(10 * times) ?? ''}`;
}

/** With an exponent that is a multiple of three. */
function writeDecimal({ unscaled, scale }: Amount, format: Format): string {
  const { rest, times } = removeFactor(unscaled, 10n);
  const exponent = scale + times;
  const excess = ((exponent % 3) + 3) % 3;
  const number = rest * 10n ** BigInt(excess);
  const power = exponent - excess;
  if (format === 'exponent') return power === 0 ? `${number}` : `${number}e${power}`;
  return `${number}${DECIMAL_SUFFIX.get(power) ?? ''}`;
}

function wholeOf({ unscaled, scale }: Amount): bigint | undefined {
  if (scale >= 0) return unscaled * 10n ** BigInt(scale);
  const unit = 10n ** BigInt(-scale);
  return unscaled % unit === 0n ? unscaled / unit : undefined;
}

function removeFactor(value: bigint, factor: bigint): { readonly rest: bigint; readonly times: number } {
  let rest = value;
  let times = 0;
  while (rest !== 0n && rest % factor === 0n) {
    rest /= factor;
    times += 1;
  }
  return { rest, times };
}

/** Away from zero. */
function roundUp({ unscaled, scale }: Amount, to: number): Amount {
  const unit = 10n ** BigInt(to - scale);
  const rest = unscaled % unit;
  const whole = unscaled / unit;
  if (rest === 0n) return { unscaled: whole, scale: to };
  return { unscaled: whole + (unscaled > 0n ? 1n : -1n), scale: to };
}

function isMore({ unscaled, scale }: Amount, limit: bigint): boolean {
  return scale >= 0 ? unscaled * 10n ** BigInt(scale) > limit : unscaled > limit * 10n ** BigInt(-scale);
}
