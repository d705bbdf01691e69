import { afterAll, describe, expect, test } from 'vitest';
import { type PureVector, replayPure } from './analysis-pure.ts';
import { replayRun, type RunVector } from './analysis-runs.ts';
import { loadDifferences, loadVectors } from './load.ts';

/** Reads `ASSAY_VECTORS` too: see load.ts. A row of the report is a file of runs, or a function. */
const groups = groupVectors();
const listed = loadDifferences();
const report: string[] = [];
const total = { passed: 0, listed: 0, vectors: 0 };

describe.skipIf(groups.size === 0)('AnalysisRun vectors', () => {
  test.each([...groups].map(([group, vectors]) => ({ group, vectors })))('$group', ({ group, vectors }) => {
    const wrong = vectors.flatMap((vector) => judge(vector) ?? []);
    const asListed = vectors.filter(({ id }) => id in listed).length;
    const passed = vectors.length - wrong.length - asListed;
    total.passed += passed;
    total.listed += asListed;
    total.vectors += vectors.length;
    const note = asListed === 0 ? '' : `, ${asListed} listed in differences.json`;
    report.push(`${group.padEnd(60)} ${passed} of ${vectors.length}${note}`);
    expect(wrong).toStrictEqual([]);
  });

  afterAll(() => {
    const { passed, listed: known, vectors } = total;
    report.push(`analysis: ${passed} of ${vectors} pass, ${known} are listed in differences.json`);
    process.stdout.write(`${report.join('\n')}\n`);
  });
});

/** A complaint about a vector whose outcome is not the one wanted, or that is listed as different and is not. */
function judge(vector: RunVector | PureVector): string | undefined {
  const difference = 'steps' in vector ? replayRun(vector) : replayPure(vector);
  if (!(vector.id in listed)) return difference && `${vector.id}: ${difference}`;
  return difference === undefined ? `${vector.id}: passes, but is listed in differences.json` : undefined;
}

function groupVectors(): ReadonlyMap<string, (RunVector | PureVector)[]> {
  const grouped = new Map<string, (RunVector | PureVector)[]>();
  for (const { file, vectors } of loadVectors('analysis')) {
    for (const vector of vectors as readonly (Readonly<Record<string, unknown>> & (RunVector | PureVector))[]) {
      const group = 'fn' in vector ? `${file}: ${String(vector.fn)}` : file;
      grouped.set(group, [...(grouped.get(group) ?? []), vector]);
    }
  }
  return grouped;
}
