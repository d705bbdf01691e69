import { AGGREGATE_BUILTINS } from './aggregates.ts';
import type { Builtin } from './builtin.ts';
import { ENCODING_BUILTINS } from './encodings.ts';
import { LIST_BUILTINS } from './lists.ts';
import { MAP_BUILTINS } from './maps.ts';
import { NUMBER_BUILTINS } from './numbers.ts';
import { STRING_BUILTINS } from './strings.ts';
import { TIME_BUILTINS } from './times.ts';
import { builtinSteps } from '../charges.ts';
import { GoPanic } from '../value.ts';

/** The builtins that take no predicate; those that do are emit-predicates.ts. */
const BUILTINS: ReadonlyMap<string, Builtin> = new Map([
  ...NUMBER_BUILTINS,
  ...STRING_BUILTINS,
  ...AGGREGATE_BUILTINS,
  ...LIST_BUILTINS,
  ...MAP_BUILTINS,
  ...TIME_BUILTINS,
  ...ENCODING_BUILTINS,
]);

/**
 * The builtin for a call with so many arguments. The checker refuses wrong counts; but it does not look everywhere, and
 * where it does not the call fails when it runs.
 *
 * @throws GoPanic if there is no such builtin
 */
export function builtinOf(name: string, count: number): Builtin {
  const bare = BUILTINS.get(name);
  if (bare === undefined) throw new GoPanic(`unknown builtin ${name}`);
  const steps = builtinSteps(name) ?? unpriced(name);
  const builtin: Builtin = (args, run) => {
    run.spend(steps(args));
    return bare(args, run);
  };
  if (ONE_ARGUMENT.has(name)) return count === 1 ? builtin : ofTopmost(builtin);
  const refusal = countRefusal(name, count);
  return refusal === undefined ? builtin : failing(refusal);
}

function unpriced(name: string): never {
  throw new Error(`charges.ts does not say what ${name} costs`);
}

function failing(message: string): Builtin {
  return () => {
    throw new GoPanic(message);
  };
}

/** Takes the one value on top of Go's stack, however many arguments there are; what is below stays there. */
function ofTopmost(builtin: Builtin): Builtin {
  return (args, run) => {
    run.stack.push(...args);
    return builtin([run.pop()], run);
  };
}

/** Whether a builtin is called with one value from Go's stack, whatever its arguments. */
export function isOneArgumentBuiltin(name: string): boolean {
  return ONE_ARGUMENT.has(name);
}

const ONE_ARGUMENT: ReadonlySet<string> = new Set(
  'len type abs ceil floor round int float string upper lower'.split(' '),
);

interface Counts {
  readonly refusal: string;
  readonly right: readonly number[];
}

function counts(names: string, refusal: (name: string) => string, ...right: number[]): [string, Counts][] {
  return names.split(' ').map((name) => [name, { refusal: refusal(name), right }]);
}

/** What builtins say of a wrong count, and which counts are right. */
const COUNTED: ReadonlyMap<string, Counts> = new Map([
  ...counts('trim', () => 'invalid number of arguments for trim (expected 1 or 2, got %d)', 1, 2),
  ...counts('split splitAfter', (name) => `invalid number of arguments for ${name} (expected 2 or 3, got %d)`, 2, 3),
  ...counts('replace', () => 'invalid number of arguments for replace (expected 3 or 4, got %d)', 3, 4),
  ...counts('sort', () => 'invalid number of arguments (expected 1 or 2, got %d)', 1, 2),
  ...counts('take', () => 'invalid number of arguments (expected 2, got %d)', 2),
  ...counts(
    'keys values toPairs fromPairs reverse uniq flatten',
    () => 'invalid number of arguments (expected 1, got %d)',
    1,
  ),
  ...counts(
    'bitand bitor bitxor bitnand bitshl bitshr bitushr',
    (name) => `invalid number of arguments for ${name} (expected 2, got %d)`,
    2,
  ),
  ...counts('bitnot', () => 'invalid number of arguments for bitnot (expected 1, got %d)', 1),
]);

/** How many arguments the others look at without counting them. */
const LOOKED_AT: ReadonlyMap<string, number> = new Map([
  ...'trimPrefix trimSuffix join toJSON fromJSON toBase64 fromBase64 duration date timezone'
    .split(' ')
    .map((name) => [name, 1] as const),
  ...'repeat indexOf lastIndexOf hasPrefix hasSuffix'.split(' ').map((name) => [name, 2] as const),
]);

function countRefusal(name: string, count: number): string | undefined {
  const counted = COUNTED.get(name);
  if (counted !== undefined) {
    return counted.right.includes(count) ? undefined : counted.refusal.replace('%d', String(count));
  }
  if (name === 'get') return count < 2 ? `invalid number of arguments (expected 2, got ${count})` : undefined;
  if (name === 'concat' && count === 0) return 'invalid number of arguments (expected at least 1, got 0)';
  const wanted = LOOKED_AT.get(name) ?? 0;
  return count < wanted ? `runtime error: index out of range [${count}] with length ${count}` : undefined;
}
