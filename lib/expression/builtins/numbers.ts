import { sizeOf } from '../access.ts';
import { atoi, parseFloat } from '../go/strconv.ts';
import { plainInteger, plainNumber, truncate, wrap } from '../integers.ts';
import type { Run } from '../run.ts';
import { GoInt, GoNamedString, GoPanic, goTypeOf, typeText } from '../value.ts';
import type { Value } from '../value.ts';
import { argument } from './builtin.ts';
import type { Builtin } from './builtin.ts';

/** The number of elements of a list or map, or of code points of a string. */
function len(value: Value, run: Run): bigint {
  if (Array.isArray(value)) return BigInt(value.length);
  if (typeof value === 'string') return BigInt(run.bytesOf(value).runeCount);
  if (value instanceof GoNamedString) return BigInt(run.bytesOf(value.text).runeCount);
  const size = sizeOf(value, run);
  if (size === undefined) throw new GoPanic(`invalid argument for len (type ${typeText(value)})`);
  return BigInt(size);
}

/** What `type` says of types without a package. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['bool', 'bool'],
  ['float64', 'float'],
  ['string', 'string'],
  ['slice', 'array'],
  ['array', 'array'],
  ['map', 'map'],
  ['func', 'func'],
  ['struct', 'struct'],
  ...['int', 'int8', 'int16', 'int32', 'int64'].map((kind) => [kind, 'int'] as const),
  ...['uint', 'uint8', 'uint16', 'uint32', 'uint64'].map((kind) => [kind, 'uint'] as const),
]);

function typeName(value: Value): string {
  const type = goTypeOf(value);
  if (type === undefined) return 'nil';
  return type.pkgPath === '' ? (KINDS.get(type.kind) ?? 'unknown') : `${type.pkgPath}.${type.name}`;
}

function abs(value: Value): Value {
  if (typeof value === 'number') return value < 0 ? -value : value;
  const integer = plainInteger(value);
  if (integer === undefined) throw new GoPanic(`invalid argument for abs (type ${typeText(value)})`);
  if (integer >= 0n) return value;
  if (!(value instanceof GoInt)) return wrap(-integer);
  // A signed type's smallest number has no positive counterpart.
  return new GoInt(value.goType, BigInt.asIntN(Number(/\d+$/.exec(value.goType.kind)?.[0] ?? 64), -integer));
}

function rounding(name: string, round: (value: number) => number): Builtin {
  return (args) => {
    const value = argument(args, 0);
    if (typeof value === 'number') return round(value);
    const integer = plainInteger(value);
    if (integer === undefined) throw new GoPanic(`invalid argument for ${name} (type ${typeText(value)})`);
    return Number(integer);
  };
}

/** Half away from zero, the sign of zero kept. */
function roundHalfAway(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}

function int(value: Value): bigint {
  if (typeof value === 'number') return truncate(value);
  if (typeof value === 'bigint') return value;
  if (value instanceof GoInt) return wrap(value.value);
  if (value === null) throw new GoPanic('reflect: call of reflect.Value.Type on zero Value');
  if (typeof value !== 'string') throw new GoPanic(`invalid operation: int(${typeText(value)})`);
  return orPanic(value, () => atoi(value), `invalid operation: int(${value})`);
}

function float(value: Value): number {
  if (typeof value === 'string') return orPanic(value, () => parseFloat(value), `invalid operation: float(${value})`);
  const number = plainNumber(value);
  if (number === undefined) throw new GoPanic(`invalid operation: float(${typeText(value)})`);
  return number;
}

/** Reads a number; if that panics, panics with the text given instead. */
function orPanic<Result>(text: string, read: () => Result, message: string): Result {
  // To word why it is none would take long for nothing.
  if (!/^[\w+.-]*$/.test(text)) throw new GoPanic(message);
  try {
    return read();
  } catch (error) {
    throw error instanceof GoPanic ? new GoPanic(message) : error;
  }
}

/** The integer of any predeclared type that a bit operation takes. */
function bits(value: Value, name: string): bigint {
  const integer = plainInteger(value);
  if (integer !== undefined) return wrap(integer);
  throw new GoPanic(`cannot use ${typeText(value)} as argument (type int) to call ${name}`);
}

function bitwise(name: string, calculate: (left: bigint, right: bigint) => bigint): Builtin {
  return (args) => {
    const left = bits(argument(args, 0), name);
    return wrap(calculate(left, bits(argument(args, 1), name)));
  };
}

/** A shift by 64 or more leaves only the sign, so further counts need not be carried out. */
function shifting(name: string, shift: (value: bigint, count: bigint) => bigint): Builtin {
  return bitwise(name, (value, count) => {
    if (count < 0n) throw new GoPanic(`invalid operation: negative shift count ${count} (type int)`);
    return shift(value, count < 64n ? count : 64n);
  });
}

/** @source builtin/lib.go of expr-lang/expr */
export const NUMBER_BUILTINS: readonly (readonly [string, Builtin])[] = [
  ['len', (args, run) => len(argument(args, 0), run)],
  ['type', (args) => typeName(argument(args, 0))],
  ['abs', (args) => abs(argument(args, 0))],
  ['ceil', rounding('ceil', Math.ceil)],
  ['floor', rounding('floor', Math.floor)],
  ['round', rounding('round', roundHalfAway)],
  ['int', (args) => int(argument(args, 0))],
  ['float', (args) => float(argument(args, 0))],
  ['bitand', bitwise('bitand', (left, right) => left & right)],
  ['bitor', bitwise('bitor', (left, right) => left | right)],
  ['bitxor', bitwise('bitxor', (left, right) => left ^ right)],
  ['bitnand', bitwise('bitnand', (left, right) => left & ~right)],
  ['bitshl', shifting('bitshl', (value, count) => value << count)],
  ['bitshr', shifting('bitshr', (value, count) => value >> count)],
  ['bitushr', shifting('bitushr', (value, count) => BigInt.asUintN(64, value) >> count)],
  ['bitnot', (args) => wrap(~bits(argument(args, 0), 'bitnot'))],
];
