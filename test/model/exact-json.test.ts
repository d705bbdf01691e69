import { expect, test } from 'vitest';
import { isRawNumber, parseJson } from '../../lib/model/exact-json.ts';

test.each([
  ['an integer beyond 2^53 in a jsonBody', '{"jsonBody":{"id":9007199254740993}}'],
  ['the smallest and the largest of 64 bits', '{"jsonBody":{"a":[-9223372036854775808,{"b":9223372036854775807}]}}'],
  ['small integers and fractions beside it', '{"jsonBody":{"a":1,"b":0.5,"c":9007199254740993}}'],
])('%s keeps its digits', (_name, text) => expect(JSON.stringify(parseJson(text))).toBe(text));

test.each([
  ['outside of a jsonBody', '{"count":9007199254740993,"jsonBody":{}}', '{"count":9007199254740992,"jsonBody":{}}'],
  [
    'beyond 64 bits, as an API server keeps it',
    '{"jsonBody":{"a":9223372036854775808}}',
    '{"jsonBody":{"a":9223372036854776000}}',
  ],
  ['with a fraction', '{"jsonBody":{"a":9007199254740993.5}}', '{"jsonBody":{"a":9007199254740994}}'],
])('a number %s is a float64', (_name, text, want) => expect(JSON.stringify(parseJson(text))).toBe(want));

test('an integer that a float64 holds is a number', () => {
  expect(parseJson('{"jsonBody":{"a":9007199254740991,"text":"9007199254740993"}}')).toEqual({
    jsonBody: { a: 9_007_199_254_740_991, text: '9007199254740993' },
  });
  expect(isRawNumber({ rawJSON: '1' })).toBe(false);
});
