import type { Environment } from './check.ts';
import { ANY, BOOL, FLOAT64, INT64, funcOf } from './go-type.ts';
import { parseFloat, parseInt } from './go/strconv.ts';
import { sprint } from './go/sprint.ts';
import { conversionPanic, plainInteger, plainNumber, truncate, wrap } from './integers.ts';
import { natureOf } from './nature.ts';
import type { Nature } from './nature.ts';
import type { Spending } from './spend.ts';
import { GoFunc, GoInt, GoPanic, typeText } from './value.ts';
import type { Value } from './value.ts';

/** What a condition is evaluated against. */
export interface Input {
  readonly result: Value;
  /** Whether the provider gave nil, a nil list or a nil pointer: what isNil and default() go by. */
  readonly isNil: boolean;
  /** What now() is; without it now() fails. */
  readonly now?: Date | undefined;
}

const AS_INT = funcOf([ANY], [INT64]);
const AS_FLOAT = funcOf([ANY], [FLOAT64]);
const FLOAT_TEST = funcOf([FLOAT64], [BOOL]);
const IS_NIL = funcOf([ANY], [BOOL]);
const DEFAULT = funcOf([ANY, ANY], [ANY]);

const TIME_NAMES = {
  isNaN: new GoFunc(FLOAT_TEST, ([value = null]) => Number.isNaN(floatOf(value))),
  isInf: new GoFunc(FLOAT_TEST, ([value = null]) => Math.abs(floatOf(value)) === Infinity),
};
const FUNCTIONS: Readonly<Record<string, GoFunc>> = {
  ...TIME_NAMES,
  asInt: new GoFunc(AS_INT, ([value = null], meter) => new GoInt(INT64, asInt(value, meter))),
  asFloat: new GoFunc(AS_FLOAT, ([value = null], meter) => asFloat(value, meter)),
};

/** The names that a condition may use, for a result of the nature given. */
export function conditionEnvironment(result: Nature): Environment {
  return new Map<string, Nature>([
    ['result', result],
    ['asInt', natureOf(AS_INT)],
    ['asFloat', natureOf(AS_FLOAT)],
    ['isNaN', natureOf(FLOAT_TEST)],
    ['isInf', natureOf(FLOAT_TEST)],
    ['isNil', natureOf(IS_NIL)],
    ['default', natureOf(DEFAULT)],
  ]);
}

/** The names that the start and end of a range query may use. */
export const TIME_ENVIRONMENT: Environment = new Map<string, Nature>([
  ['isNaN', natureOf(FLOAT_TEST)],
  ['isInf', natureOf(FLOAT_TEST)],
]);

/** The values of a condition's names, of which isNil and default ignore their first argument, as Argo's do. */
export function conditionValues({ result, isNil }: Input): Readonly<Record<string, Value>> {
  return bare({
    ...FUNCTIONS,
    result,
    isNil: new GoFunc(IS_NIL, () => isNil),
    default: new GoFunc(DEFAULT, ([, other = null]) => (isNil ? other : result)),
  });
}

export function timeValues(): Readonly<Record<string, Value>> {
  return bare(TIME_NAMES);
}

/** Without a prototype, so that no name but its own is found in it. */
function bare(values: Record<string, Value>): Readonly<Record<string, Value>> {
  return Object.assign(Object.create(null) as Record<string, Value>, values);
}

function floatOf(value: Value): number {
  if (typeof value !== 'number') throw conversionPanic(value, 'float64');
  return value;
}

/** @source asInt in utils/evaluate of argoproj/argo-rollouts */
function asInt(value: Value, meter: Spending | undefined): bigint {
  if (typeof value === 'number') return truncate(value);
  if (typeof value === 'string') return parseInt(value);
  const integer = plainInteger(value);
  if (integer === undefined) throw notSupported('asInt', value, meter);
  return wrap(integer);
}

function asFloat(value: Value, meter: Spending | undefined): number {
  if (typeof value === 'string') return parseFloat(value);
  const number = plainNumber(value);
  if (number === undefined) throw notSupported('asFloat', value, meter);
  return number;
}

function notSupported(name: string, value: Value, meter: Spending | undefined): GoPanic {
  return new GoPanic(`${name}() not supported on ${typeText(value)} ${sprint(value, meter)}`);
}
