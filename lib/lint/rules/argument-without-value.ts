import { isAbsent } from '../../model/empty.ts';
import type { Rule } from '../rule.ts';

export const argumentWithoutValue: Rule = {
  severity: 'error',
  summary: 'An argument of a run that has no value.',
  analysis({ args, isRun }) {
    if (!isRun) return [];
    return args.flatMap(({ name, value, valueFrom }, index) => {
      if (!isAbsent(value) || !isAbsent(valueFrom?.secretKeyRef)) return [];
      return [
        { keys: ['spec', 'args', index], message: `argument "${name}" was not supplied`, isAbsence: true as const },
      ];
    });
  },
};
