import type { Rule } from '../rule.ts';
import { tagUseOf } from '../unknown-tags.ts';

export const unusedArgument: Rule = {
  severity: 'warning',
  summary: 'An argument that is good for nothing.',
  analysis(analysis) {
    const { args, metrics, hasMore } = analysis;
    if (hasMore || metrics.length === 0) return [];
    const { isUsed } = tagUseOf(analysis);
    const seen = new Set<string>();
    return args.flatMap(({ name }, index) => {
      // Two of one name are told by another rule.
      if (seen.has(name) || isUsed(name)) return [];
      seen.add(name);
      return [{ keys: ['spec', 'args', index, 'name'], message: `argument "${name}" is not used` }];
    });
  },
};
