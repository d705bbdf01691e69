import { compileUncached, evaluateCondition } from '../../lib/expression/evaluate.ts';
import { inputOf } from '../../lib/expression/metric-input.ts';
import type { MetricValue } from '../../lib/model/metric-value.ts';
import type { Figure } from './figures.ts';

const CONDITION = 'len(result) > 0 && result[0] >= 0.95';
const VALUE: MetricValue = { type: '[]float64', value: [0.97, 0.99] };
/** The dearest expressions that the step budget lets through, or ends. */
const DEAR = [
  'count(1..999999, # % 7 == 0) > 5',
  'sum(1..999999, # * # + 1) > 0',
  'len(sort(map(1..100000, (# * 7919) % 100003))) > 0',
  'len(toJSON(1..300000)) > 0',
  'all(1..999999, string(#) != "")',
  'repeat("ab", 20000) matches "([ab]{1,50}){1,19}[^ab]"',
];

/** The dearest that are known of what strangers may ask of a web answer of a megabyte: `test/expression/charges.test.ts`. */
const HOSTILE: readonly (readonly [condition: string, answer: string])[] = (
  [
    'any(1..100000, {result[#:] == ""})',
    'any(1..100000, {len(result[#:]) == 0})',
    'any(1..100000, result == result[1:] + result[:1])',
    'any(1..100000, result > result + "a")',
    'any(1..100000, result contains "aaaaab")',
    'any(1..100000, result contains result[1:] + "z")',
    'any(1..100000, lastIndexOf(result, "aaaaaaaaaaab") == 0)',
    'any(1..100000, upper(result) == "")',
    'any(1..100000, replace(result, "", "-") == "")',
    'any(1..100000, len(split(result, "a")) == 0)',
    'any(1..100000, toJSON(result) == "")',
    'any(1..100000, hasPrefix(result + string(#), "b"))',
    'any(1..100000, result[:200] matches ("a{1000}" + string(#)))',
    'any(1..100000, result[:2000] matches "[^z]*a[^z]{500}z$")',
    'any(1..100000, date("Mon, 02 Jan 2006 15:04:05 MST") == now())',
    'len(groupBy(1..100000, result + string(#))) > 0',
  ] as const
).flatMap((condition) => ['a'.repeat(1_000_000), 'é'.repeat(500_000)].map((answer) => [condition, answer] as const));

/** The condition language: a condition that is compiled already, one that is not, and the dearest one. */
export function benchExpression(): readonly Figure[] {
  return [
    { name: 'condition, compiled', figure: hotNanoseconds() / 1000, unit: 'µs', limit: 1 },
    { name: 'condition, cold', figure: coldNanoseconds() / 1000, unit: 'µs', limit: 60 },
    {
      name: 'condition, dearest',
      figure: Math.max(...DEAR.map((text) => dearMilliseconds(text))),
      unit: 'ms',
      limit: 50,
    },
    {
      name: 'condition, dearest hostile, of 1 MB (processor time)',
      figure: Math.max(...HOSTILE.map(([text, answer]) => hostileMilliseconds(text, answer))),
      unit: 'ms',
      limit: 50,
    },
  ];
}

function hotNanoseconds(): number {
  return medianNanoseconds(20_000, () => evaluateCondition(CONDITION, VALUE));
}

function coldNanoseconds(): number {
  return medianNanoseconds(500, () => {
    const input = inputOf(VALUE);
    return compileUncached(CONDITION, input.type).evaluate(input, undefined);
  });
}

function dearMilliseconds(condition: string): number {
  return (
    medianNanoseconds(
      1,
      () => {
        try {
          return evaluateCondition(condition, VALUE);
        } catch {
          // The step budget ended it, which is as good.
          return undefined;
        }
      },
      9,
    ) / 1_000_000
  );
}

/** The median of processor time, garbage and all. */
function hostileMilliseconds(condition: string, answer: string): number {
  const times: number[] = [];
  for (let round = 0; round < 7; round++) {
    const before = process.cpuUsage();
    try {
      evaluateCondition(condition, { type: 'string', value: answer }, new Date(0));
    } catch {
      // The step budget ended it, which is as good.
    }
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return times.toSorted((one, other) => one - other)[3] ?? Number.NaN;
}

/** The median time of one call, over rounds of so many calls each; the first rounds only warm up. */
function medianNanoseconds(calls: number, call: () => unknown, rounds = 31): number {
  const times: number[] = [];
  for (let round = 0; round < rounds + 3; round++) {
    const start = performance.now();
    for (let index = 0; index < calls; index++) call();
    times.push(((performance.now() - start) * 1_000_000) / calls);
  }
  return times.slice(3).toSorted((one, other) => one - other)[Math.floor(rounds / 2)] ?? Number.NaN;
}
