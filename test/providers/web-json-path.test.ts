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

  test.each([
    { name: 'the same comparison of long texts', path: '{.l[?(@.a==@.b)]}'.repeat(2000), document: 'long texts' },
    { name: 'the same keys sorted again', path: '{.k.*}'.repeat(5000), document: 'long keys' },
    {
      name: 'what stands between the ends of a range',
      path: `{range .n[*]}${'{$}x'.repeat(10_000)}{end}`,
      document: 'numbers',
    },
    { name: 'the literals of a filter', path: `{.n[?(${'1 '.repeat(50_000)}==1)]}`, document: 'numbers' },
    { name: 'the bytes of a text', path: '{.t.*}'.repeat(3), document: 'text' },
  ])('$name counts too', ({ path, document }) => {
    const half = 'a'.repeat(200_000);
    const hostile: Readonly<Record<string, Value>> = {
      'long texts': { l: [{ a: `${half}b`, b: `${half}c` }] },
      'long keys': {
        k: Object.fromEntries(Array.from({ length: 500 }, (_, at) => [half.slice(0, 500) + String(at), at])),
      },
      numbers: { n: Array.from({ length: 10_000 }, () => 1) },
      text: { t: `${half}${half}${half}` },
    };
    expect(() => compileJsonPath(path)(hostile[document] ?? null)).toThrow('the path touches more than 1000000 values');
  });

  test('ranges within ranges cannot overflow the stack', () => {
    expect(() => compileJsonPath('{range $}'.repeat(50_000))(1)).toThrow(
      'the path has more than 1000 ranges within ranges',
    );
  });

  test.each([
    { name: 'a union', path: '{[0:,0:]}', count: 400_000 },
    { name: 'a range', path: '{range [*]}{@}{end}', count: 150_000 },
  ])('$name may give many values', ({ path, count }) => {
    const list = Array.from({ length: count / (path.includes(',') ? 2 : 1) }, () => 1);
    const found = compileJsonPath(path)(list);
    expect(found.flat()).toHaveLength(count);
  });
});
