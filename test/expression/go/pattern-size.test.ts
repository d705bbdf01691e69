import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { patternSize } from '../../../lib/expression/go/pattern-size.ts';

test.each([
  'error',
  'a{1000}',
  '(a{10}){100}',
  '(abcdefgh){900}',
  'a{0,1000}b{3,}c{2,5}',
  '(?:a|bc|d*)+?e?',
  '[a-z0-9_]{50}[^\\]a]{7}',
  '\\pL{10}\\p{Greek}{20}',
  '\\Qa{1000}\\E{2}',
  '((((a{5}b){5}c){5}d){5}e)',
  'a\\{1000}',
  '[{1000}]',
  '[[:alpha:]]{300}',
  'a{,5}b{x}c{',
])('%s is not taken for smaller than it is', (source) => {
  expect(patternSize(source).size + 4).toBeGreaterThanOrEqual(RE2JS.compile(source).programSize());
});

test.each(['a\\{1000}', '[{1000}]', '\\Qa{1000}\\E', 'a{,1000}'])('%s repeats nothing', (source) => {
  expect(patternSize(source).size).toBeLessThan(100);
});
