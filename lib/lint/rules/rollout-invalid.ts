import { validateRollout } from '../../rollout/validate.ts';
import { refusalSlip } from '../refusal-slip.ts';
import type { Rule } from '../rule.ts';
import { isRollout } from '../subject.ts';

export const rolloutInvalid: Rule = {
  severity: 'error',
  summary: 'A Rollout that Argo refuses, and for which nothing is done.',
  // A template that comes from another workload is filled in later.
  object: (object) => (isRollout(object) ? validateRollout(object, false).map(refusalSlip) : []),
};
