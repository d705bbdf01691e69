import { expect, test } from 'vitest';
import { redact } from '../../lib/analysis/redact.ts';
import { cut, cutAndCount } from '../../lib/model/cut.ts';

test.each([
  ['short', 10, 'short'],
  ['exactly ten', 11, 'exactly ten'],
  ['one too long', 11, 'one too lo…'],
  ['😀😀😀', 4, '😀…'],
  ['😀😀😀', 5, '😀😀…'],
  ['nothing', 0, '…'],
])('%j in %i characters is %j', (text, limit, want) => {
  expect(cut(text, limit)).toBe(want);
});

test('a text that is cut says how long it was, within its limit', () => {
  expect(cutAndCount('short', 10)).toBe('short');
  const text = cutAndCount('😀'.repeat(100), 61);
  expect(text).toHaveLength(61);
  expect(text.endsWith('… (cut: 200 characters in all)')).toBe(true);
  expect(text.isWellFormed()).toBe(true);
});

test.each(['super-secret-of-the-house', 'päss😀wörd😀of😀the😀house', 'pa"b\\s<s>&w/o+r=d of the house'])(
  'wherever a text is cut, what is left of %s is masked',
  (secret) => {
    const beginning = secret.slice(0, 4); // Less could be how any word begins.
    for (const spell of [String, encodeURIComponent, (text: string) => JSON.stringify(text).slice(1, -1)]) {
      const text = `the server said ${spell(secret)} and no more`;
      for (let limit = 0; limit <= text.length; limit += 1) {
        expect(redact(cut(text, limit), [secret])).not.toContain(spell(beginning));
      }
    }
  },
);
