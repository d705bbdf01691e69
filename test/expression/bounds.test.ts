import { describe, expect, test } from 'vitest';
import { compileUncached, evaluateValue } from '../../lib/expression/evaluate.ts';
import { ExpressionError } from '../../lib/expression/error.ts';
import { Meter } from '../../lib/expression/meter.ts';
import type { MetricValue } from '../../lib/model/metric-value.ts';
import { failureOf } from './failure.ts';

const DOCUMENT: MetricValue = { type: 'json', value: { a: { a: 1 }, t: true } };

const STEPS_EXCEEDED =
  'step budget exceeded: more than 5200000 steps; look at less of the result, or at fewer elements';

/** The value of an expression, or why it has none. */
function outcomeOf(text: string, value = DOCUMENT): unknown {
  try {
    return evaluateValue(text, value);
  } catch (error) {
    if (error instanceof ExpressionError) return error.goMessage;
    throw error;
  }
}

function nested(open: string, depth: number, inner: string, close: string): string {
  return open.repeat(depth) + inner + close.repeat(depth);
}

/** Lists that hold the list before four times each. */
function doubled(depth: number): string {
  const steps = Array.from({ length: depth }, (_, index) => `let a${index + 1} = [${`a${index},`.repeat(4)}];`);
  return `let a0 = [1, 2]; ${steps.join(' ')} a${depth}`;
}

describe('nesting', () => {
  test.each([
    { name: 'brackets', text: nested('(', 20_000, '1', ')'), outcome: 1n },
    { name: 'operators before', text: `${'!'.repeat(9000)}result.t`, outcome: true },
    { name: 'operators between', text: `result.t${' && result.t'.repeat(2400)}`, outcome: true },
    { name: 'members', text: `result${'?.a'.repeat(3000)}`, outcome: 'cannot fetch a from float64' },
    { name: 'pipes', text: `5${' | string()'.repeat(4000)}`, outcome: '5' },
    { name: 'calls', text: nested('abs(', 3000, '-1', ')'), outcome: 1n },
    { name: 'lists', text: `len(${nested('[', 1900, '', ']')})`, outcome: 1n },
  ])('$name may nest deep', ({ text, outcome }) => {
    expect(outcomeOf(text)).toBe(outcome);
  });

  test.each([
    { name: 'lists', text: nested('[', 5000, '', ']') },
    { name: 'branches', text: `${'false ? 0 : '.repeat(2400)}1` },
    { name: 'brackets', text: '('.repeat(300_000) },
  ])('$name cannot overflow the stack', ({ text }) => {
    expect(outcomeOf(text)).toBe('compilation failed: expression nests too deeply');
  });

  test('nor can a document', () => {
    let value: unknown = 1;
    for (let depth = 0; depth < 150_000; depth++) value = [value];
    for (const name of ['string', 'toJSON', 'flatten', 'mean', 'max']) {
      expect(() => evaluateValue(`${name}(result)`, { type: 'json', value })).toThrow(ExpressionError);
    }
    expect(outcomeOf('result == [[1]]', { type: 'json', value })).toBe(false);
  });
});

describe('size', () => {
  test.each([
    {
      name: 'comparisons in the middle of comparisons, each of which stands in two places',
      text: `${'(0 < '.repeat(30)}result.t${' < 2 ? 1 : 2)'.repeat(30)} == 1`,
      outcome: 'compilation failed: expression exceeds maximum allowed nodes',
    },
    {
      name: 'a chain of comparisons',
      text: `0 ${'< 1 '.repeat(2000)}`,
      outcome: false,
    },
    {
      name: 'a text longer than 400,000 characters',
      text: `1${' '.repeat(400_000)}`,
      outcome: 'compilation failed: expression is longer than 400000 characters',
    },
    {
      name: 'a pattern of seven characters each of which is a thousand instructions',
      text: `"a" matches "${'a{1000}'.repeat(100)}"`,
      outcome: 'error parsing regexp: expression too large',
    },
  ])('$name', ({ text, outcome }) => {
    expect(outcomeOf(text)).toBe(outcome);
  });
});

describe('memory', () => {
  test.each([
    ['len(1..999999)', 999_999n],
    ['1..1000000', 'memory budget exceeded'],
    ['1..9223372036854775807', 'memory budget exceeded'],
    ['len(map(1..499999, #))', 499_999n],
    ['map(1..500000, #)', 'memory budget exceeded'],
    ['map(1..500000, # + nil)', 'invalid operation: + (mismatched types int and unknown)'],
    ['map(1..500000, # + result.t)', 'invalid operation: int + bool'],
    ['filter(1..500000, true)', 'memory budget exceeded'],
    ['repeat("ab", 500000)', 'memory budget exceeded'],
    ['repeat("", 1000001)', 'memory budget exceeded'],
    ['reverse(1..500000)', 'memory budget exceeded'],
    ['concat(1..300000, 1..300000)', 'memory budget exceeded'],
    ['sort(1..500000)', 'memory budget exceeded'],
    ['flatten([1..500000])', 'memory budget exceeded'],
    [
      'let a = repeat("a", 500000); let b = a + a + a + a; let c = b + b + b + b; c + c + c + c',
      'memory budget exceeded',
    ],
    ['let a = repeat("a", 4000); replace(a, "a", repeat("b", 9000))', 'memory budget exceeded'],
    ['let a = repeat("a", 90000); join(map(1..400, a))', 'memory budget exceeded'],
  ])('%s', (text, outcome) => {
    expect(outcomeOf(text)).toBe(outcome);
  });
});

describe('steps', () => {
  test.each([
    'all(1..999999, # > 0 && # < 1000000)',
    'let r = 1..900000; all(r, none(r, # == 0))',
    'let n = 1..2000; sum(n, sum(n, sum(n, 1)))',
    'all(1..999999, date("2024-01-01").Year() == 2024)',
    'all(1..999999, string(#) != "")',
    'uniq(1..20000)',
    'sortBy(1..400000, -# % 1000)',
    'groupBy(1..999999, #)',
    'toJSON(1..999999)',
    'all(1..999999, first(result.t) == nil)',
    'repeat("ab", 100000) matches "([ab]{1,50}){1,19}[^ab]"',
    'let p = "a+b"; none(1..99999, "xx" matches (p + string(#)))',
    `string(${doubled(12)})`,
    `toJSON(${doubled(12)})`,
    `(${doubled(12)}) == (${doubled(12).replaceAll('a', 'b')})`,
    `len(flatten(${doubled(12)}))`,
    `mean(${doubled(12)})`,
    `groupBy([1], string(${doubled(12)}))`,
  ])('%s ends', (text) => {
    expect(outcomeOf(text)).toBe(STEPS_EXCEEDED);
  });

  test.each([
    ['count(1..999999, # > 5)', 999_994n],
    ['len(filter(1..600000, # > 5))', 599_995n],
    ['len(map(1..400, len(map(1..1000, #))))', 400n],
    ['max(1..999999)', 999_999n],
    ['mean(1..999999)', 500_000],
    ['5.5 in 1..999999', false],
    ['len(uniq(map(1..3000, # % 7)))', 7n],
    ['repeat("a", 1000) matches "^a{1000}$"', true],
  ])('%s does not need too many', (text, outcome) => {
    expect(outcomeOf(text)).toBe(outcome);
  });

  test('an error points to where the budget ended', () => {
    const program = compileUncached('1 > 2 ||\n  all(1..999999, # % 7 != 8)', 'nil');
    const error = failureOf(() => program.evaluate({ result: null, isNil: true }, undefined));
    expect(error).toMatchObject({ stage: 'runtime', goMessage: STEPS_EXCEEDED, line: 2 });
  });

  test('each evaluation has its own budgets', () => {
    const program = compileUncached('len(map(1..400000, #)) > 0', 'nil');
    for (let round = 0; round < 3; round++) {
      expect(program.evaluate({ result: null, isNil: true }, undefined)).toBe(true);
    }
  });

  test('the meter counts, and ends at its bounds', () => {
    const meter = new Meter();
    meter.grow(999_999);
    expect(meter.isTooMuch(1)).toBe(true);
    expect(() => meter.grow(1)).toThrow('memory budget exceeded');
    meter.spend(5_200_000);
    expect(() => meter.spend(1)).toThrow('step budget exceeded');
  });
});
