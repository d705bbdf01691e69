import { integerOf, hasText } from '../../analysis/limits.ts';
import { knownLimits } from '../metric-limits.ts';
import type { Rule } from '../rule.ts';

export const missingInterval: Rule = {
  severity: 'error',
  summary: 'Several measurements without a time between them.',
  metric({ metric, keys, analysis }) {
    const limits = knownLimits(metric, analysis.values);
    if (limits === undefined || integerOf(limits.count) <= 1n || hasText(metric.interval)) return [];
    // It is the count that asks for one.
    return [
      { keys: [...keys, 'interval'], message: 'interval must be specified when count > 1', isAbsence: true as const },
    ];
  },
};
