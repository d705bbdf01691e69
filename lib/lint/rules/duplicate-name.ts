import type { Keys } from '../../model/problem.ts';
import type { Rule, Slip } from '../rule.ts';
import { isExperiment } from '../subject.ts';

export const duplicateName: Rule = {
  severity: 'error',
  summary: 'Two metrics, arguments, rules or analyses have one name.',
  analysis({ spec }) {
    const { metrics = [], args = [], dryRun = [], measurementRetention = [] } = spec;
    const rules = dryRun.map(({ metricName }) => metricName);
    const retentions = measurementRetention.map(({ metricName }) => metricName);
    return [
      ...twice(
        metrics.map(({ name }) => name),
        ['spec', 'metrics'],
        'name',
        (name) => `duplicate name '${name}'`,
      ),
      ...twice(
        args.map(({ name }) => name),
        ['spec', 'args'],
        'name',
        (name) => `duplicate argument "${name}"`,
      ),
      ...twice(
        rules,
        ['spec', 'dryRun'],
        'metricName',
        (name) => `two Dry-Run metric rules have the same name '${name}'`,
      ),
      ...twice(
        retentions,
        ['spec', 'measurementRetention'],
        'metricName',
        (name) => `two Measurement Retention metric rules have the same name '${name}'`,
      ),
    ];
  },
  object(object) {
    if (!isExperiment(object)) return [];
    const names = (object.spec.analyses ?? []).map(({ name }) => name);
    return twice(names, ['spec', 'analyses'], 'name', (name) => `duplicate analysis "${name}"`);
  },
};

function twice(names: readonly string[], keys: Keys, field: string, say: (name: string) => string): Slip[] {
  const seen = new Set<string>();
  return names.flatMap((name, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ keys: [...keys, index, field], message: say(name), value: name }];
  });
}
