import { describe, expect, test } from 'vitest';
import { compilePattern, matchString } from '../../../lib/expression/go/regexp.ts';
import { GoPanic } from '../../../lib/expression/value.ts';

test.each([
  { pattern: '^(ok|OK)$', text: 'OK', want: true },
  { pattern: 'a.b', text: 'a\nb', want: false },
  { pattern: '(?s)a.b', text: 'a\nb', want: true },
  { pattern: '(?i)k', text: '\u212a', want: true },
  { pattern: String.raw`^\w$`, text: 'é', want: false },
  { pattern: String.raw`^\d$`, text: '٣', want: false },
  { pattern: '^.$', text: '😀', want: true },
  { pattern: '^\ufffd$', text: '\udcff', want: true },
  { pattern: String.raw`\p{Greek}`, text: 'Ω', want: true },
  { pattern: String.raw`\p{greek}\p{^Latin}`, text: 'ΩΩ', want: true },
  { pattern: String.raw`^\p{Lowercase Letter}\pl\p{lc}$`, text: 'aaa', want: true },
  { pattern: String.raw`\P{Any}`, text: 'a', want: false },
  { pattern: String.raw`^\p{Old_Italic}$`, text: '𐌀', want: true },
  { pattern: '(?P<n>a)(?<n>b)', text: 'ab', want: true },
  { pattern: String.raw`^\Q(?<n>\E$`, text: '(?<n>', want: true },
  { pattern: 'a{1000}', text: 'a'.repeat(1000), want: true },
  { pattern: '(x+x+)+y', text: 'x'.repeat(10_000), want: false },
])('$pattern on $text', ({ pattern, text, want }) => {
  expect(matchString(pattern, text)).toBe(want);
});

describe('syntax errors', () => {
  test.each([
    { pattern: '(a', problem: 'missing closing ): `(a`' },
    { pattern: 'a)', problem: 'unexpected ): `a)`' },
    { pattern: '[a', problem: 'missing closing ]: `[a`' },
    { pattern: '*', problem: 'missing argument to repetition operator: `*`' },
    { pattern: 'a**', problem: 'invalid nested repetition operator: `**`' },
    { pattern: 'a{1001}', problem: 'invalid repeat count: `{1001}`' },
    { pattern: '(?=a)', problem: 'invalid or unsupported Perl syntax: `(?=`' },
    { pattern: String.raw`\1`, problem: String.raw`invalid escape sequence: \`\1\`` },
    { pattern: 'a\\', problem: 'trailing backslash at end of expression: ``' },
    { pattern: '(?P<n', problem: 'invalid named capture: `(?P<n`' },
    { pattern: String.raw`\p{Foo}`, problem: String.raw`invalid character class range: \`\p{Foo}\`` },
    { pattern: '(?P<n>a)(?P<n>b))', problem: 'unexpected ): `(a)(b))`' },
    { pattern: String.raw`\p{any}*\p{Fo}`, problem: String.raw`invalid character class range: \`\p{Fo}\`` },
    { pattern: '\udcff', problem: 'invalid UTF-8: `\udcff`' },
    { pattern: '('.repeat(1001) + ')'.repeat(1001), problem: 'expression nests too deeply' },
    { pattern: 'a'.repeat(50_001), problem: 'expression too large' },
  ])('$pattern', ({ pattern, problem }) => {
    expect(() => compilePattern(pattern)).toThrow(GoPanic);
    expect(() => compilePattern(pattern)).toThrow(`error parsing regexp: ${problem}`.replaceAll('\\`', '`'));
  });

  test('properties that only JavaScript knows', () => {
    expect(() => compilePattern(String.raw`\p{Emoji}`)).toThrow('invalid character class range');
  });
});

test('compiled patterns are kept, but not many and no long ones', () => {
  const first = compilePattern('kept');
  const long = compilePattern('a'.repeat(1001));
  expect(compilePattern('kept')).toBe(first);
  expect(compilePattern('a'.repeat(1001))).not.toBe(long);
  for (let at = 0; at < 64; at++) compilePattern(`other${at}`);
  expect(compilePattern('kept')).not.toBe(first);
});
