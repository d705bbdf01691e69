import type { Rule, Slip } from '../rule.ts';

/** @source ValidateJobSpec of k8s.io/kubernetes/pkg/apis/batch/validation */
const NUMBERS = [
  'backoffLimit',
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'ttlSecondsAfterFinished',
] as const;

export const jobRefused: Rule = {
  severity: 'error',
  summary: 'A Job that an API server refuses.',
  pod({ job, jobKeys = [] }) {
    if (job === undefined) return [];
    const numbers = NUMBERS.flatMap((field): Slip[] => {
      const value = job[field];
      if (value === undefined || (typeof value === 'string' && value.includes('{{'))) return [];
      if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return [];
      const isInQuotes = typeof value === 'string' && /^\d+$/.test(value);
      const fix = isInQuotes ? { fix: [{ keys: [...jobKeys, field], text: value }] } : {};
      const hint = isInQuotes ? 'leave out the quotes' : undefined;
      return [{ keys: [...jobKeys, field], message: 'expected a whole number, 0 or more', value, hint, ...fix }];
    });
    if (job['selector'] === undefined || job['manualSelector'] === true) return numbers;
    const message = 'the API server makes the selector of a Job, and refuses another';
    return [...numbers, { keys: [...jobKeys, 'selector'], message, hint: 'leave it out' }];
  },
};
