import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deepFreeze } from '../../../lib/clusters/freeze.ts';
import { keepEqual } from '../../../lib/clusters/store/keep-equal.ts';

const json = fc.jsonValue({ maxDepth: 4 });

describe('keepEqual', () => {
  test('says what came after, whatever was before, frozen or not', () => {
    fc.assert(
      fc.property(json, json, fc.boolean(), (before, after, isFrozen) => {
        const expected = JSON.stringify(after);
        const given: unknown = JSON.parse(expected);
        expect(JSON.stringify(keepEqual(deepFreeze(before), isFrozen ? deepFreeze(given) : given))).toBe(expected);
      }),
    );
  });

  test('is what was before where both say the same', () => {
    fc.assert(
      fc.property(fc.object(), (value) => {
        const [before, after] = [JSON.parse(JSON.stringify(value)), JSON.parse(JSON.stringify(value))] as unknown[];
        expect(keepEqual(before, after)).toBe(before);
      }),
    );
  });

  test('keeps the parts that are the same, and takes the others', () => {
    const before = deepFreeze({ spec: { a: [1, { b: 2 }] }, list: [{ n: 1 }, { n: 2 }], gone: {} });
    const kept = keepEqual(before, { spec: { a: [1, { b: 2 }] }, list: [{ n: 1 }, { n: 3 }, { n: 2 }] });
    expect(kept).toEqual({ spec: { a: [1, { b: 2 }] }, list: [{ n: 1 }, { n: 3 }, { n: 2 }] });
    expect(kept.spec).toBe(before.spec);
    expect(kept.list[0]).toBe(before.list[0]);
    expect(kept.list[1]).toEqual({ n: 3 });
  });

  test('a field that is called like what objects inherit is a field', () => {
    const kept = keepEqual({}, JSON.parse('{"constructor":{"a":1},"__proto__":{"b":2}}') as object);
    expect(JSON.stringify(kept)).toBe('{"constructor":{"a":1},"__proto__":{"b":2}}');
  });
});
