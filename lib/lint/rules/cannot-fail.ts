import { effectiveCount, int32Of, integerOf } from '../../analysis/limits.ts';
import { knownLimits } from '../metric-limits.ts';
import type { Rule } from '../rule.ts';

export const cannotFail: Rule = {
  severity: 'advice',
  summary: 'A metric that tolerates as many failures as it measures.',
  metric({ metric, keys, analysis }) {
    const limits = knownLimits(metric, analysis.values);
    if (limits === undefined || metric.failureLimit === undefined) return [];
    const count = effectiveCount({ ...metric, ...limits });
    const failures = integerOf(limits.failureLimit);
    if (count === undefined || failures < 1n || failures < BigInt(int32Of(count))) return [];
    const taken = int32Of(count) === 1 ? 'the only measurement' : `all ${int32Of(count)} measurements`;
    const message = `${taken} may fail and the metric is Successful: it fails with more than ${failures} failed`;
    return [{ keys: [...keys, 'failureLimit'], message, hint: `at most ${int32Of(count) - 1}` }];
  },
};
