/**
 * Go's math.Pow, to the last bit for whole exponents; JavaScript's own rounds otherwise.
 *
 * @source math/pow.go, math/log_amd64.s, math/exp_amd64.s of Go
 */
export function power(base: number, exponent: number): number {
  if (exponent === 0 || base === 1) return 1;
  if (exponent === 1) return base;
  if (Number.isNaN(base) || Number.isNaN(exponent)) return Number.NaN;
  if (!Number.isFinite(exponent) && base === -1) return 1;
  // Where a zero or an infinity takes part there is nothing to round.
  if (base === 0 || !Number.isFinite(base) || !Number.isFinite(exponent)) return base ** exponent;
  if (exponent === 0.5) return Math.sqrt(base);
  if (exponent === -0.5) return 1 / Math.sqrt(base);
  return finitePower(base, exponent);
}

function finitePower(base: number, exponent: number): number {
  const size = Math.abs(exponent);
  let whole = Math.trunc(size);
  let fraction = size - whole;
  if (fraction !== 0 && base < 0) return Number.NaN;
  // So large an exponent is even, and nothing but -1 stays finite.
  if (whole >= 2 ** 63) return base === -1 ? 1 : Math.abs(base) < 1 === exponent > 0 ? 0 : Infinity;
  let mantissa = 1;
  if (fraction !== 0) {
    if (fraction > 0.5) {
      fraction--;
      whole++;
    }
    mantissa = exponential(fraction * logarithm(base));
  }
  const scaled = square(base, whole, mantissa);
  return exponent < 0 ? scale(1 / scaled.mantissa, -scaled.exponent) : scale(scaled.mantissa, scaled.exponent);
}

/** Multiplies by base ** whole, bit by bit of the exponent, with the power of two kept apart. */
function square(base: number, whole: number, start: number): { mantissa: number; exponent: number } {
  let mantissa = start;
  let exponent = 0;
  let { fraction: factor, exponent: shift } = split(base);
  for (let rest = BigInt(whole); rest !== 0n; rest >>= 1n) {
    if (shift < -4096 || shift > 4096) {
      // The result overflows or vanishes whatever follows.
      exponent += shift;
      break;
    }
    if ((rest & 1n) === 1n) {
      mantissa *= factor;
      exponent += shift;
    }
    factor *= factor;
    shift *= 2;
    if (factor < 0.5) {
      factor += factor;
      shift--;
    }
  }
  return { mantissa, exponent };
}

const bits = new DataView(new ArrayBuffer(8));

/** Go's math.Frexp of a finite number: a fraction of size [0.5, 1) and a power of two. */
function split(value: number): { fraction: number; exponent: number } {
  const isSmall = Math.abs(value) < 2 ** -1022;
  bits.setFloat64(0, isSmall ? value * 2 ** 52 : value);
  const high = bits.getUint32(0);
  const exponent = ((high >>> 20) & 0x7ff) - 1022 - (isSmall ? 52 : 0);
  bits.setUint32(0, (high & 0x800fffff) | (1022 << 20));
  return { fraction: bits.getFloat64(0), exponent };
}

/** Go's math.Ldexp: fraction * 2 ** exponent, rounded once. */
function scale(fraction: number, exponent: number): number {
  if (fraction === 0 || !Number.isFinite(fraction)) return fraction;
  const { fraction: mantissa, exponent: own } = split(fraction);
  const whole = exponent + own;
  if (whole > 1024) return mantissa < 0 ? -Infinity : Infinity;
  if (whole < -1075) return mantissa < 0 ? -0 : 0;
  if (whole > 1000) return mantissa * 2 ** (whole - 100) * 2 ** 100;
  return whole < -960 ? mantissa * 2 ** (whole + 110) * 2 ** -110 : mantissa * 2 ** whole;
}

/** Go's math.Log of a positive number. */
function logarithm(value: number): number {
  let { fraction, exponent } = split(value);
  if (fraction < Math.SQRT1_2) {
    fraction *= 2;
    exponent--;
  }
  const f = fraction - 1;
  const s = f / (2 + f);
  const s2 = s * s;
  const s4 = s2 * s2;
  const odd =
    s2 * (0.6666666666666735 + s4 * (0.2857142874366239 + s4 * (0.1818357216161805 + s4 * 0.14798198605116586)));
  const even = s4 * (0.3999999999940942 + s4 * (0.22222198432149784 + s4 * 0.15313837699209373));
  const half = 0.5 * f * f;
  const low = exponent * 1.9082149292705877e-10;
  return exponent * 0.6931471803691238 - (half - (s * (half + (odd + even)) + low) - f);
}

const SERIES = [
  0.0001984126984126984, 0.001388888888888889, 0.008333333333333333, 0.041666666666666664, 0.16666666666666666, 0.5, 1,
];

/** Go's math.Exp on a processor with fused multiply-add, for the small arguments that `power` has. */
function exponential(value: number): number {
  const whole = roundEven(value * Math.LOG2E);
  let x = fused(-whole, 0.693147180559663, value);
  x = fused(-whole, 2.8235290563031577e-13, x) * 0.0625;
  let sum = 2.48015873015873e-5;
  for (const term of SERIES) sum = fused(sum, x, term);
  x *= sum;
  x *= x + 2;
  x *= x + 2;
  x *= x + 2;
  return scale(fused(x, x + 2, 1), whole);
}

function roundEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** a * b + c, rounded once but for ties too rare to matter. */
function fused(a: number, b: number, c: number): number {
  const product = a * b;
  const [aHigh, aLow] = halves(a);
  const [bHigh, bLow] = halves(b);
  const productLow = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
  const sum = product + c;
  const part = sum - product;
  return sum + (product - (sum - part) + (c - part) + productLow);
}

function halves(value: number): readonly [high: number, low: number] {
  const spread = 134217729 * value;
  const high = spread - (spread - value);
  return [high, value - high];
}
