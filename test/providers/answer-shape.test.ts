import { expect, test } from 'vitest';
import {
  aList,
  anInteger,
  anObject,
  anything,
  aNumber,
  aText,
  firstDocument,
  readShape,
} from '../../lib/providers/answer-shape.ts';

const shape = anObject({ name: aText, points: aList(aNumber), count: anInteger, rest: anything });

test.each([
  { name: 'zero values for what is missing', text: '{}', want: { name: '', points: null, count: 0, rest: null } },
  { name: 'and for null', text: 'null', want: { name: '', points: null, count: 0, rest: null } },
  {
    name: 'names in any case, the last one counts',
    text: '{"NAME":"a","Points":[1,null],"count":2,"name":"b","rest":{"a":[]}}',
    want: { name: 'b', points: [1, 0], count: 2, rest: { a: [] } },
  },
])('$name', ({ text, want }) => {
  expect(readShape(text, shape)).toEqual(want);
});

test.each([
  ['{"name":5}', 'reading: json: cannot unmarshal number into Go value of type string'],
  ['{"points":{}}', 'reading: json: cannot unmarshal object into Go value of type slice'],
  ['{"points":["5"]}', 'reading: json: cannot unmarshal string into Go value of type float64'],
  ['{"count":1.5}', 'reading: json: cannot unmarshal number 1.5 into Go value of type int'],
  ['[]', 'reading: json: cannot unmarshal array into Go value of type struct'],
  ['hello', "reading: invalid character 'h' looking for beginning of value"],
])('%s cannot be read: %s', (text, message) => {
  expect(() => readShape(text, shape, 'reading: ')).toThrow(
    expect.objectContaining({ code: 'ASSAY_METRIC_UNREADABLE', words: message }),
  );
});

test.each([
  ['{"a":"}\\"]"} and more', '{"a":"}\\"]"}'],
  [' [1,[2]] {"b":1}', '[1,[2]]'],
  ['{"a":', '{"a":'],
  ['hello', 'hello'],
])('the first document of %s is %s', (text, want) => {
  expect(firstDocument(text)).toBe(want);
});
