import { describe, expect, test } from 'vitest';
import {
  ANY,
  ANY_MAP,
  ANY_SLICE,
  BYTE_SLICE,
  FLOAT64_SLICE,
  INT64,
  STRING,
  define,
  funcOf,
  pointerTo,
} from '../../../lib/expression/go-type.ts';
import { bytesOf } from '../../../lib/expression/go/bytes.ts';
import { marshal, unmarshal } from '../../../lib/expression/go/json.ts';
import { GoDuration, GoTime } from '../../../lib/expression/go/time.ts';
import { UTC, fixedZone } from '../../../lib/expression/go/zone.ts';
import {
  GoFunc,
  GoInt,
  GoMap,
  GoNamedString,
  GoPanic,
  GoPointer,
  GoSlice,
  GoStruct,
} from '../../../lib/expression/value.ts';
import type { Value } from '../../../lib/expression/value.ts';

function nest(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

const NAMED_MAP = define('map', 'nrdb', 'TestResult', { key: STRING, elem: ANY });
const POINT = define('struct', 'test', 'Point', {
  fields: [
    { name: 'B', type: ANY, exported: true },
    { name: 'hidden', type: ANY, exported: false },
  ],
});
const AT_NOON = new GoTime(43_200_500_000_000n, UTC);

describe('marshal', () => {
  test.each<{ name: string; value: Value; want: string }>([
    { name: 'nil', value: null, want: 'null' },
    { name: 'a bool', value: true, want: 'true' },
    { name: 'an int', value: 9_007_199_254_740_993n, want: '9007199254740993' },
    { name: 'an int64', value: new GoInt(INT64, 5n), want: '5' },
    { name: 'a float without exponent', value: 1e20, want: '100000000000000000000' },
    { name: 'a large float', value: 1e21, want: '1e+21' },
    { name: 'a small float', value: 1e-7, want: '1e-7' },
    { name: 'minus zero', value: -0, want: '-0' },
    { name: 'HTML', value: '<a&b>', want: String.raw`"\u003ca\u0026b\u003e"` },
    { name: 'escapes', value: '"\\\b\f\n\r\t\u0001\u007f\u2028', want: '"\\"\\\\\\b\\f\\n\\r\\t\\u0001\u007f\\u2028"' },
    { name: 'an invalid byte', value: 'é\udcff\ufffd', want: '"é\\ufffd\ufffd"' },
    { name: 'nothing in brackets', value: { a: [], b: {} }, want: '{\n  "a": [],\n  "b": {}\n}' },
    {
      name: 'keys in byte order',
      value: { é: 1n, b: [1n, null], 10: 2n },
      want: '{\n  "10": 2,\n  "b": [\n    1,\n    null\n  ],\n  "é": 1\n}',
    },
    { name: 'bytes', value: bytesOf('ab'), want: '"YWI="' },
    { name: 'nil bytes', value: new GoSlice(BYTE_SLICE, null), want: 'null' },
    { name: 'a nil list', value: new GoSlice(ANY_SLICE, null), want: 'null' },
    { name: 'floats', value: new GoSlice(FLOAT64_SLICE, [1.5]), want: '[\n  1.5\n]' },
    {
      name: 'a named map',
      value: new GoMap(
        NAMED_MAP,
        new Map([
          ['b', ['b', 1]],
          ['a', ['a', 2]],
        ]),
      ),
      want: '{\n  "a": 2,\n  "b": 1\n}',
    },
    { name: 'a struct', value: new GoStruct(POINT, new Map([['B', 1]])), want: '{\n  "B": 1\n}' },
    {
      name: 'text of a defined type',
      value: new GoNamedString(define('string', 'test', 'Code'), '<'),
      want: String.raw`"\u003c"`,
    },
    { name: 'a pointer', value: new GoPointer(pointerTo(STRING), 'x'), want: '"x"' },
    { name: 'a time', value: AT_NOON, want: '"1970-01-01T12:00:00.5Z"' },
    { name: 'a duration', value: new GoDuration(1500n), want: '1500' },
    { name: 'a location', value: UTC, want: '{}' },
  ])('$name', ({ value, want }) => {
    expect(marshal(value)).toBe(want);
  });

  const timeProblem = 'json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: ';
  test.each<{ name: string; value: Value; problem: string }>([
    { name: 'NaN', value: [NaN], problem: 'json: unsupported value: NaN' },
    { name: 'an infinity', value: -Infinity, problem: 'json: unsupported value: -Inf' },
    {
      name: 'a function',
      value: new GoFunc(funcOf([], [STRING]), () => ''),
      problem: 'json: unsupported type: func() string',
    },
    {
      name: 'a map with any keys',
      value: new GoMap(ANY_MAP, new Map()),
      problem: 'json: unsupported type: map[interface {}]interface {}',
    },
    {
      name: 'the year 10000',
      value: new GoTime(253_402_300_800_000_000_000n, UTC),
      problem: `${timeProblem}year outside of range [0,9999]`,
    },
    {
      name: 'a day of offset',
      value: new GoTime(0n, fixedZone('', 86_400)),
      problem: `${timeProblem}timezone hour outside of range [0,23]`,
    },
  ])('refuses $name', ({ value, problem }) => {
    expect(() => marshal(value)).toThrow(new GoPanic(problem));
  });

  test('documents do not grow beyond 16 million characters', () => {
    const nested = unmarshal(nest(9000));
    expect(() => marshal(nested)).toThrow('memory budget exceeded');
  });
});

describe('unmarshal', () => {
  test.each<{ text: string; want: Value }>([
    { text: ' [1, -0.5e+1 ,true,false,null] ', want: [1, -5, true, false, null] },
    { text: '{"a":{"b":[]},"a":{}}', want: { a: {} } },
    { text: '{ }', want: {} },
    { text: '-0', want: -0 },
    { text: '1e-400', want: 0 },
    { text: String.raw`"\"\\\/\b\f\n\r\t\u00e9"`, want: '"\\/\b\f\n\r\té' },
    { text: String.raw`"\ud83d\ude00"`, want: '😀' },
    { text: String.raw`"\ud83dx\ude00"`, want: '\ufffdx\ufffd' },
    { text: '"\\ud83d\udc80"', want: '\ufffd\ufffd' },
    { text: '"é\udcff"', want: 'é\ufffd' },
  ])('$text', ({ text, want }) => {
    expect(unmarshal(text)).toEqual(want);
  });

  test('__proto__ is a key as any other', () => {
    const value = unmarshal('{"__proto__":{"x":1}}');
    expect(Object.entries(value ?? {})).toEqual([['__proto__', { x: 1 }]]);
  });

  test.each([
    { text: '', problem: 'unexpected end of JSON input' },
    { text: '[1', problem: 'unexpected end of JSON input' },
    { text: '"a', problem: 'unexpected end of JSON input' },
    { text: '-', problem: "invalid character ' ' in numeric literal" },
    { text: '1.', problem: "invalid character ' ' after decimal point in numeric literal" },
    { text: '1e+', problem: "invalid character ' ' in exponent of numeric literal" },
    { text: 'tr', problem: "invalid character ' ' in literal true (expecting 'u')" },
    { text: 'falsy', problem: "invalid character 'y' in literal false (expecting 'e')" },
    { text: 'nan', problem: "invalid character 'a' in literal null (expecting 'u')" },
    { text: 'é', problem: "invalid character 'Ã' looking for beginning of value" },
    { text: "'", problem: String.raw`invalid character '\'' looking for beginning of value` },
    { text: '1 "', problem: `invalid character '"' after top-level value` },
    { text: '01', problem: "invalid character '1' after top-level value" },
    { text: '[1 2]', problem: "invalid character '2' after array element" },
    { text: '{1:2}', problem: "invalid character '1' looking for beginning of object key string" },
    { text: '{"a" 1}', problem: "invalid character '1' after object key" },
    { text: '{"a":1]', problem: "invalid character ']' after object key:value pair" },
    { text: '"\n"', problem: String.raw`invalid character '\n' in string literal` },
    { text: String.raw`"\x"`, problem: "invalid character 'x' in string escape code" },
    { text: String.raw`"\u00g0"`, problem: String.raw`invalid character 'g' in \u hexadecimal character escape` },
    { text: '[1e400, 1e401]', problem: 'json: cannot unmarshal number 1e400 into Go value of type float64' },
    { text: '[1e400', problem: 'unexpected end of JSON input' },
  ])('refuses $text', ({ text, problem }) => {
    expect(() => unmarshal(text)).toThrow(new GoPanic(problem));
  });

  test('nests 10,000 deep', () => {
    expect(Array.isArray(unmarshal(nest(10_000)))).toBe(true);
    expect(() => unmarshal(nest(10_001))).toThrow("invalid character '[' exceeded max depth");
  });
});
