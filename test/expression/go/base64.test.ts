import { expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from '../../../lib/expression/go/base64.ts';

test.each([
  ['', ''],
  ['a', 'YQ=='],
  ['ab', 'YWI='],
  ['abc', 'YWJj'],
  ['é\udcff', 'w6n/'],
])('%j is %j in base64', (text, encoded) => {
  expect([encodeBase64(text), decodeBase64(encoded)]).toEqual([encoded, text]);
});

test('line breaks are skipped', () => {
  expect(decodeBase64('YW\r\nI\n=\n')).toBe('ab');
  expect(decodeBase64('YQ=\n=\n')).toBe('a');
});

test.each([
  { encoded: 'YQ', at: 0 },
  { encoded: 'YWJjY', at: 4 },
  { encoded: 'Y===', at: 1 },
  { encoded: '=', at: 0 },
  { encoded: 'YQ=', at: 3 },
  { encoded: 'YQ=x', at: 2 },
  { encoded: 'YQ==x', at: 4 },
  { encoded: 'YWI=x', at: 4 },
  { encoded: 'Y-Jj', at: 1 },
])('$encoded is in error at byte $at', ({ encoded, at }) => {
  expect(() => decodeBase64(encoded)).toThrow(`illegal base64 data at input byte ${at}`);
});
