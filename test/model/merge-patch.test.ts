import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergePatch } from '../../lib/model/merge-patch.ts';

interface Row {
  readonly name: string;
  readonly from: Readonly<Record<string, unknown>>;
  readonly to: Readonly<Record<string, unknown>>;
  readonly want: unknown;
}

test.each<Row>([
  { name: 'nothing differs', from: { a: 1, b: [{ c: 2 }] }, to: { b: [{ c: 2 }], a: 1 }, want: undefined },
  { name: 'a field is added', from: {}, to: { a: 1 }, want: { a: 1 } },
  { name: 'a field is changed', from: { a: 1, b: 2 }, to: { a: 3, b: 2 }, want: { a: 3 } },
  { name: 'a field goes', from: { a: 1, b: 2 }, to: { b: 2 }, want: { a: null } },
  {
    name: 'only the inner field that differs is sent',
    from: { a: { b: 1, c: 2 } },
    to: { a: { b: 1, c: 3 } },
    want: { a: { c: 3 } },
  },
  { name: 'a list is sent whole', from: { a: [1, 2] }, to: { a: [1, 2, 3] }, want: { a: [1, 2, 3] } },
  { name: 'an empty object is sent', from: {}, to: { a: {} }, want: { a: {} } },
  { name: 'a value becomes an object', from: { a: 1 }, to: { a: { b: 1 } }, want: { a: { b: 1 } } },
  { name: 'a name that every object has is an ordinary name', from: { toString: 1 }, to: {}, want: { toString: null } },
  { name: 'undefined is absence', from: { a: undefined, b: 1 }, to: { b: 1, c: undefined }, want: undefined },
])('$name', ({ from, to, want }) => {
  expect(mergePatch(from, to)).toEqual(want);
});

/** RFC 7386, section 2, in as many lines. */
function apply(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> =
    typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = apply(result[key], value);
  }
  return result;
}

test('the patch applied to the first object gives the second', () => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('node'), { noNullPrototype: true }),
    node: fc.oneof(
      fc.integer({ min: 0, max: 2 }),
      fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 2 }),
      tie('tree'),
    ),
  }));
  fc.assert(
    fc.property(tree, tree, (from, to) => {
      expect(apply(from, mergePatch(from, to) ?? {})).toEqual(to);
    }),
  );
});
