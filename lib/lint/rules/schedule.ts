import { checkSchedule } from '../../schedule/schedule.ts';
import type { Rule } from '../rule.ts';
import { isAnalysis } from '../subject.ts';

export const schedule: Rule = {
  severity: 'error',
  summary: 'A schedule that makes no runs, or not those that were meant.',
  object(object) {
    if (!isAnalysis(object) || object.kind === 'AnalysisRun') return [];
    return checkSchedule(object).map(({ keys, message, hint, severity }) => ({ keys, message, hint, severity }));
  },
};
