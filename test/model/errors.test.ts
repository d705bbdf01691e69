import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AssayError, HINTS } from '../../lib/model/errors.ts';

test('docs/errors.md has a heading for every code, and no other', () => {
  const headings = readFileSync('docs/errors.md', 'utf8').matchAll(/^## (ASSAY_[A-Z_]+)$/gm);
  expect([...headings].map(([, code]) => code)).toEqual(Object.keys(HINTS).toSorted());
});

test('an error carries its code, its hint and whether to try again', () => {
  const cause = new Error('socket');
  const error = new AssayError('ASSAY_CLUSTER_UNREACHABLE', 'c1: no answer', { cause, retry: true });
  expect(error).toMatchObject({
    code: 'ASSAY_CLUSTER_UNREACHABLE',
    hint: HINTS.ASSAY_CLUSTER_UNREACHABLE,
    retry: true,
    cause,
  });
  expect(new AssayError('ASSAY_CLUSTER_DENIED', 'x').retry).toBe(false);
});
