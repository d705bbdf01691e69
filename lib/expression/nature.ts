import { ANY, ANY_SLICE, BYTE_SLICE, DURATION, FLOAT64, INT, TIME } from './go-type.ts';
import type { GoKind, GoType } from './go-type.ts';

/**
 * What is known before a run about the value of a node: its type, or that it is nil, or nothing.
 *
 * @source checker/nature of expr-lang/expr
 */
export interface Nature {
  /** Undefined if unknown or nil. */
  readonly type?: GoType;
  readonly isNil?: boolean;
  /** Of lists: the nature of an element, often better known than by the type. Of predicates: that of the result. */
  readonly ref?: Nature;
  /** Whether it is a method, whose first parameter is the receiver. */
  readonly isMethod?: boolean;
  /** The builtin that the name stands for. */
  readonly builtin?: string;
}

export const UNKNOWN: Nature = {};
export const NIL: Nature = { isNil: true };

const INTEGERS: ReadonlySet<string> = new Set([
  'int',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
]);

export function natureOf(type: GoType): Nature {
  let nature = natures.get(type);
  if (nature === undefined) {
    nature = { type };
    natures.set(type, nature);
  }
  return nature;
}
const natures = new Map<GoType, Nature>();

/** The nature of a list made by the language itself, whose elements have the nature given. */
export function listOf(element: Nature): Nature {
  return { type: ANY_SLICE, ref: element };
}

export function kindOf(nature: Nature): GoKind | undefined {
  return nature.type?.kind;
}

export function isUnknown({ type, isNil }: Nature): boolean {
  return type === undefined ? isNil !== true : type === ANY;
}

/** As Go's messages name it. */
export function showNature({ type }: Nature): string {
  return type?.text ?? 'unknown';
}

/** Integers of a predeclared type: a month is none. */
export function isInteger({ type }: Nature): boolean {
  return type !== undefined && type.pkgPath === '' && INTEGERS.has(type.kind);
}

export function isFloat({ type }: Nature): boolean {
  return type === FLOAT64;
}

export function isNumber(nature: Nature): boolean {
  return isInteger(nature) || isFloat(nature);
}

export function isList(nature: Nature): boolean {
  const kind = kindOf(nature);
  return kind === 'slice' || kind === 'array';
}

export const isBool = (nature: Nature): boolean => kindOf(nature) === 'bool';
export const isString = (nature: Nature): boolean => kindOf(nature) === 'string';
export const isTime = (nature: Nature): boolean => nature.type === TIME;
export const isDuration = (nature: Nature): boolean => nature.type === DURATION;
export const isByteSlice = (nature: Nature): boolean => nature.type === BYTE_SLICE;

/** What a pointer points to; anything else unchanged. */
export function dereferenced(nature: Nature): Nature {
  let { type } = nature;
  if (type?.kind !== 'ptr') return nature;
  while (type?.kind === 'ptr') type = type.elem;
  return type === undefined ? UNKNOWN : natureOf(type);
}

/** The nature of what a list, map or pointer holds. */
export function elementOf(nature: Nature): Nature {
  if (isList(nature) && nature.ref !== undefined) return nature.ref;
  const elem = nature.type?.elem;
  return elem === undefined ? UNKNOWN : natureOf(elem);
}

export function keyOf({ type }: Nature): Nature {
  return type?.key === undefined ? UNKNOWN : natureOf(type.key);
}

const NILLABLE: ReadonlySet<GoKind | undefined> = new Set(['ptr', 'interface', 'func', 'map', 'slice']);

/** Whether Go would assign a value of the one type to a variable of the other. */
export function isAssignable(nature: Nature, to: Nature): boolean {
  if (nature.isNil === true && NILLABLE.has(kindOf(to))) return true;
  if (nature.type === undefined || to.type === undefined) return false;
  return isAssignableType(nature.type, to.type);
}

export function isAssignableType(type: GoType, to: GoType): boolean {
  if (type === to || to === ANY) return true;
  // Between a defined type and its unnamed underlying type values pass freely; both must be composite.
  return (type.name === '' || to.name === '') && type.kind === to.kind && hasSameShape(type, to);
}

function hasSameShape(type: GoType, to: GoType): boolean {
  if (type.kind !== 'slice' && type.kind !== 'map') return false;
  return type.elem === to.elem && type.key === to.key;
}

export function isComparable(left: Nature, right: Nature): boolean {
  return (
    isUnknown(left) ||
    isUnknown(right) ||
    left.isNil === true ||
    right.isNil === true ||
    (isNumber(left) && isNumber(right)) ||
    (isDuration(left) && isDuration(right)) ||
    (isTime(left) && isTime(right)) ||
    (isList(left) && isList(right)) ||
    isAssignable(left, right)
  );
}

/** Whether an operator may yet find suitable operands when it runs: at least one is unknown, the other suits. */
export function mayBeCompatible(left: Nature, right: Nature, ...suits: ((nature: Nature) => boolean)[]): boolean {
  if (isUnknown(left)) return isUnknown(right) || suits.some((suit) => suit(right));
  return isUnknown(right) && suits.some((suit) => suit(left));
}

/** Of two numbers: float64 if either is a float, else int. */
export function promoted(left: Nature, right: Nature): Nature {
  return natureOf(isFloat(left) || isFloat(right) ? FLOAT64 : INT);
}
