import { describe, expect, test } from 'vitest';
import { parseQuantity, roundUpToMilli } from '../../lib/workload/quantity.ts';

describe('parseQuantity', () => {
  test.each([
    { name: 'thousandths', text: '0.5', want: '500m' },
    { name: 'no more digits than needed', text: '1000m', want: '1' },
    { name: 'a number', text: 134_217_728, want: '134217728' },
    { name: 'powers of 1024', text: '1024Mi', want: '1Gi' },
    { name: 'a fraction of one', text: '1.5Gi', want: '1536Mi' },
    { name: 'less than one Ki', text: '0.5Ki', want: '512' },
    { name: 'a fraction that is left over', text: '1025.5', want: '1025500m' },
    { name: 'a binary one with a fraction left over', text: '1.0001Ki', want: '1024102400u' },
    { name: 'an exponent', text: '1e3', want: '1e3' },
    { name: 'an exponent that is no multiple of three', text: '1e4', want: '10e3' },
    { name: 'no exponent in the end', text: '15e-1', want: '1500e-3' },
    { name: 'an exponent that goes', text: '1.5e3', want: '1500' },
    { name: 'a text that Go keeps', text: '1.500', want: '1.500' },
    { name: 'a binary text that Go keeps', text: '+1Ki', want: '+1Ki' },
    { name: 'zero', text: '0.00', want: '0' },
    { name: 'less than nano', text: '0.0000000001', want: '1n' },
    { name: 'less than nano and negative', text: '-0.0000000001', want: '-1n' },
    { name: 'more than 64 bits hold', text: '12Ei', want: '9223372036854775807' },
    { name: 'more than 64 bits hold, in decimal', text: '12E', want: '12E' },
    { name: 'more than there are suffixes for', text: '1000E', want: '1' },
    { name: 'negative', text: '-2048Ki', want: '-2Mi' },
    { name: 'a letter that is no suffix', text: '1K', want: undefined },
    { name: 'no number', text: 'much', want: undefined },
    { name: 'nothing', text: '', want: undefined },
    { name: 'an exponent without a number', text: '1e', want: undefined },
    { name: 'two suffixes', text: '1kk', want: undefined },
  ])('$name: $text', ({ text, want }) => {
    expect(parseQuantity(text)?.canonical).toBe(want);
  });
});

describe('roundUpToMilli', () => {
  test.each([
    { text: '1n', want: '1m' },
    { text: '1.0001', want: '1001m' },
    { text: '-1.0001', want: '-1001m' },
    { text: '1.5', want: '1500m' },
    { text: '1Gi', want: '1Gi' },
  ])('$text', ({ text, want }) => {
    const quantity = parseQuantity(text);
    expect(quantity && roundUpToMilli(quantity).canonical).toBe(want);
  });
});
