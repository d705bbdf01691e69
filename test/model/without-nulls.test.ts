import { expect, test } from 'vitest';
import { withoutNulls } from '../../lib/model/without-nulls.ts';

test.each([
  [
    'fields that are null are not there',
    { spec: { args: null, metrics: [{ name: 'm', count: null }] } },
    { spec: { metrics: [{ name: 'm' }] } },
  ],
  ['items of lists stay', { metrics: [null, { a: null }] }, { metrics: [null, {}] }],
  [
    'what is sent on stays',
    { jsonBody: { a: null }, plugin: { p: { a: null } } },
    { jsonBody: { a: null }, plugin: { p: { a: null } } },
  ],
])('%s, as in an API server', (_name, given, want) => expect(withoutNulls(given)).toEqual(want));
