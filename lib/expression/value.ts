import { ANY_SLICE, BOOL, FLOAT64, INT, INT_SLICE, STRING, STRING_MAP } from './go-type.ts';
import type { GoType } from './go-type.ts';
import type { Spending } from './spend.ts';

/**
 * A value of the condition language, each one of the Go value that Argo would have in its place.
 *
 * | Go                         | here |
 * | -------------------------- | ---- |
 * | nil                        | `null` |
 * | bool, float64              | `boolean`, `number` |
 * | int                        | `bigint`, always within 64 bits |
 * | any other integer type     | `GoInt` |
 * | a string of a defined type | `GoNamedString` |
 * | string                     | `string`; a byte that is no part of valid UTF-8 is a lone surrogate U+DC80–U+DCFF |
 * | []any (not nil)            | an array |
 * | any other slice or array   | `GoSlice`, and its kind `GoRange` |
 * | map[string]any             | an object; only its own properties count, so a decoded JSON document serves as it is |
 * | any other map              | `GoMap` |
 * | struct, pointer, func      | `GoStruct`, `GoPointer`, `GoFunc` |
 * | time.Time, time.Duration, *time.Location | the classes of go/time.ts, which extend GoObject |
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | GoObject
  | readonly Value[]
  | { readonly [key: string]: Value };

/** A value that JavaScript's own types cannot tell apart; it carries its Go type. */
export abstract class GoObject {
  abstract readonly goType: GoType;
}

/** An integer that is not a plain int: int64, uint8, time.Month. `value` lies within the type's range. */
export class GoInt extends GoObject {
  readonly goType: GoType;
  readonly value: bigint;

  constructor(goType: GoType, value: bigint) {
    super();
    this.goType = goType;
    this.value = value;
  }
}

/** A slice or array that is not a plain []any. `items` is null for a nil slice, also for a nil []any. */
export class GoSlice extends GoObject {
  readonly goType: GoType;
  readonly #items: readonly Value[] | null;

  constructor(goType: GoType, items: readonly Value[] | null) {
    super();
    this.goType = goType;
    this.#items = items;
  }

  get items(): readonly Value[] | null {
    return this.#items;
  }
}

/** Sums of these and of any index are exact as JavaScript's numbers. */
const SMALL = 2n ** 52n;

/** The []int that `first..last` makes, whose elements exist only once somebody asks for `items`. */
export class GoRange extends GoSlice {
  readonly first: bigint;
  readonly length: number;
  readonly #firstNumber: number | undefined;
  #built: readonly Value[] | undefined;

  constructor(first: bigint, length: number) {
    super(INT_SLICE, null);
    this.first = first;
    this.length = length;
    // One conversion is twice as fast as a conversion and a sum of bigints.
    this.#firstNumber = first >= -SMALL && first <= SMALL ? Number(first) : undefined;
  }

  override get items(): readonly Value[] {
    this.#built ??= Array.from({ length: this.length }, (_, index) => this.at(index));
    return this.#built;
  }

  at(index: number): bigint {
    return this.#firstNumber === undefined ? this.first + BigInt(index) : BigInt(this.#firstNumber + index);
  }
}

/** A string of a defined type, such as the StatusCode of CloudWatch; no operator takes it for a string. */
export class GoNamedString extends GoObject {
  readonly goType: GoType;
  readonly text: string;

  constructor(goType: GoType, text: string) {
    super();
    this.goType = goType;
    this.text = text;
  }
}

/**
 * A map that is not a plain map[string]any. `entries` is keyed by hashKey (hash.ts) of the Go key, so that 1 and 1.0
 * stay apart; each entry keeps the key itself. A NaN key has an entry of its own that nothing finds, as in Go.
 */
export class GoMap extends GoObject {
  readonly goType: GoType;
  readonly entries: ReadonlyMap<unknown, readonly [key: Value, value: Value]>;

  constructor(goType: GoType, entries: ReadonlyMap<unknown, readonly [key: Value, value: Value]>) {
    super();
    this.goType = goType;
    this.entries = entries;
  }
}

/** A struct other than time.Time. Every exported field of its type is present, in order of declaration. */
export class GoStruct extends GoObject {
  readonly goType: GoType;
  readonly fields: ReadonlyMap<string, Value>;

  constructor(goType: GoType, fields: ReadonlyMap<string, Value>) {
    super();
    this.goType = goType;
    this.fields = fields;
  }
}

/** A pointer other than *time.Location; `target` is null for a nil pointer. */
export class GoPointer extends GoObject {
  readonly goType: GoType;
  readonly target: Value;

  constructor(goType: GoType, target: Value) {
    super();
    this.goType = goType;
    this.target = target;
  }
}

/** A function, or a method bound to its receiver. `call` throws a GoPanic where the Go function panics. */
export class GoFunc extends GoObject {
  readonly goType: GoType;
  readonly call: (args: readonly Value[], meter?: Spending) => Value;

  constructor(goType: GoType, call: (args: readonly Value[], meter?: Spending) => Value) {
    super();
    this.goType = goType;
    this.call = call;
  }
}

/** What Go code does when it panics or returns an error while a condition runs; `message` is Go's text, bare. */
export class GoPanic extends Error {
  override readonly name = 'GoPanic';
}

/** The type of a value as reflect.TypeOf sees it; undefined for nil. */
export function goTypeOf(value: Value): GoType | undefined {
  switch (typeof value) {
    case 'boolean':
      return BOOL;
    case 'number':
      return FLOAT64;
    case 'bigint':
      return INT;
    case 'string':
      return STRING;
    default:
      if (value === null) return undefined;
      if (value instanceof GoObject) return value.goType;
      return Array.isArray(value) ? ANY_SLICE : STRING_MAP;
  }
}

/** What `%T` prints of a value. */
export function typeText(value: Value): string {
  return goTypeOf(value)?.text ?? '<nil>';
}

/** Whether a value is an object that stands for a map[string]any. */
export function isPlainMap(value: Value): value is { readonly [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof GoObject);
}
