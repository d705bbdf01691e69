const MANTISSA_BITS = 52n;

/**
 * A float64 with so many digits behind the point, without an exponent, rounded by all of its digits; halves to even.
 * @source strconv.FormatFloat(value, 'f', digits, 64) of Go
 */
export function formatFixed(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(value));
  const raw = bits.getBigUint64(0);
  const exponent = raw >> MANTISSA_BITS;
  const fraction = raw & ((1n << MANTISSA_BITS) - 1n);
  const mantissa = exponent === 0n ? fraction : fraction | (1n << MANTISSA_BITS);
  // The value is mantissa · 2^power.
  const power = (exponent === 0n ? 1n : exponent) - 1075n;
  const scaled = mantissa * 10n ** BigInt(digits);
  const rounded = power >= 0n ? scaled << power : roundedShift(scaled, -power);
  const text = rounded.toString().padStart(digits + 1, '0');
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const point = text.length - digits;
  return `${sign}${text.slice(0, point)}${digits > 0 ? '.' : ''}${text.slice(point)}`;
}

function roundedShift(value: bigint, by: bigint): bigint {
  const [whole, rest, half] = [value >> by, value & ((1n << by) - 1n), 1n << (by - 1n)];
  const isUp = rest > half || (rest === half && (whole & 1n) === 1n);
  return isUp ? whole + 1n : whole;
}
