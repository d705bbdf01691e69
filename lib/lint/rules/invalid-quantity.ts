import { misshapenParts } from '../pod-shape.ts';
import type { Rule } from '../rule.ts';

export const invalidQuantity: Rule = {
  severity: 'error',
  summary: 'An amount of memory or processor time that is none.',
  pod: ({ template, keys: at }) =>
    misshapenParts(template, at)
      .filter(({ expected }) => expected === 'a quantity')
      .map(({ keys, value }) => ({ keys, value, message: 'not a quantity', hint: 'such as 100m, 0.5, 128Mi or 1Gi' })),
};
