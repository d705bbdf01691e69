import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fluxValues } from '../../lib/providers/influxdb-csv.ts';

const table = (type: string, ...rows: readonly string[]) =>
  [`#datatype,string,long,${type}`, '#group,false,false,false', '#default,_result,,', ',result,table,_value', ...rows]
    .map((line) => `${line}\r\n`)
    .join('');

test.each([
  { name: 'a cell of several lines', text: table('string', ',,0,"a\r\nb"', ',,0,c'), want: ['a\r\nb', 'c'] },
  { name: 'no line end at the end', text: table('double', ',,0,5').trimEnd(), want: [5] },
  { name: 'an integer beyond 64 bits ends it', text: table('long', ',,0,5', ',,0,9223372036854775808'), want: [5n] },
  { name: 'booleans', text: table('boolean', ',,0,true', ',,0,false'), want: [true, false] },
  { name: 'a quote without its end', text: table('string', ',,0,a', ',,0,"b'), want: ['a'] },
  { name: 'a table of errors behind a good one', want: [5], text: `${table('double', ',,0,5')}\r\n${failed()}` },
  {
    name: 'tables without the column',
    want: [null, null],
    text: table('double', ',,0,5', ',,0,6').replace('_value', 'x'),
  },
])('$name', ({ text, want }) => {
  expect(fluxValues(text)).toEqual(want);
});

function failed(): string {
  return '#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,out of memory,897\r\n';
}

test('whatever it is given, it ends and throws nothing', () => {
  const piece = fc.constantFrom('#datatype', ',', '"', '""', '\r\n', '\n', 'double', 'string', '_value', '5', 'x');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      expect(Array.isArray(fluxValues(pieces.join('')))).toBe(true);
    }),
  );
});
