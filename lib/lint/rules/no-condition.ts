import { hasText } from '../../analysis/limits.ts';
import type { Rule } from '../rule.ts';

export const noCondition: Rule = {
  severity: 'advice',
  summary: 'A metric that takes every answer for a success.',
  metric({ metric, keys, provided }) {
    const judgesItself = provided?.field === 'job' || provided?.field === 'kayenta' || provided?.field === 'plugin';
    if (provided === undefined || judgesItself) return [];
    if (hasText(metric.successCondition) || hasText(metric.failureCondition)) return [];
    const message = 'without a condition every answer is a success, also an empty one';
    return [{ keys, message, hint: 'add successCondition', isAbsence: true as const }];
  },
};
