import { expect, test } from 'vitest';
import { noContext } from '../../../lib/clusters/access/no-context.ts';

test.each([
  { name: 'none', there: [], want: 'kubeconfig k has no context x, nor any other' },
  { name: 'one', there: ['a'], want: 'kubeconfig k has no context x; there is: a' },
  { name: 'some', there: ['a', 'b'], want: 'kubeconfig k has no context x; there are: a, b' },
])('of contexts that are there, $name', ({ there, want }) => expect(noContext('kubeconfig k', 'x', there)).toBe(want));

test('of many contexts, the first twenty', () => {
  const many = Array.from({ length: 25 }, (_, index) => `c${index}`);
  expect(noContext('kubeconfig k', 'x', many)).toMatch(/c18, c19, and 5 more$/);
});
