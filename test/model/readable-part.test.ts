import { expect, test } from 'vitest';
import { readablePart } from '../../lib/model/readable-part.ts';
import { validateResource } from '../../lib/model/validate.ts';

const HEAD = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisTemplate', metadata: { name: 't' } };
const partOf = (spec: unknown): unknown => {
  const object = { ...HEAD, spec };
  return (readablePart(object, validateResource(object)) as { spec: unknown } | undefined)?.spec;
};

test.each([
  { name: 'what is sound stays', spec: { metrics: [] }, want: { metrics: [] } },
  { name: 'nulls are dropped', spec: { args: null, metrics: [] }, want: { metrics: [] } },
  { name: 'what may be missing is', spec: { metrics: [], args: 5 }, want: { metrics: [] } },
  {
    name: 'what must be there is as Go has it',
    spec: { metrics: [null, { name: 5, interval: 5, provider: { web: {} } }] },
    want: {
      metrics: [
        { name: '', provider: {} },
        { name: '', provider: { web: { url: '' } } },
      ],
    },
  },
  { name: 'all of it is wrong', spec: 'x', want: {} },
  { name: 'unknown fields stay', spec: { metrics: [], foo: 1 }, want: { metrics: [], foo: 1 } },
])('$name', ({ spec, want }) => {
  expect(partOf(spec)).toEqual(want);
});

test('of an unknown kind nothing can be read', () => {
  const object = { ...HEAD, kind: 'AnalysisTemplat', spec: {} };
  expect(readablePart(object, validateResource(object))).toBeUndefined();
});
