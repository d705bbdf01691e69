import { afterAll, describe, expect, test } from 'vitest';
import { compareVector } from './expression-run.ts';
import type { ExpressionVector } from './expression-run.ts';
import { loadVectors } from './load.ts';

interface Tally {
  right: number;
  failing: number;
  sameClass: number;
  sameMessage: number;
  vectors: number;
}

/** Reads `ASSAY_VECTORS` too: see load.ts. */
const files = loadVectors('expression');
const report: string[] = [];
const total: Tally = { right: 0, failing: 0, sameClass: 0, sameMessage: 0, vectors: 0 };

describe.skipIf(files.length === 0)('expression vectors', () => {
  test.each(files)('$file', ({ file, vectors }) => {
    const tally: Tally = { right: 0, failing: 0, sameClass: 0, sameMessage: 0, vectors: vectors.length };
    const wrong: string[] = [];
    for (const vector of vectors as readonly (Readonly<Record<string, unknown>> & ExpressionVector)[]) {
      const { complaint, isSameClass, isSameMessage } = compareVector(vector);
      if (complaint === undefined) tally.right++;
      else wrong.push(complaint);
      if (vector.error === null) continue;
      tally.failing++;
      if (isSameClass) tally.sameClass++;
      if (isSameMessage) tally.sameMessage++;
    }
    for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += tally[key];
    report.push(row(file.replace('.jsonl', ''), tally));
    expect(wrong).toStrictEqual([]);
  });

  test('errors are found in the same stage as in Go', () => {
    expect(total.sameClass / total.failing).toBeGreaterThanOrEqual(0.98);
  });

  afterAll(() => {
    process.stdout.write(`${[...report, row('all expressions', total)].join('\n')}\n`);
  });
});

function row(name: string, { right, failing, sameClass, sameMessage, vectors }: Tally): string {
  const errors = `${sameClass} of ${failing} errors in the same class, ${sameMessage} with the same text`;
  return `${name.padEnd(22)} ${right} of ${vectors} right; ${errors}`;
}
