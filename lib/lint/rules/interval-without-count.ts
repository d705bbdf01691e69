import { effectiveCount, hasText, integerOf } from '../../analysis/limits.ts';
import { knownLimits } from '../metric-limits.ts';
import type { Rule } from '../rule.ts';

export const intervalWithoutCount: Rule = {
  severity: 'advice',
  summary: 'A metric that is measured until somebody ends the run.',
  metric({ metric, keys, analysis }) {
    const limits = knownLimits(metric, analysis.values);
    if (limits === undefined || !hasText(metric.interval)) return [];
    // What was meant to be a count is told of by itself.
    if (!/^[+-]?\d*$/.test(String(limits.count ?? ''))) return [];
    const isEndless = effectiveCount({ ...metric, ...limits }) === undefined;
    if (!isEndless || integerOf(limits.consecutiveSuccessLimit) > 0n) return [];
    const message =
      'measured until the run is ended, and so never Successful by itself: a step that waits for it never ends';
    return [{ keys: [...keys, 'interval'], message, hint: 'add count, unless it runs in the background' }];
  },
};
