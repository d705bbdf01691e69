import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BUILTIN_NAMES } from '../../lib/expression/builtin-names.ts';
import { builtinSteps } from '../../lib/expression/charges.ts';
import { PREDICATE_BUILTINS } from '../../lib/expression/check-predicates.ts';
import { evaluateValue } from '../../lib/expression/evaluate.ts';
import { emit } from '../../lib/expression/emit.ts';
import { conditionEnvironment } from '../../lib/expression/environment.ts';
import { ExpressionError } from '../../lib/expression/error.ts';
import { Meter } from '../../lib/expression/meter.ts';
import { inputOf, natureOfResult } from '../../lib/expression/metric-input.ts';
import { checkText } from '../../lib/expression/program.ts';
import { Run } from '../../lib/expression/run.ts';
import { GoPanic } from '../../lib/expression/value.ts';
import type { MetricValue } from '../../lib/model/metric-value.ts';

const NOW = new Date('2024-06-15T12:00:00Z');
const STEP_BUDGET = 5_200_000;

interface Outcome {
  readonly steps: number;
  /** `value`, or the text of the panic. */
  readonly end: string;
}

/** How an expression of unknown types ends over a value, and what it was charged. Throws on what no condition may. */
function outcomeOf(text: string, value: MetricValue): Outcome {
  const { tree } = checkText(text, conditionEnvironment(natureOfResult('unknown')));
  const run = new Run(inputOf(value), NOW, undefined);
  try {
    emit(tree, true)(run);
    return { steps: run.steps, end: 'value' };
  } catch (error) {
    if (error instanceof GoPanic) return { steps: run.steps, end: error.message };
    throw error;
  }
}

function aText(body: string): MetricValue {
  return { type: 'string', value: body };
}

function aDocument(value: unknown): MetricValue {
  return { type: 'json', value };
}

/** Texts of about so many bytes, by how their characters lie in memory. */
const TEXTS: Readonly<Record<string, (bytes: number) => string>> = {
  ascii: (bytes) => 'a'.repeat(bytes),
  latin: (bytes) => 'é'.repeat(bytes / 2),
  wide: (bytes) => 'λ'.repeat(bytes / 2),
  pairs: (bytes) => '😀'.repeat(bytes / 4),
  words: (bytes) => 'the quick brown fox, 12\n'.repeat(bytes / 24),
  blanks: (bytes) => ' \u2003'.repeat(bytes / 4),
  escaped: (bytes) => '"\n<\u009f'.repeat(bytes / 5),
  numbers: (bytes) => `[${'0,'.repeat(bytes / 2)}0]`,
};

describe('every builtin has its charge', () => {
  const plain = Array.from(BUILTIN_NAMES).filter((name) => !PREDICATE_BUILTINS.has(name));
  test.each(plain)('%s', (name) => {
    expect(builtinSteps(name)?.(['a', 'b', 'c'])).toBeGreaterThan(0);
  });
});

describe('what goes through a text is charged for its characters', () => {
  test.each([
    'len(result)',
    'result[1]',
    'result[:1]',
    'result[1:]',
    'first(result)',
    'get(result, 1)',
    'all(result, true)',
    'result == result + ""',
    'result != result + ""',
    'result < result + "a"',
    'result >= result + "a"',
    'result + "a"',
    'result contains "zzz"',
    'result contains result',
    'result startsWith result',
    'result endsWith result',
    'result matches "z+"',
    'result matches "zzz|yyy"',
    '"a" matches result',
    'result in [result + ""]',
    'result in {"a": 1}',
    '{"a": 1}[result]',
    '{(result): 1}',
    'groupBy([1], result)',
    'fromPairs([[result, 1]])',
    'uniq([result, result + ""])',
    'sort([result, result + ""])',
    'sortBy([1, 2], # == 1 ? result : result + "")',
    'trim(result)',
    'trim(result, "aé")',
    'trimPrefix(result, "a")',
    'trimSuffix(result, "a")',
    'upper(result)',
    'lower(result)',
    'split(result, "zz")',
    'split(result, "a")',
    'split(result, "")',
    'splitAfter(result, "a")',
    'replace(result, "z", "y")',
    'replace(result, "a", "bbbb")',
    'replace(result, "", "-")',
    'repeat(result, 2)',
    'join([result, result], "")',
    'join(["a", "b"], result)',
    'indexOf(result, "zz")',
    'lastIndexOf(result, "zz")',
    'hasPrefix(result, "z")',
    'hasSuffix(result, "z")',
    'toJSON(result)',
    'string([result])',
    'fromJSON(result)',
    'toBase64(result)',
    'fromBase64(result)',
    'date(result)',
    'date("2024", result)',
    'duration(result)',
    'timezone(result)',
    'int(result)',
    'float(result)',
    'asInt(result)',
    'asFloat(result)',
    'now().Format(result)',
  ])('%s', (text) => {
    const [less, more] = [20_000, 40_000].map((length) => outcomeOf(text, aText('a'.repeat(length))).steps);
    expect((more ?? 0) - (less ?? 0)).toBeGreaterThan(20_000 / 64);
  });
});

const aList = (length: number): unknown => Array.from({ length }, (_, at) => at);
const aMap = (length: number): unknown => Object.fromEntries(Array.from({ length }, (_, at) => [`k${at}`, at]));

describe('what goes through a list or map is charged for its elements', () => {
  test.each([
    { text: 'result[1:]', make: aList },
    { text: 'take(result, 100000)', make: aList },
    { text: 'reverse(result)', make: aList },
    { text: 'concat(result, result)', make: aList },
    { text: 'flatten([result])', make: aList },
    { text: 'sort(result)', make: aList },
    { text: 'sortBy(result, #)', make: aList },
    { text: 'groupBy(result, #)', make: aList },
    { text: 'max(result)', make: aList },
    { text: 'min(result)', make: aList },
    { text: 'mean(result)', make: aList },
    { text: 'median(result)', make: aList },
    { text: 'sum(result)', make: aList },
    { text: 'count(result, true)', make: aList },
    { text: 'result == map(result, #)', make: aList },
    { text: '-1 in result', make: aList },
    { text: 'toJSON(result)', make: aList },
    { text: 'string(result)', make: aList },
    { text: 'join(result)', make: (length: number) => Array.from({ length }, () => 'a') },
    { text: 'len(result)', make: aMap },
    { text: 'keys(result)', make: aMap },
    { text: 'values(result)', make: aMap },
    { text: 'toPairs(result)', make: aMap },
    { text: 'fromPairs(toPairs(result))', make: aMap },
    { text: 'toJSON(result)', make: aMap },
    { text: 'string(result)', make: aMap },
    { text: 'result == fromJSON(toJSON(result))', make: aMap },
  ])('$text', ({ text, make }) => {
    const [less, more] = [2000, 4000].map((length) => outcomeOf(text, aDocument(make(length))).steps);
    expect((more ?? 0) - (less ?? 0)).toBeGreaterThanOrEqual(1000);
  });
});

describe('what Go does is not refused', () => {
  test.each([
    { text: 'result matches "error|fatal"', body: TEXTS['words'] },
    { text: 'result contains "error" or result contains "fatal"', body: TEXTS['latin'] },
    { text: 'any(1..300, {result[#:#+3] == "err"})', body: TEXTS['latin'] },
    { text: 'any(split(result, "\\n"), # contains "error")', body: TEXTS['words'] },
    { text: 'lower(trim(result)) contains "error"', body: TEXTS['words'] },
    { text: 'len(fromJSON(result)) > 5', body: TEXTS['numbers'] },
    { text: 'count(result, # == "x") > 5', body: TEXTS['ascii'] },
  ])('$text', ({ text, body }) => {
    const size = text.startsWith('count') ? 100_000 : 1_000_000;
    expect(outcomeOf(text, aText(body?.(size) ?? ''))).toMatchObject({ end: 'value' });
  });

  test('a slice of a long text is found again without going through the text', () => {
    const value = aText('é'.repeat(500_000));
    const [once, often] = [1, 101].map((times) => outcomeOf(`any(1..${times}, result[#:#+3] == "")`, value).steps);
    expect((often ?? 0) - (once ?? 0)).toBeLessThan(1_000_000);
  });
});

/** The largest inputs that a web answer may have, or close to it. */
const INPUTS: Readonly<Record<string, MetricValue>> = {
  ...Object.fromEntries(Object.entries(TEXTS).map(([name, body]) => [name, aText(body(1_000_000))])),
  list: aDocument(Array.from({ length: 200_000 }, (_, at) => at % 1000)),
  texts: aDocument(Array.from({ length: 2000 }, (_, at) => 'x'.repeat(480) + String(at))),
  map: aDocument(Object.fromEntries(Array.from({ length: 70_000 }, (_, at) => [`key${at}`, at]))),
  rows: aDocument(Array.from({ length: 40_000 }, (_, at) => ({ name: `row ${at}`, value: at, tags: ['a', 'é'] }))),
  deep: aDocument(JSON.parse(`${'['.repeat(500)}1${']'.repeat(500)}`)),
};

/** Ways to make a value of a sort; T, N, L, M, B and A stand for a text, number, list, map, bool and anything. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  T: ways(
    'result | result | "a" | "é" | "\\n" | "" | string(#) | repeat("a", 250) | T + T | T[N:N] | T[N:] | ' +
      'T[:N] | string(A) | trim(T) | trim(T, T) | trimPrefix(T, T) | trimSuffix(T, T) | upper(T) | lower(T) | ' +
      'toJSON(A) | replace(T, T, T) | replace(T, T, T, N) | repeat(T, N) | join(L) | join(L, T) | ' +
      'join(split(T, T), T) | toBase64(T) | fromBase64(T) | fromBase64(toBase64(T)) | type(A) | ' +
      'now().Format(T) | B ? T : T | T ?? T',
  ),
  N: ways(
    '0 | 1 | -1 | 7 | 500000 | # | #index | len(A) | len(T) | N + N | N - N | N * N | N % 7 | -N | abs(N) | ' +
      'indexOf(T, T) | lastIndexOf(T, T) | int(T) | asInt(T) | count(L, B) | sum(L, N) | max(L) | min(N, N) | ' +
      'median(L) | mean(L) | reduce(L, # + #acc) | findIndex(L, B) | bitand(N, N) | bitshl(N, 3) | ' +
      'round(N / N) | result[N]',
  ),
  L: ways(
    'result | result | 1..999 | 1 .. N | [] | [A, A] | [T, T] | L[N:N] | L[1:] | split(T, T) | ' +
      'splitAfter(T, T, N) | take(L, N) | reverse(L) | uniq(L) | concat(L, L) | flatten(L) | sort(L) | ' +
      'sort(L, "desc") | sortBy(L, A) | map(L, A) | filter(L, B) | keys(M) | values(M) | toPairs(M) | ' +
      'let x = L; [x, x, x, x] | fromJSON(T) | B ? L : L',
  ),
  M: ways(
    'result | {} | {"a": A} | {(T): A, (T): A} | groupBy(L, A) | fromPairs(toPairs(M)) | ' +
      'fromPairs([[A, A]]) | fromJSON(T)',
  ),
  B: ways(
    'true | A == A | A != A | T == T | T < T | T >= T | N > N | A in L | T in M | T contains T | ' +
      'T startsWith T | T endsWith T | T matches T | T matches "[^z]{50}z" | T matches "a|é" | ' +
      'hasPrefix(T, T) | hasSuffix(T, T) | not B | B and B | B or B | all(L, B) | any(L, B) | none(L, B) | ' +
      'one(L, B) | date(T) == now() | date(T, T) != nil | duration(T) != nil | isNaN(N / N) | isNil(A) | ' +
      'now(timezone("Asia/Tokyo")).Year() == N | L == L | M == M',
  ),
  A: ways(
    'T | N | L | M | B | nil | # | result | first(L) | last(L) | get(L, N) | get(M, T) | L[N] | M[T] | M?.a | ' +
      'find(L, B) | findLast(L, B) | default(A, A) | fromJSON(T) | now() | let y = A; [y, y] | $env',
  ),
};

function ways(texts: string): readonly string[] {
  return texts.split(' | ');
}

const sorts = fc.letrec<Record<string, string>>((tie) => {
  const ofWay = (way: string): fc.Arbitrary<string> => {
    const [first = '', ...rest] = way.split(/(?<![\w.])(?=[TNLMBA](?!\w))|(?<=(?<![\w.])[TNLMBA])(?!\w)/);
    return rest.reduce(
      (before, piece) => fc.tuple(before, pieceOf(piece)).map(([left, right]) => left + right),
      pieceOf(first),
    );
  };
  const pieceOf = (piece: string): fc.Arbitrary<string> =>
    /^[TNLMBA]$/.test(piece) ? tie(piece).map((text) => `(${text})`) : fc.constant(piece);
  return Object.fromEntries(
    Object.entries(WAYS).map(([sort, all]) => [
      sort,
      fc.oneof({ depthSize: 'small', withCrossShrink: true }, ...all.map(ofWay)),
    ]),
  );
});
const hostile = fc
  .tuple(sorts['A'] ?? fc.constant('nil'), sorts['B'] ?? fc.constant('true'))
  .map(([value, test_]) => `all(1..100000, {let z = ${value}; [z, ${test_}] != []})`);

test(
  'whatever is asked of the largest inputs ends within the budget, with a value or a panic',
  { timeout: 60_000 },
  () => {
    let reached = 0;
    fc.assert(
      fc.property(hostile, fc.constantFrom(...Object.keys(INPUTS)), (text, name) => {
        let outcome: Outcome;
        try {
          outcome = outcomeOf(text, INPUTS[name] ?? aText(''));
        } catch (error) {
          if (error instanceof ExpressionError && error.stage === 'compile') return;
          throw error;
        }
        reached++;
        // The last charge may reach beyond the budget, and is followed by nothing.
        expect(outcome.end.startsWith('step budget exceeded')).toBe(outcome.steps > STEP_BUDGET);
      }),
      { numRuns: 200 },
    );
    expect(reached).toBeGreaterThan(50);
  },
);

/** A clock that each look moves on. */
function aClock(...passedMs: number[]): () => Date {
  let nowMs = 0;
  return () => {
    const passed = passedMs.length > 1 ? passedMs.shift() : passedMs[0];
    nowMs += passed ?? 0;
    return new Date(nowMs);
  };
}

describe('the clock', () => {
  const text = 'count(1..900000, # > 5) == 899995';

  test.each([
    { name: 'one that stands', clock: aClock(0), end: true },
    { name: 'one that is set an hour later', clock: aClock(1, 1, 3_600_000, 0), end: true },
    { name: 'one that is set back', clock: aClock(1, -3_600_000, 0), end: true },
    { name: 'a machine that is busy', clock: aClock(0.1), end: true },
    {
      name: 'work that was charged far too little',
      clock: aClock(50),
      end: 'time budget exceeded: more than 2000 ms; look at less of the result, or at fewer elements',
    },
  ])('$name', ({ clock, end }) => {
    const evaluate = (): unknown => {
      try {
        return evaluateValue(text, { type: 'float64', value: 1 }, NOW, clock);
      } catch (error) {
        return error instanceof ExpressionError ? error.goMessage : error;
      }
    };
    expect(evaluate()).toBe(end);
  });

  test('is looked at each 1,000 steps', () => {
    let looks = 0;
    const meter = new Meter(() => {
      looks++;
      return NOW;
    });
    for (let step = 0; step < 100_000; step++) meter.spend(10);
    expect(looks).toBeGreaterThan(900);
  });
});
