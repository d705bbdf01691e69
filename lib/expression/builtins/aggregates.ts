import { elementAt, sizeOf } from '../access.ts';
import { isLess, isMore } from '../compare.ts';
import { plainNumber } from '../integers.ts';
import type { Run } from '../run.ts';
import { GoInt, GoPanic, typeText } from '../value.ts';
import type { Value } from '../value.ts';
import { isList } from './builtin.ts';
import type { Builtin } from './builtin.ts';

const MAX_DEPTH = 10_000;

function refusal(name: string, value: Value): GoPanic {
  return new GoPanic(`invalid argument for ${name} (type ${typeText(value)})`);
}

function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw new GoPanic('recursion depth exceeded');
}

/** The greatest or least number of all arguments and lists; nil of nothing. The first of equals stays. */
function extreme(name: string, isBeaten: (best: Value, value: Value, run: Run) => boolean): Builtin {
  const better = (best: Value, value: Value, run: Run) => (best === null || isBeaten(best, value, run) ? value : best);

  const ofUntyped = (list: readonly Value[], depth: number, run: Run): Value => {
    let best: Value = null;
    for (const value of list) {
      run.spend(5);
      if (plainNumber(value) !== undefined) {
        best = better(best, value, run);
      } else if (isList(value)) {
        const inner = of([value], depth + 1, run);
        if (inner !== null) best = better(best, inner, run);
      } else {
        throw refusal(name, value);
      }
    }
    return best;
  };

  const ofTyped = (list: Value, depth: number, run: Run): Value => {
    let best: Value = null;
    const size = sizeOf(list, run) ?? 0;
    for (let index = 0; index < size; index++) {
      run.spend(5);
      const element = elementAt(list, index, run);
      const value = plainNumber(element) === undefined ? of([element], depth + 1, run) : element;
      if (plainNumber(value) === undefined) throw refusal(name, value);
      best = better(best, value, run);
    }
    return best;
  };

  const of = (args: readonly Value[], depth: number, run: Run): Value => {
    checkDepth(depth);
    let best: Value = null;
    for (const value of args) {
      if (isList(value)) {
        const inner = Array.isArray(value) ? ofUntyped(value, depth, run) : ofTyped(value, depth, run);
        if (inner !== null) best = better(best, inner, run);
      } else if (plainNumber(value) !== undefined || value instanceof GoInt) {
        best = better(best, value, run);
      } else {
        if (args.length === 1) return value;
        throw refusal(name, value);
      }
    }
    return best;
  };
  return (args, run) => of(args, 0, run);
}

/** Calls back with each number of the values and with each list in them. */
function forEach(
  name: string,
  values: Value,
  run: Run,
  onNumber: (number: number) => void,
  onList: (list: Value) => void,
): void {
  run.spend(5);
  const number = values instanceof GoInt ? Number(values.value) : plainNumber(values);
  if (number !== undefined) onNumber(number);
  else if (isList(values)) onList(values);
  else throw refusal(name, values);
}

function eachOf(list: Value, run: Run, visit: (item: Value) => void): void {
  const size = sizeOf(list, run) ?? 0;
  for (let index = 0; index < size; index++) visit(elementAt(list, index, run));
}

/** An inner list is summed by itself first, which rounds otherwise than one sum would. */
function mean(args: readonly Value[], run: Run): number {
  let count = 0;
  const sumOf = (list: Value, depth: number, start: number): number => {
    checkDepth(depth);
    let total = start;
    const add = (number: number): void => {
      total += number;
      count++;
    };
    eachOf(list, run, (item) => forEach('mean', item, run, add, (inner) => (total += sumOf(inner, depth + 1, 0))));
    return total;
  };
  let total = 0;
  const add = (number: number): void => {
    total += number;
    count++;
  };
  for (const arg of args) forEach('mean', arg, run, add, (list) => (total = sumOf(list, 0, total)));
  return count === 0 ? 0 : total / count;
}

function numbersIn(args: readonly Value[], run: Run): number[] {
  const numbers: number[] = [];
  const collect = (value: Value, depth: number): void =>
    forEach(
      'median',
      value,
      run,
      (number) => numbers.push(number),
      (list) => {
        checkDepth(depth);
        eachOf(list, run, (item) => collect(item, depth + 1));
      },
    );
  for (const arg of args) collect(arg, 0);
  return numbers;
}

/** A million of them are sorted in 20 comparisons each. */
const SORTED_NUMBER = 30;

function median(args: readonly Value[], run: Run): number {
  const found = numbersIn(args, run);
  run.spend(found.length * SORTED_NUMBER);
  const numbers = found.toSorted(byGoOrder);
  const upper = numbers[Math.trunc(numbers.length / 2)] ?? 0;
  if (numbers.length % 2 === 1) return upper;
  const lower = numbers[numbers.length / 2 - 1] ?? 0;
  return (lower + upper) / 2;
}

/** NaN comes before everything. */
function byGoOrder(left: number, right: number): number {
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : -1;
  if (Number.isNaN(right)) return 1;
  return left < right ? -1 : left > right ? 1 : 0;
}

export const AGGREGATE_BUILTINS: readonly (readonly [string, Builtin])[] = [
  ['max', extreme('max', isLess)],
  ['min', extreme('min', isMore)],
  ['mean', mean],
  ['median', median],
];
