import { expect, test } from 'vitest';
import { formatSelector } from '../../lib/kinds/format-selector.ts';

test.each([
  [undefined, undefined],
  [{}, ''],
  [{ matchLabels: { a: 'b', c: 'd' } }, 'a=b,c=d'],
  [
    {
      matchLabels: { a: 'b' },
      matchExpressions: [
        { key: 'k', operator: 'In', values: ['x', 'y'] },
        { key: 'l', operator: 'NotIn', values: ['z'] },
        { key: 'm', operator: 'Exists' },
        { key: 'n', operator: 'DoesNotExist' },
      ],
    },
    'a=b,k in (x,y),l notin (z),m,!n',
  ],
])('the selector %j is %j', (selector, text) => expect(formatSelector(selector)).toBe(text));
