import { isEndless } from '../metric-limits.ts';
import type { Rule } from '../rule.ts';

export const intervalWithoutCount: Rule = {
  severity: 'advice',
  summary: 'A metric that is measured until somebody ends the run.',
  metric({ metric, keys, analysis }) {
    if (!isEndless(metric, analysis.values)) return [];
    const message =
      'measured until the run is ended, and so never Successful by itself: a step that waits for it never ends';
    return [{ keys: [...keys, 'interval'], message, hint: 'add count, unless it runs in the background' }];
  },
};
