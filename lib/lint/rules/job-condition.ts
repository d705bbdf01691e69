import { hasText } from '../../analysis/limits.ts';
import type { Rule } from '../rule.ts';

export const jobCondition: Rule = {
  severity: 'advice',
  summary: 'A condition on a Job, which nobody looks at.',
  metric({ metric, keys, provided }) {
    if (provided?.field !== 'job') return [];
    return (['successCondition', 'failureCondition'] as const).flatMap((field) => {
      if (!hasText(metric[field])) return [];
      const message = 'never looked at: the measurement of a Job is successful when the Job is';
      return [{ keys: [...keys, field], message, hint: 'leave it out' }];
    });
  },
};
