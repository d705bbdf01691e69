import { matches } from '../../analysis/rules.ts';
import type { Rule } from '../rule.ts';

export const dryRunTooWide: Rule = {
  severity: 'advice',
  summary: 'A rule of dryRun that is the name of one metric, and matches others too.',
  analysis({ spec, metrics }) {
    const names = metrics.map(({ metric }) => metric.name);
    return (spec.dryRun ?? []).flatMap(({ metricName: rule }, index) => {
      const others = names.filter((name) => name !== rule && matches(rule, name));
      const isName = rule === '' || names.includes(rule);
      if (!isName || others.length === 0) return [];
      const shown = others
        .slice(0, 3)
        .map((name) => `"${name}"`)
        .join(', ');
      const what =
        rule === '' ? 'an empty rule matches every metric' : `it matches ${shown} too, which then cannot fail`;
      const hint = rule === '' ? 'leave it out' : `write "^${rule}$"`;
      return [{ keys: ['spec', 'dryRun', index, 'metricName'], message: what, hint, value: rule }];
    });
  },
};
