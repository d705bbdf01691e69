import type { BuiltinNode } from './ast.ts';
import type { CheckScope, Checking } from './check-scope.ts';
import { ANY, ANY_SLICE, BOOL, GROUPS, INT, funcOf } from './go-type.ts';
import type { GoType } from './go-type.ts';
import {
  UNKNOWN,
  dereferenced,
  elementOf,
  isBool,
  isList,
  isString,
  isUnknown,
  kindOf,
  listOf,
  natureOf,
  showNature,
} from './nature.ts';
import type { Nature } from './nature.ts';

/** The nature of a predicate: a function of one unknown; nil as its body leaves it without a result. */
export function predicateOf(body: Nature): Nature {
  const results: GoType[] = isUnknown(body) ? [ANY] : body.type === undefined ? [] : [body.type];
  return { type: funcOf([ANY], results), ref: body };
}

const POINTERS: ReadonlyMap<string, Readonly<Record<string, Nature>>> = new Map<string, Record<string, Nature>>([
  ['map', { index: natureOf(INT) }],
  ['reduce', { index: natureOf(INT), acc: UNKNOWN }],
]);
const NO_POINTERS: Readonly<Record<string, Nature>> = {};

/** Builtins whose predicate must give a bool, and what they give themselves. */
const TESTING: ReadonlyMap<string, (collection: Nature) => Nature> = new Map([
  ['all', () => natureOf(BOOL)],
  ['none', () => natureOf(BOOL)],
  ['any', () => natureOf(BOOL)],
  ['one', () => natureOf(BOOL)],
  ['filter', (list) => (isUnknown(list) ? natureOf(ANY_SLICE) : listOf(elementOf(list)))],
  ['count', () => natureOf(INT)],
  ['find', foundIn],
  ['findLast', foundIn],
  ['findIndex', () => natureOf(INT)],
  ['findLastIndex', () => natureOf(INT)],
]);

function foundIn(list: Nature): Nature {
  return isUnknown(list) ? UNKNOWN : elementOf(list);
}

export const PREDICATE_BUILTINS: ReadonlySet<string> = new Set([
  ...TESTING.keys(),
  'map',
  'sum',
  'groupBy',
  'sortBy',
  'reduce',
]);

/** Checks a call that takes a predicate; undefined where such a call is to be checked as any other. */
export function* checkPredicateCall(scope: CheckScope, node: BuiltinNode): Checking<Nature | undefined> {
  const { name, args } = node;
  const [list, body, third] = args;
  if (list === undefined) return undefined;
  const collection = dereferenced(yield scope.visit(list));
  if (!isList(collection) && !isUnknown(collection)) {
    return scope.fail(list.at, `builtin ${name} takes only array (got ${showNature(collection)})`);
  }
  if (body === undefined) {
    if (name === 'count') return natureOf(INT);
    return isUnknown(collection) ? UNKNOWN : elementOf(collection);
  }
  scope.beginPredicate(collection, POINTERS.get(name) ?? NO_POINTERS);
  const predicate = yield scope.visit(body);
  scope.endPredicate();

  if (third !== undefined) {
    const order = yield scope.visit(third);
    if (name === 'sortBy' && !isString(order) && !isUnknown(order)) {
      return scope.fail(third.at, `sortBy order argument must be a string (got ${showNature(order)})`);
    }
  }
  const result = resultOf(predicate);
  if (result === undefined) {
    if (name === 'sum') return undefined;
    const inputs = name === 'reduce' ? 'two' : 'one';
    return scope.fail(body.at, `predicate should has ${inputs} input and one output param`);
  }
  const test = TESTING.get(name);
  if (test === undefined) return transformed(name, collection, predicate, result);
  if (isBool(result) || isUnknown(result)) return test(collection);
  return scope.fail(body.at, `predicate should return boolean (got ${showNature(result)})`);
}

function transformed(name: string, collection: Nature, predicate: Nature, result: Nature): Nature {
  switch (name) {
    case 'map':
      return listOf(predicate.ref ?? UNKNOWN);
    case 'groupBy':
      return { type: GROUPS, ref: listOf(elementOf(collection)) };
    case 'sortBy':
      return collection;
    case 'reduce':
      return predicate.ref ?? UNKNOWN;
    default:
      return result;
  }
}

/** The nature of what a predicate gives; undefined if it gives nothing, its body being nil. */
function resultOf(predicate: Nature): Nature | undefined {
  const [result] = kindOf(predicate) === 'func' ? (predicate.type?.results ?? []) : [];
  return result === undefined ? undefined : natureOf(result);
}
