import { expect, test } from 'vitest';
import type { Keys } from '../../lib/model/problem.ts';
import { readDocuments } from '../../lib/lint/yaml-documents.ts';

const values = (text: string) => readDocuments(text).documents.map(({ value }) => value);

test.each([
  { name: 'the words of YAML 1.1 for true and false', text: 'a: yes\nb: off', want: { a: true, b: false } },
  { name: 'a date is a string', text: 'a: 2026-11-05', want: { a: '2026-11-05' } },
  { name: 'a time of day is a string', text: 'a: 1:30', want: { a: '1:30' } },
  { name: 'a leading zero is octal', text: 'a: 0777', want: { a: 511 } },
  { name: 'merge keys', text: 'x: &x {a: 1}\ny:\n  <<: *x\n  b: 2', want: { x: { a: 1 }, y: { a: 1, b: 2 } } },
  { name: 'keys are strings', text: '1: a\ntrue: b', want: { 1: 'a', true: 'b' } },
  { name: 'JSON', text: '{"a": {"b": [1, "x"]}}', want: { a: { b: [1, 'x'] } } },
  { name: 'braces within a string', text: 'a: x-{{args.y}}', want: { a: 'x-{{args.y}}' } },
])('$name', ({ text, want }) => {
  expect(values(text)).toEqual([want]);
});

test('several documents; empty ones are left out, broken ones do not spoil the others', () => {
  const text = readDocuments('---\n---\na: 1\n---\n# nothing\n---\na: 1\na: 2\n---\nb: 3\n');
  expect(text.documents.map(({ value }) => value)).toEqual([{ a: 1 }, { b: 3 }]);
  expect(text.problems).toEqual([{ line: 8, column: 1, message: 'Map keys must be unique' }]);
});

test.each([
  { name: 'an argument without quotes', text: 'a: 1\nb: {{args.x}}\n', at: [2, 4], says: 'in quotes: "{{args.x}}"' },
  { name: 'a value of Helm', text: 'a: {{ .Values.x }}-y\n', at: [1, 4], says: 'render the chart first' },
  { name: 'a block of Helm', text: '{{- if .x }}\na: 1\n{{- end }}\n', at: [1, 1], says: '{{- if .x }} is Helm' },
  { name: 'a block of Helm in a map', text: 'a:\n  b: c\n  {{- include "x" . }}\n', at: [3, 3], says: 'Helm' },
  { name: 'an alias without its anchor', text: 'a: *x\n', at: [1, 1], says: 'Unresolved alias' },
  { name: 'an anchor that contains itself', text: 'a: &x [*x]\n', at: [1, 1], says: 'contains itself' },
  { name: 'braces and blanks without an end', text: `a: {{${' '.repeat(100_000)}!\n`, at: [1, 4], says: 'Helm' },
  { name: 'a quote that does not end', text: "a: 'x\nb: c\n", at: [3, 1], says: "Missing closing 'quote" },
])('one problem: $name', ({ text, at, says }) => {
  const { problems, documents } = readDocuments(text);
  expect(documents).toEqual([]);
  expect(problems).toEqual([
    expect.objectContaining({ line: at[0], column: at[1], message: expect.stringContaining(says) }),
  ]);
});

test('aliases that multiply are refused', () => {
  const bomb = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}*a${i}]`);
  const { problems } = readDocuments(`a0: &a0 x\n${bomb.join('\n')}\n`);
  expect(problems).toEqual([{ line: 1, column: 1, message: expect.stringContaining('alias') }]);
});

const SOURCE = `apiVersion: v1
kind: &kind Thing
spec:
  metrics:
    - name: first
      successCondition: result[0] > 1
    - name: second
      successCondition: "a \\"b\\" \\u0063"
      failureCondition: |
        result
          > 3
      folded: >-
        foo
        bar baz
      single: 'it''s ok'
      alias: *kind
`;

test.each<{ name: string; keys: Keys; offset?: number; want: string }>([
  { name: 'the document', keys: [], want: 'apiVersion: v1' },
  { name: 'a field', keys: ['kind'], want: 'kind: &kind' },
  { name: 'an item', keys: ['spec', 'metrics', 1], want: 'name: second' },
  { name: 'a missing field: what is around it', keys: ['spec', 'metrics', 1, 'nope'], want: 'name: second' },
  { name: 'below something that is no collection', keys: ['kind', 'a', 0], want: 'kind: &kind' },
  { name: 'a missing item', keys: ['spec', 'metrics', 7], want: 'metrics:' },
  { name: 'within a plain text', keys: ['spec', 'metrics', 0, 'successCondition'], offset: 10, want: '> 1' },
  { name: 'after an escape', keys: ['spec', 'metrics', 1, 'successCondition'], offset: 3, want: 'b\\" \\u0063' },
  { name: 'at an escape', keys: ['spec', 'metrics', 1, 'successCondition'], offset: 6, want: '\\u0063"' },
  { name: 'within a block', keys: ['spec', 'metrics', 1, 'failureCondition'], offset: 9, want: '> 3' },
  { name: 'within folded lines', keys: ['spec', 'metrics', 1, 'folded'], offset: 8, want: 'baz' },
  { name: 'after a doubled quote', keys: ['spec', 'metrics', 1, 'single'], offset: 5, want: 'ok' },
  { name: 'behind the end', keys: ['spec', 'metrics', 0, 'successCondition'], offset: 99, want: '' },
  { name: 'through an alias', keys: ['spec', 'metrics', 1, 'alias'], offset: 2, want: 'ing' },
])('locates $name', ({ keys, offset, want }) => {
  const [document] = readDocuments(SOURCE).documents;
  const { line, column } = document?.locate(keys, offset) ?? { line: 0, column: 0 };
  expect(SOURCE.split('\n')[line - 1]?.slice(column - 1, column - 1 + Math.max(1, want.length))).toBe(want);
});
