import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadVectors } from './load.ts';

const LINES = {
  expression: { id: 'e', expr: '1' },
  analysis: { id: 'a', run: {} },
  pure: { id: 'p', fn: 'worst', in: {} },
  experiment: { id: 'x', experiment: {} },
};

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vectors-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(path: string, ...lines: object[]): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

describe('another folder of vectors', () => {
  test('with one folder an area', () => {
    write('analysis/b.jsonl', LINES.analysis);
    write('analysis/a.jsonl', LINES.pure, LINES.pure);
    write('analysis/README.md', {});
    const files = loadVectors('analysis', folder);
    expect(files.map(({ file, vectors }) => [file, vectors.length])).toStrictEqual([
      ['a.jsonl', 2],
      ['b.jsonl', 1],
    ]);
  });

  test('with the files themselves, told apart by what is in them', () => {
    for (const [name, line] of Object.entries(LINES)) write(`${name}.jsonl`, line);
    const names = (['expression', 'analysis', 'experiment'] as const).map((area) =>
      loadVectors(area, folder).map(({ file }) => file),
    );
    expect(names).toStrictEqual([['expression.jsonl'], ['analysis.jsonl', 'pure.jsonl'], ['experiment.jsonl']]);
  });

  test('may leave an area out', () => {
    write('expression.jsonl', LINES.expression);
    expect(loadVectors('analysis', folder)).toStrictEqual([]);
  });

  test('must not be empty', () => {
    write('analysis/empty.jsonl');
    expect(() => loadVectors('analysis', folder)).toThrow(`no vectors of any area in ${folder}`);
  });
});

test('the vectors that belong to the project', () => {
  expect(loadVectors('analysis', '').length).toBeGreaterThan(20);
});
