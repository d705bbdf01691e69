import type { Rule } from '../rule.ts';

export const noMetrics: Rule = {
  severity: 'error',
  summary: 'There is nothing to measure.',
  analysis({ metrics, hasMore }) {
    if (metrics.length > 0 || hasMore) return [];
    return [{ keys: ['spec', 'metrics'], message: 'no metrics specified', isAbsence: true }];
  },
};
