import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteIndex } from '../../../lib/expression/go/byte-index.ts';
import { fromBinary, toBinary } from '../../../lib/expression/go/utf8.ts';
import { anyCharacter } from '../../any-character.ts';

/** Texts as the language has them: any bytes, of which those that are no part of valid UTF-8 stand alone. */
const text = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 200 }).map((given) => given.toWellFormed()),
  fc
    .array(fc.integer({ min: 0, max: 255 }), { maxLength: 200 })
    .map((bytes) => fromBinary(String.fromCharCode(...bytes))),
  fc
    .array(fc.constantFrom('a', 'é', 'λ', '😀', '\udc80', '\udcc3'), { maxLength: 300 })
    .map((parts) => fromBinary(toBinary(parts.join('')))),
);

test('lengths, slices and bytes are those of the bytes', () => {
  fc.assert(
    fc.property(text, fc.nat(900), fc.nat(900), (given, one, other) => {
      const bytes = toBinary(given);
      const index = new ByteIndex(given);
      const [from = 0, to = 0] = [one, other]
        .map((at) => at % (bytes.length + 1))
        .toSorted((left, right) => left - right);
      expect(index.length).toBe(bytes.length);
      expect(index.runeCount).toBe(Array.from(given).length);
      expect(index.slice(from, to)).toBe(fromBinary(bytes.slice(from, to)));
      const at = Math.max(Math.min(from, bytes.length - 1), 0);
      expect(bytes === '' ? 0 : index.at(at)).toBe(bytes === '' ? 0 : bytes.charCodeAt(at));
    }),
    { numRuns: 2000 },
  );
});

test('a code unit is found among the bytes', () => {
  fc.assert(
    fc.property(text, (given) => {
      const index = new ByteIndex(given);
      let unit = 0;
      for (const rune of given) {
        expect(index.byteAt(unit)).toBe(toBinary(given.slice(0, unit)).length);
        unit += rune.length;
      }
    }),
  );
});
