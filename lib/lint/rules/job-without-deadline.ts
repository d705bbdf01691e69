import { isObject } from '../../model/is-object.ts';
import type { Rule } from '../rule.ts';

export const jobWithoutDeadline: Rule = {
  severity: 'advice',
  summary: 'A Job that may hang for ever, and the analysis with it.',
  pod({ job, jobKeys = [], template }) {
    if (job === undefined) return [];
    const spec = isObject(template['spec']) ? template['spec'] : {};
    if (job['activeDeadlineSeconds'] !== undefined || spec['activeDeadlineSeconds'] !== undefined) return [];
    const message = 'a Job that hangs is waited for without end';
    return [{ keys: jobKeys, message, hint: 'add activeDeadlineSeconds', isAbsence: true }];
  },
};
