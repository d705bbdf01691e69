import { compileUncached, evaluateCondition } from '../../lib/expression/compile.ts';
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

/** The condition language: a condition that is compiled already, one that is not, and the dearest one. */
export function benchExpression(): readonly Figure[] {
  return [
    { name: 'condition, compiled', figure: hotNanoseconds() / 1000, unit: 'µs', limit: 1 },
    { name: 'condition, cold', figure: coldNanoseconds() / 1000, unit: 'µs', limit: 60 },
    { name: 'condition, dearest', figure: Math.max(...DEAR.map(dearMilliseconds)), unit: 'ms', limit: 50 },
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
