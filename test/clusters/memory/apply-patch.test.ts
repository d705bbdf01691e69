import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyPatch, isSame } from '../../../lib/clusters/memory/apply-patch.ts';
import type { JsonPatchStep, Patch } from '../../../lib/model/cluster.ts';

describe('merge patch', () => {
  /** @source RFC 7386, appendix A; a patch that is no object is none for an API server */
  it.each([
    { document: { a: 'b' }, patch: { a: 'c' }, want: { a: 'c' } },
    { document: { a: 'b' }, patch: { b: 'c' }, want: { a: 'b', b: 'c' } },
    { document: { a: 'b' }, patch: { a: null }, want: {} },
    { document: { a: 'b', b: 'c' }, patch: { a: null }, want: { b: 'c' } },
    { document: { a: ['b'] }, patch: { a: 'c' }, want: { a: 'c' } },
    { document: { a: 'c' }, patch: { a: ['b'] }, want: { a: ['b'] } },
    { document: { a: { b: 'c' } }, patch: { a: { b: 'd', c: null } }, want: { a: { b: 'd' } } },
    { document: { a: [{ b: 'c' }] }, patch: { a: [1] }, want: { a: [1] } },
    { document: { e: null }, patch: { a: 1 }, want: { e: null, a: 1 } },
    { document: [1, 2], patch: { a: 'b', c: null }, want: { a: 'b' } },
    { document: {}, patch: { a: { bb: { ccc: null } } }, want: { a: { bb: {} } } },
    { document: { a: 1 }, patch: { a: undefined }, want: { a: 1 } },
  ])('$document + $patch', ({ document, patch, want }) => {
    expect(applyPatch(document, patch)).toStrictEqual(want);
  });

  it('leaves the document as it was, and does nothing twice', () => {
    const objects = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });
    fc.assert(
      fc.property(objects, objects, (document, patch) => {
        const before = structuredClone(document);
        const once = applyPatch(document, patch);
        expect(document).toStrictEqual(before);
        expect(isSame(applyPatch(once, patch), once)).toBe(true);
      }),
    );
  });
});

describe('JSON patch', () => {
  const document = { a: { b: [1, 2, 3] }, 'x/y~z': 1, n: null };

  it.each([
    { op: 'add', path: '/a/c', value: 4, want: { ...document, a: { b: [1, 2, 3], c: 4 } } },
    { op: 'add', path: '/a/b/1', value: 9, want: { ...document, a: { b: [1, 9, 2, 3] } } },
    { op: 'add', path: '/a/b/3', value: 9, want: { ...document, a: { b: [1, 2, 3, 9] } } },
    { op: 'add', path: '/a/b/-', value: 9, want: { ...document, a: { b: [1, 2, 3, 9] } } },
    { op: 'add', path: '/n', value: 1, want: { ...document, n: 1 } },
    { op: 'replace', path: '/a/b/0', value: { c: 1 }, want: { ...document, a: { b: [{ c: 1 }, 2, 3] } } },
    { op: 'replace', path: '/x~1y~0z', value: 2, want: { ...document, 'x/y~z': 2 } },
    { op: 'remove', path: '/a/b/2', want: { ...document, a: { b: [1, 2] } } },
    { op: 'remove', path: '/a', want: { 'x/y~z': 1, n: null } },
    { op: 'test', path: '/a', value: { b: [1, 2, 3] }, want: document },
    { op: 'test', path: '/n', value: null, want: document },
    { op: 'replace', path: '', value: { all: 'new' }, want: { all: 'new' } },
  ] as const)('$op $path', ({ want, ...step }) => {
    expect(applyPatch(document, [step])).toStrictEqual(want);
  });

  it.each([
    { op: 'add', path: '/a/b/4', value: 1 },
    { op: 'add', path: '/a/b/01', value: 1 },
    { op: 'add', path: '/a/b/-1', value: 1 },
    { op: 'add', path: '/absent/c', value: 1 },
    { op: 'add', path: '/n/c', value: 1 },
    { op: 'replace', path: '/a/b/3', value: 1 },
    { op: 'replace', path: '/a/b/-', value: 1 },
    { op: 'remove', path: '/absent' },
    { op: 'remove', path: '/a/b/-' },
    { op: 'test', path: '/a', value: { b: [1, 2] } },
    { op: 'test', path: '/a/b/x', value: 1 },
    { op: 'add', path: 'a', value: 1 },
  ] as JsonPatchStep[])('refuses $op $path', (step) => {
    const patch: Patch = [step];
    expect(() => applyPatch(document, patch)).toThrow(`JSON patch: ${step.op} ${step.path}: `);
  });
});

describe('isSame', () => {
  it.each([
    { left: { a: 1, b: [{ c: null }] }, right: { b: [{ c: null }], a: 1 }, want: true },
    { left: { a: 1 }, right: { a: 1, b: 2 }, want: false },
    { left: { a: undefined }, right: { b: 1 }, want: false },
    { left: [1, 2], right: [2, 1], want: false },
    { left: [], right: {}, want: false },
    { left: {}, right: null, want: false },
    { left: '1', right: 1, want: false },
  ])('$left and $right: $want', ({ left, right, want }) => {
    expect(isSame(left, right)).toBe(want);
    expect(isSame(right, left)).toBe(want);
  });
});
