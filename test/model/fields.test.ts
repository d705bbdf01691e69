import { expect, test } from 'vitest';
import { z } from 'zod';
import { fieldAt, fieldNames, isOptional } from '../../lib/model/fields.ts';

const name = z.string();
const schema = z.strictObject({
  items: z.array(z.strictObject({ name: name.exactOptional() })).exactOptional(),
  byName: z.record(z.string(), z.strictObject({ name })),
  open: z.looseObject({ name }),
});

test.each([
  { keys: [], want: schema },
  { keys: ['items', 3, 'name'], want: name },
  { keys: ['byName', 'any', 'name'], want: name },
  { keys: ['open', 'name'], want: name },
  { keys: ['open', 'other'], want: undefined },
  { keys: ['open', 'other', 'further', 1], want: undefined },
  { keys: ['items', 'name', 'name', 'name'], want: undefined },
  { keys: ['constructor'], want: undefined },
])('the field at $keys', ({ keys, want }) => {
  expect(fieldAt(schema, keys)).toBe(want);
});

test('the names of fields, in the order of the schema', () => {
  expect(fieldNames(schema)).toEqual(['items', 'byName', 'open']);
  expect(fieldNames(name)).toEqual([]);
  expect(fieldNames(undefined)).toEqual([]);
});

test.each([
  { keys: ['items'], want: true },
  { keys: ['items', 0, 'name'], want: true },
  { keys: ['byName', 'any'], want: true },
  { keys: ['byName'], want: false },
  { keys: ['byName', 'any', 'name'], want: false },
  { keys: ['items', 0], want: false },
  { keys: [], want: false },
])('whether $keys is optional: $want', ({ keys, want }) => {
  expect(isOptional(schema, keys)).toBe(want);
});
