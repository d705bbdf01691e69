import { afterAll, describe, expect, test } from 'vitest';
import { loadDifferences, loadVectors } from './load.ts';
import { playProvider, type ProviderVector } from './providers.ts';

/** What Argo's providers asked of their sources, and what they made of the answers. */
const files = loadVectors('providers');
const differences = loadDifferences();
const report: string[] = [];

describe.skipIf(files.length === 0)('provider vectors', () => {
  test.each(files)('$file', async ({ file, vectors }) => {
    const wrong: string[] = [];
    let listed = 0;
    for (const vector of vectors as readonly unknown[] as readonly ProviderVector[]) {
      const difference = await playProvider(vector);
      const isListed = `provider/${vector.id}` in differences;
      if (difference !== undefined && isListed) listed += 1;
      if (difference !== undefined && !isListed) wrong.push(`${vector.id}: ${difference}`);
      if (difference === undefined && isListed) wrong.push(`${vector.id}: passes, but is listed in differences.json`);
    }
    const note = listed === 0 ? '' : `, ${listed} listed in differences.json`;
    report.push(`${file.padEnd(32)} ${vectors.length - listed - wrong.length} of ${vectors.length}${note}`);
    expect(wrong).toStrictEqual([]);
  });

  afterAll(() => void process.stdout.write(`${report.join('\n')}\n`));
});
