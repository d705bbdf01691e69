import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compareVector } from '../vectors/expression-run.ts';
import type { ExpressionVector } from '../vectors/expression-run.ts';

/** Corners that the conformance vectors leave out, with what the Go library makes of them; in the vectors' format. */
const outcomes = readFileSync(new URL('outcomes.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as ExpressionVector);

test.each(outcomes)('$id: $expr', (vector) => {
  expect(compareVector(vector)).toStrictEqual({
    complaint: undefined,
    isSameClass: true,
    isSameMessage: true,
  });
});
