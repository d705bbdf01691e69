import { afterAll, describe, expect, test } from 'vitest';
import { type LifeVector, replayLife } from './experiment-lives.ts';
import { type PureVector, replayPure } from './experiment-pure.ts';
import { loadDifferences, loadVectors } from './load.ts';

/** Reads `ASSAY_VECTORS` too: see load.ts. A row of the report is a file of lives, or a function. */
const groups = groupVectors();
/** Other areas have the same ids: those of experiments are listed as `experiment/<id>`. */
const differences = loadDifferences();
const isListed = ({ id }: { readonly id: string }) => `experiment/${id}` in differences;
const report: string[] = [];
const total = { passed: 0, listed: 0, vectors: 0 };

describe.skipIf(groups.size === 0)('Experiment vectors', () => {
  test.each([...groups].map(([group, vectors]) => ({ group, vectors })))('$group', ({ group, vectors }) => {
    const wrong = vectors.flatMap((vector) => judge(vector) ?? []);
    const asListed = vectors.filter(isListed).length;
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
    report.push(`experiment: ${passed} of ${vectors} pass, ${known} are listed in differences.json`);
    process.stdout.write(`${report.join('\n')}\n`);
  });
});

/** A complaint about a vector whose outcome is not the one wanted, or that is listed as different and is not. */
function judge(vector: LifeVector | PureVector): string | undefined {
  const difference = 'steps' in vector ? replayLife(vector) : replayPure(vector);
  if (!isListed(vector)) return difference && `${vector.id}: ${difference}`;
  return difference === undefined ? `${vector.id}: passes, but is listed in differences.json` : undefined;
}

function groupVectors(): ReadonlyMap<string, (LifeVector | PureVector)[]> {
  const grouped = new Map<string, (LifeVector | PureVector)[]>();
  for (const { file, vectors } of loadVectors('experiment')) {
    for (const vector of vectors as readonly (Readonly<Record<string, unknown>> & (LifeVector | PureVector))[]) {
      const group = 'fn' in vector ? `${file}: ${String(vector.fn)}` : file;
      grouped.set(group, [...(grouped.get(group) ?? []), vector]);
    }
  }
  return grouped;
}
