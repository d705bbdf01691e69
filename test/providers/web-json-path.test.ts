import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { GoInt, type Value } from '../../lib/expression/value.ts';
import { compileJsonPath } from '../../lib/providers/web-json-path.ts';

/** What k8s.io/client-go/util/jsonpath v0.36.3 makes of each path and document; the first line has the documents. */
interface Row {
  readonly path: string;
  readonly document: string;
  readonly want?: unknown;
  readonly error?: string;
}

const [first = '', ...lines] = readFileSync('test/providers/web-json-path.jsonl', 'utf8').trimEnd().split('\n');
const { documents } = JSON.parse(first) as { documents: Readonly<Record<string, Value>> };

function evaluate(path: string, document: Value): unknown {
  let isParsed = false;
  try {
    const find = compileJsonPath(path);
    isParsed = true;
    return { want: find(document).map((group) => group.map(plain)) };
  } catch (error) {
    return { error: `${isParsed ? '' : 'parse: '}${(error as Error).message}` };
  }
}

/** Ints and bytes as JSON has them. */
function plain(value: Value): unknown {
  if (value instanceof GoInt) return Number(value.value);
  return typeof value === 'bigint' ? Number(value) : value;
}

test(`all ${lines.length} paths give what client-go gives`, () => {
  const differences = lines
    .map((line) => JSON.parse(line) as Row)
    .map(({ path, document, ...want }) => ({ path, document, want, got: evaluate(path, documents[document] ?? null) }))
    .filter(({ want, got }) => JSON.stringify(sorted(want)) !== JSON.stringify(sorted(got)));
  expect(differences).toEqual([]);
  expect(lines.length).toBeGreaterThan(800);
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, field]) => [key, sorted(field)]));
}

describe('where client-go is of no use as a measure', () => {
  test('maps are walked in the order of their keys, which client-go takes at random', () => {
    expect(compileJsonPath('{.*}')({ b: 1, a: 2, 10: 3 })).toEqual([[3, 2, 1]]);
  });

  test.each(['{$}', '{[0]}', '{range [*]}{@}{end}', '{..}'])('%s of null is no crash', (path) => {
    expect(() => compileJsonPath(path)(null)).not.toThrow();
  });

  test('a document as deep as JSON goes', () => {
    let deep: Value = 1;
    for (let depth = 0; depth < 10_000; depth++) deep = [deep];
    expect(compileJsonPath('{..[0]}')(deep)[0]).toHaveLength(10_000);
  });

  test('the values touched are bounded', () => {
    let deep: Value = 1;
    for (let depth = 0; depth < 5_000; depth++) deep = [deep];
    const find = compileJsonPath('{..[*]..[*]..[*]}');
    expect(() => find(deep)).toThrow('the path touches more than 1000000 values');
  });
});
