import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  byteAt,
  byteLength,
  byteSlice,
  compare,
  concat,
  contains,
  hasPrefix,
  hasSuffix,
  index,
  join,
  lastIndex,
  repeat,
  replace,
  runeCount,
  split,
  splitAfter,
  toLower,
  toUpper,
  trim,
  trimPrefix,
  trimSpace,
  trimSuffix,
} from '../../../lib/expression/go/strings.ts';
import { fromBinary, rejoin, toBinary } from '../../../lib/expression/go/utf8.ts';

/** The first and the second byte of `é`. */
const [HEAD, TAIL] = ['\udcc3', '\udca9'];

describe('bytes', () => {
  test('any bytes survive as a string', () => {
    const binary = fc.string({ unit: fc.nat(255).map((byte) => String.fromCharCode(byte)) });
    fc.assert(
      fc.property(binary, (bytes) => {
        expect(toBinary(fromBinary(bytes))).toBe(bytes);
      }),
    );
  });

  test('any well-formed string survives as bytes', () => {
    const rune = fc.nat(0x10_ffff).map((code) => String.fromCodePoint(code).toWellFormed());
    fc.assert(
      fc.property(fc.string({ unit: rune }), (text) => {
        expect(fromBinary(toBinary(text))).toBe(text);
      }),
    );
  });

  test.each([
    { name: 'an overlong form', bytes: '\xc0\x80', want: '\udcc0\udc80' },
    { name: 'a surrogate', bytes: '\xed\xa0\x80', want: '\udced\udca0\udc80' },
    { name: 'beyond U+10FFFF', bytes: '\xf4\x90\x80\x80', want: '\udcf4\udc90\udc80\udc80' },
    { name: 'two bytes of four', bytes: '\xf0\x9fa', want: '\udcf0\udc9fa' },
    { name: 'the longest', bytes: '\xf4\x8f\xbf\xbf', want: '\u{10ffff}' },
  ])('UTF-8: $name', ({ bytes, want }) => {
    expect(fromBinary(bytes)).toBe(want);
  });

  test.each([
    { cut: byteSlice('aé', 0, 2), want: `a${HEAD}` },
    { cut: byteSlice('aé', 2, 3), want: TAIL },
    { cut: concat(`a${HEAD}`, TAIL), want: 'aé' },
    { cut: concat('😀', 'x'), want: '😀x' },
    { cut: join([HEAD, TAIL, ''], ''), want: 'é' },
    { cut: repeat(`${TAIL}${HEAD}`, 2), want: `${TAIL}é${HEAD}` },
    { cut: rejoin('\udcf0\udc9f\udc98\udc80'), want: '😀' },
  ])('split characters become whole again: $want', ({ cut, want }) => {
    expect(cut).toBe(want);
  });

  test('lengths and positions', () => {
    expect([runeCount('aé😀'), byteLength('aé😀'), byteAt('é', 1)]).toEqual([3, 7, 0xa9]);
    expect([runeCount(`a${HEAD}`), runeCount('abc')]).toEqual([2, 3]);
    expect([index('éa', 'a'), index('éa', 'x'), lastIndex('aéa', 'a'), lastIndex('é', '')]).toEqual([2, -1, 3, 2]);
  });
});

test.each([
  ['a', 'b', -1],
  ['b', 'a', 1],
  ['a', 'a', 0],
  ['a', 'ab', -1],
  ['ab', 'a', 1],
  ['😀', '😁', -1],
  ['\uffff', '😀', -1],
  [HEAD, 'é', -1],
])('%j is ordered by bytes to %j: %i', (left, right, want) => {
  expect(compare(left, right)).toBe(want);
});

test.each([
  { part: 'é', want: { contains: true, prefix: true, suffix: false } },
  { part: HEAD, want: { contains: true, prefix: true, suffix: false } },
  { part: 'x', want: { contains: true, prefix: false, suffix: true } },
  { part: `${TAIL}x`, want: { contains: true, prefix: false, suffix: true } },
])('$part in éx', ({ part, want }) => {
  expect({ contains: contains('éx', part), prefix: hasPrefix('éx', part), suffix: hasSuffix('éx', part) }).toEqual(
    want,
  );
});

test.each([
  { was: trimPrefix('éa', HEAD), want: `${TAIL}a` },
  { was: trimPrefix('aab', 'a'), want: 'ab' },
  { was: trimPrefix('aab', 'b'), want: 'aab' },
  { was: trimSuffix('baa', 'a'), want: 'ba' },
  { was: trimSuffix('baa', 'b'), want: 'baa' },
  { was: trimSpace('\u0085\u2003 a\ufeff\n'), want: 'a\ufeff' },
  { was: trimSpace(' \t '), want: '' },
  { was: trim('éaé', 'é'), want: 'a' },
  { was: trim('xyx', 'yx'), want: '' },
  { was: trim(`${TAIL}a`, '\ufffd'), want: 'a' },
])('trimmed: $want', ({ was, want }) => {
  expect(was).toBe(want);
});

test.each([
  { parts: split('a,b,', ','), want: ['a', 'b', ''] },
  { parts: split('', ','), want: [''] },
  { parts: split('', ''), want: [] },
  { parts: split(`é${HEAD}`, ''), want: ['é', HEAD] },
  { parts: split('é', TAIL), want: [HEAD, ''] },
  { parts: split('a,b,c', ',', 2), want: ['a', 'b,c'] },
  { parts: split('abc', '', 2), want: ['a', 'bc'] },
  { parts: split('a,b', ',', 9), want: ['a', 'b'] },
  { parts: split('a', ',', 0), want: null },
  { parts: splitAfter('a,b,', ','), want: ['a,', 'b,', ''] },
  { parts: splitAfter('a,b,c', ',', 2), want: ['a,', 'b,c'] },
])('split into $want', ({ parts, want }) => {
  expect(parts).toEqual(want);
});

test.each([
  { was: replace('aaa', 'a', 'b'), want: 'bbb' },
  { was: replace('aaa', 'a', 'b', 2), want: 'bba' },
  { was: replace('aaa', 'a', 'b', 0), want: 'aaa' },
  { was: replace('aaa', 'a', 'a'), want: 'aaa' },
  { was: replace('éa', '', '-'), want: '-é-a-' },
  { was: replace('éa', '', '-', 2), want: '-é-a' },
  { was: replace('éa', '', '-', 9), want: '-é-a-' },
  { was: replace(`${HEAD}x${TAIL}`, 'x', ''), want: 'é' },
])('replaced: $want', ({ was, want }) => {
  expect(was).toBe(want);
});

test.each([
  ['straße ŉ ﬀ', 'STRAßE ŉ ﬀ'],
  ['ᾀ ᾳ ῃ ῳ ΐ', 'ᾈ ᾼ ῌ ῼ ΐ'],
  ['ǆ ǅ 𐐨', 'Ǆ Ǆ 𐐀'],
  [`a${HEAD}`, 'A\ufffd'],
  ['abc', 'ABC'],
])('%j in upper case is %j', (text, want) => {
  expect(toUpper(text)).toBe(want);
});

test.each([
  ['İ ΑΣ Ǆ', 'i ας ǆ'.replace('ς', 'σ')],
  [`A${HEAD}`, 'a\ufffd'],
  ['ABC', 'abc'],
])('%j in lower case is %j', (text, want) => {
  expect(toLower(text)).toBe(want);
});
