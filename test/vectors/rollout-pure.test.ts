import { afterAll, describe, expect, test } from 'vitest';
import { loadVectors } from './load.ts';
import { type PureVector, replayPure } from './rollout-pure.ts';

/** Reads `ASSAY_VECTORS` too: see load.ts. A row of the report is a function. */
const groups = Object.groupBy(
  loadVectors('rollout').flatMap(({ vectors }) => vectors.filter((vector) => isPure(vector))),
  ({ fn }) => fn,
);
const report: string[] = [];
const total = { passed: 0, vectors: 0 };

describe.skipIf(Object.keys(groups).length === 0)('pure Rollout vectors', () => {
  test.each(Object.entries(groups))('%s', (fn, vectors = []) => {
    const wrong = vectors.flatMap((vector) => {
      const difference = replayPure(vector);
      return difference === undefined ? [] : `${vector.id}: ${difference}`;
    });
    const passed = vectors.length - wrong.length;
    total.passed += passed;
    total.vectors += vectors.length;
    report.push(`${fn.padEnd(60)} ${passed} of ${vectors.length}`);
    expect(wrong).toStrictEqual([]);
  });

  afterAll(() => {
    report.push(`rollout functions: ${total.passed} of ${total.vectors} pass`);
    process.stdout.write(`${report.join('\n')}\n`);
  });
});

function isPure(vector: object): vector is PureVector {
  return 'fn' in vector;
}
