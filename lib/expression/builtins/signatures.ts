import {
  ANY,
  ANY_MAP,
  ANY_SLICE,
  BOOL,
  DURATION,
  ERROR,
  FLOAT64,
  FLOAT64_SLICE,
  GROUPS,
  INT,
  INT_SLICE,
  LOCATION_POINTER,
  STRING,
  STRING_SLICE,
  TIME,
  funcOf,
} from '../go-type.ts';
import type { GoType } from '../go-type.ts';

/** The static type of an argument; undefined for nil, ANY if nothing is known. */
export type ArgumentType = GoType | undefined;

/** What a builtin accepts: one of several function types, or whatever `validate` lets through. */
export type Signature =
  | { readonly overloads: readonly [GoType, ...GoType[]] }
  | { readonly validate: (args: readonly ArgumentType[]) => GoType | { readonly error: string } }
  | { readonly variadic: true };

/** The type of a builtin that has no function type of its own, such as `len` named without a call. */
export const ANY_FUNCTION = funcOf([ANY_SLICE], [ANY, ERROR], true);

const NUMBERS: ReadonlySet<string | undefined> = new Set(
  'int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 float64'.split(' '),
);
const SIGNED: ReadonlySet<string | undefined> = new Set(['int', 'int8', 'int16', 'int32', 'int64']);
const LISTS: ReadonlySet<string | undefined> = new Set(['slice', 'array']);

function kind(type: ArgumentType): string | undefined {
  return type?.kind === 'ptr' ? kind(type.elem) : type?.kind;
}

const isOpen = (type: ArgumentType): boolean => kind(type) === 'interface';
const isListed = (type: ArgumentType): boolean => isOpen(type) || LISTS.has(kind(type));

/** Go's `%s` of a reflect.Type. */
function show(type: ArgumentType): string {
  return type?.text ?? '%!s(<nil>)';
}

function wrongCount(expected: string, got: number): { readonly error: string } {
  return { error: `invalid number of arguments (expected ${expected}, got ${got})` };
}

function one(accept: (arg: ArgumentType) => GoType | string): Signature {
  return {
    validate(args) {
      if (args.length !== 1) return wrongCount('1', args.length);
      const accepted = accept(args[0]);
      return typeof accepted === 'string' ? { error: accepted } : accepted;
    },
  };
}

function oneNumber(name: string, result: GoType | 'same', acceptsText: boolean): Signature {
  return one((arg) => {
    if (isOpen(arg) || NUMBERS.has(kind(arg)) || (acceptsText && kind(arg) === 'string')) {
      return result === 'same' ? (arg ?? ANY) : result;
    }
    return `invalid argument for ${name} (type ${show(arg)})`;
  });
}

function oneList(refusal: string, result: GoType | 'element'): Signature {
  return one((arg) => {
    if (!isListed(arg)) return `cannot ${refusal.replace('%s', show(arg))}`;
    return result === 'element' ? (isOpen(arg) ? ANY : (arg?.elem ?? ANY)) : result;
  });
}

function oneMap(refusal: string): Signature {
  return one((arg) => (isOpen(arg) || kind(arg) === 'map' ? ANY_SLICE : `cannot ${refusal.replace('%s', show(arg))}`));
}

/** Of max, min, mean and median: once a list or an unknown is met, the rest is left to the run. */
function aggregate(name: string): Signature {
  return {
    validate(args) {
      const [first] = args;
      if (args.length === 0) return { error: `not enough arguments to call ${name}` };
      for (const arg of args) {
        if (isListed(arg)) return ANY;
        if (!NUMBERS.has(kind(arg))) return { error: `invalid argument for ${name} (type ${show(arg)})` };
      }
      return first ?? ANY;
    },
  };
}

function overloads(...types: readonly [GoType, ...GoType[]]): Signature {
  return { overloads: types };
}

const TEXT_TO_TEXT = funcOf([STRING], [STRING]);
const TEXTS_TO_TEXT = funcOf([STRING, STRING], [STRING]);
const TEXTS_TO_INT = funcOf([STRING, STRING], [INT]);
const TEXTS_TO_BOOL = funcOf([STRING, STRING], [BOOL]);
const ANY_TO_TEXT = funcOf([ANY], [STRING]);
const SPLITTING = overloads(funcOf([STRING, STRING], [STRING_SLICE]), funcOf([STRING, STRING, INT], [STRING_SLICE]));
const BITS = overloads(funcOf([INT, INT], [INT]));
const TESTING = overloads(funcOf([ANY_SLICE, funcOf([ANY], [BOOL])], [BOOL]));
const FINDING = overloads(funcOf([ANY_SLICE, funcOf([ANY], [BOOL])], [ANY]));
const INDEXING = overloads(funcOf([ANY_SLICE, funcOf([ANY], [BOOL])], [INT]));

const now: Signature = {
  validate(args) {
    if (args.length === 0 || (args.length === 1 && args[0] === LOCATION_POINTER)) return TIME;
    return wrongCount('0', args.length);
  },
};

const date: Signature = {
  validate(args) {
    if (args.length === 0) return wrongCount('at least 1', 0);
    const rest = args[0] === LOCATION_POINTER ? args.length - 1 : args.length;
    return rest > 3 ? wrongCount('at most 3', rest) : TIME;
  },
};

const take: Signature = {
  validate(args) {
    const [list, count] = args;
    if (args.length !== 2) return wrongCount('2', args.length);
    if (!isListed(list)) return { error: `cannot take from ${show(list)}` };
    if (!isOpen(count) && !SIGNED.has(kind(count))) return { error: `cannot take ${show(count)} elements` };
    return list ?? ANY;
  },
};

const concat: Signature = {
  validate(args) {
    if (args.length === 0) return wrongCount('at least 1', 0);
    for (const arg of args) if (!isListed(arg)) return { error: `cannot concat ${show(arg)}` };
    return ANY_SLICE;
  },
};

/**
 * What each builtin accepts before a run.
 *
 * @source builtin/builtin.go of expr-lang/expr
 */
export const SIGNATURES: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ['all', TESTING],
  ['none', TESTING],
  ['any', TESTING],
  ['one', TESTING],
  ['filter', overloads(funcOf([ANY_SLICE, funcOf([ANY], [BOOL])], [ANY_SLICE]))],
  ['map', overloads(funcOf([ANY_SLICE, funcOf([ANY], [ANY])], [ANY_SLICE]))],
  ['find', FINDING],
  ['findIndex', INDEXING],
  ['findLast', FINDING],
  ['findLastIndex', INDEXING],
  ['count', INDEXING],
  ['sum', INDEXING],
  ['groupBy', overloads(funcOf([ANY_SLICE, funcOf([ANY], [ANY])], [GROUPS]))],
  ['sortBy', overloads(funcOf([ANY_SLICE, funcOf([ANY], [BOOL]), STRING], [ANY_SLICE]))],
  ['reduce', overloads(funcOf([ANY_SLICE, funcOf([ANY, ANY], [ANY]), ANY], [ANY]))],
  [
    'len',
    one((arg) =>
      isListed(arg) || kind(arg) === 'map' || kind(arg) === 'string'
        ? INT
        : `invalid argument for len (type ${show(arg)})`,
    ),
  ],
  ['type', overloads(ANY_TO_TEXT)],
  ['abs', oneNumber('abs', 'same', false)],
  ['ceil', oneNumber('ceil', FLOAT64, false)],
  ['floor', oneNumber('floor', FLOAT64, false)],
  ['round', oneNumber('round', FLOAT64, false)],
  ['int', oneNumber('int', INT, true)],
  ['float', oneNumber('float', FLOAT64, true)],
  ['string', overloads(ANY_TO_TEXT)],
  ['trim', overloads(TEXT_TO_TEXT, TEXTS_TO_TEXT)],
  ['trimPrefix', overloads(TEXTS_TO_TEXT, TEXT_TO_TEXT)],
  ['trimSuffix', overloads(TEXTS_TO_TEXT, TEXT_TO_TEXT)],
  ['upper', overloads(TEXT_TO_TEXT)],
  ['lower', overloads(TEXT_TO_TEXT)],
  ['split', SPLITTING],
  ['splitAfter', SPLITTING],
  ['replace', overloads(funcOf([STRING, STRING, STRING, INT], [STRING]), funcOf([STRING, STRING, STRING], [STRING]))],
  ['repeat', overloads(funcOf([STRING, INT], [STRING]))],
  [
    'join',
    overloads(
      funcOf([STRING_SLICE, STRING], [STRING]),
      funcOf([ANY_SLICE, STRING], [STRING]),
      funcOf([ANY_SLICE], [STRING]),
      funcOf([STRING_SLICE, STRING], [STRING]),
      funcOf([STRING_SLICE], [STRING]),
    ),
  ],
  ['indexOf', overloads(TEXTS_TO_INT)],
  ['lastIndexOf', overloads(TEXTS_TO_INT)],
  ['hasPrefix', overloads(TEXTS_TO_BOOL)],
  ['hasSuffix', overloads(TEXTS_TO_BOOL)],
  ['max', aggregate('max')],
  ['min', aggregate('min')],
  ['mean', aggregate('mean')],
  ['median', aggregate('median')],
  ['toJSON', overloads(ANY_TO_TEXT)],
  ['fromJSON', overloads(funcOf([STRING], [ANY]))],
  ['toBase64', overloads(TEXT_TO_TEXT)],
  ['fromBase64', overloads(TEXT_TO_TEXT)],
  ['now', now],
  ['duration', overloads(funcOf([STRING], [DURATION, ERROR]))],
  ['date', date],
  ['timezone', overloads(funcOf([STRING], [LOCATION_POINTER, ERROR]))],
  ['first', oneList('get first element from %s', 'element')],
  ['last', oneList('get last element from %s', 'element')],
  ['get', { variadic: true }],
  ['take', take],
  ['keys', oneMap('get keys from %s')],
  ['values', oneMap('get values from %s')],
  ['toPairs', oneMap('transform %s to pairs')],
  ['fromPairs', oneList('transform %s from pairs', ANY_MAP)],
  ['reverse', oneList('reverse %s', ANY_SLICE)],
  ['uniq', oneList('uniq %s', ANY_SLICE)],
  ['concat', concat],
  ['flatten', oneList('flatten %s', ANY_SLICE)],
  [
    'sort',
    overloads(
      funcOf([ANY_SLICE, STRING], [ANY_SLICE]),
      funcOf([INT_SLICE, STRING], [ANY_SLICE]),
      funcOf([FLOAT64_SLICE, STRING], [ANY_SLICE]),
      funcOf([STRING_SLICE, STRING], [ANY_SLICE]),
      funcOf([ANY_SLICE], [ANY_SLICE]),
      funcOf([FLOAT64_SLICE], [ANY_SLICE]),
      funcOf([STRING_SLICE], [ANY_SLICE]),
      funcOf([INT_SLICE], [ANY_SLICE]),
    ),
  ],
  ['bitand', BITS],
  ['bitor', BITS],
  ['bitxor', BITS],
  ['bitnand', BITS],
  ['bitshl', BITS],
  ['bitshr', BITS],
  ['bitushr', BITS],
  ['bitnot', overloads(funcOf([INT], [INT]))],
]);

/** The function type that a builtin's name has by itself. */
export function functionType(name: string): GoType {
  const signature = SIGNATURES.get(name);
  return signature !== undefined && 'overloads' in signature ? signature.overloads[0] : ANY_FUNCTION;
}
