import { expect, test } from 'vitest';
import { structuralSchema, type StructuralSchema } from '../../infra/cluster/structural.ts';
import type { ProviderRow } from '../../lib/model/provider-row.ts';
import { PROVIDER_ROWS } from '../../lib/model/provider-rows.ts';
import { PROVIDERS } from '../../lib/providers/registry.ts';

const rows = Object.entries<ProviderRow>(PROVIDER_ROWS);

test('no two providers have the same name or place', () => {
  expect(new Set(rows.map(([, { type }]) => type)).size).toBe(rows.length);
  expect(new Set(rows.map(([, { precedence }]) => precedence)).size).toBe(rows.length);
});

const times = rows.flatMap(([field, { schema, times: ways = {} }]) =>
  Object.keys(ways).map((way) => ({ field, way, schema })),
);

test.each(times)('$field.$way is a text of the schema', ({ way, schema }) => {
  const at = way
    .split('.')
    .reduce<StructuralSchema | undefined>((parent, key) => parent?.properties?.[key], structuralSchema(schema));
  expect(at).toMatchObject({ type: 'string' });
});

test('a row says whether nothing reads the provider', () => {
  const unread = rows.filter(([, { isUnread }]) => isUnread === true).map(([field]) => field);
  expect(unread).toEqual(Object.keys(PROVIDER_ROWS).filter((field) => !Object.hasOwn(PROVIDERS, field)));
});

const urls = rows.flatMap(([field, { schema, urls: fields = [] }]) => fields.map((url) => ({ field, url, schema })));

test.each(urls)('$field.$url is a text of the schema', ({ url, schema }) => {
  expect(structuralSchema(schema).properties?.[url]).toMatchObject({ type: 'string' });
});
