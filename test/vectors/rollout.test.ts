import { afterAll, describe, expect, test } from 'vitest';
import { loadDifferences, loadVectors } from './load.ts';
import { type LifeVector, replayLife } from './rollout-lives.ts';

/** Lives of Rollouts, file by file; `VECTOR=<id or file>` prints the first difference of each life of it. */
const files = loadVectors('rollout').filter(({ file }) => file.startsWith('life-'));
const shown = process.env['VECTOR'] ?? '';
/** Other areas have the same ids: those of Rollouts are listed as `rollout/<id>`. */
const differences = loadDifferences();
const report: string[] = [];
const total = { lives: 0, passed: 0, listed: 0, steps: 0, passedSteps: 0 };

describe.skipIf(files.length === 0)('Rollout vectors', () => {
  test.each(files)('$file', ({ file, vectors }) => {
    const wrong: string[] = [];
    const lives = vectors as readonly unknown[] as readonly LifeVector[];
    const count = { passed: 0, listed: 0, steps: 0, passedSteps: 0 };
    for (const life of lives) {
      const { passed, difference } = replayLife(life);
      const isListed = `rollout/${life.id}` in differences;
      count.passedSteps += passed;
      count.steps += life.steps.length;
      if (difference === undefined) count.passed += 1;
      else if (isListed) count.listed += 1;
      if (difference !== undefined && shown !== '' && (life.id === shown || file.includes(shown))) {
        process.stdout.write(`${life.id}: ${difference}\n`);
      }
      if (difference !== undefined && !isListed) wrong.push(`${life.id}: ${difference}`);
      if (difference === undefined && isListed) wrong.push(`${life.id}: passes, but is listed in differences.json`);
    }
    const { passed, listed, steps, passedSteps } = count;
    const note = listed === 0 ? '' : `, ${listed} lives listed in differences.json`;
    report.push(`${file.padEnd(32)} ${passed} of ${lives.length} lives, ${passedSteps} of ${steps} steps${note}`);
    total.lives += lives.length;
    total.passed += passed;
    total.listed += listed;
    total.steps += steps;
    total.passedSteps += passedSteps;
    expect(wrong).toStrictEqual([]);
  });

  afterAll(() => {
    const { lives, passed, listed, steps, passedSteps } = total;
    report.push(
      `rollout: ${passed} of ${lives} lives pass (${passedSteps} of ${steps} steps), ${listed} are listed in differences.json`,
    );
    process.stdout.write(`${report.join('\n')}\n`);
  });
});
