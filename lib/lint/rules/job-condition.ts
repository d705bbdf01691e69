import { hasText } from '../../analysis/limits.ts';
import type { Rule } from '../rule.ts';

export const jobCondition: Rule = {
  severity: 'advice',
  summary: 'A condition on a Job or for Kayenta, which nobody looks at.',
  metric({ metric, keys, provided }) {
    const decider = DECIDERS.get(provided?.field ?? '');
    if (decider === undefined) return [];
    return (['successCondition', 'failureCondition'] as const).flatMap((field) => {
      if (!hasText(metric[field])) return [];
      const message = `never looked at: ${decider}`;
      return [{ keys: [...keys, field], message, hint: 'leave it out' }];
    });
  },
};

/** What decides in place of conditions, by the provider. */
const DECIDERS: ReadonlyMap<string, string> = new Map([
  ['job', 'the measurement of a Job is successful when the Job is'],
  ['kayenta', "the score of Kayenta decides, by the metric's thresholds"],
]);
