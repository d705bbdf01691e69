import { listUnsupported } from '../../rollout/references/unsupported.ts';
import { refusalSlip } from '../refusal-slip.ts';
import type { Rule } from '../rule.ts';
import { isRollout } from '../subject.ts';

export const rolloutUnsupported: Rule = {
  // Argo's controller may look after it.
  severity: 'warning',
  summary: 'A traffic router or a step that Assay does not have.',
  object: (object) =>
    isRollout(object)
      ? listUnsupported(object).map((text) => ({
          ...refusalSlip(text),
          hint: 'where Assay looks after it, it is Degraded, and no update begins',
        }))
      : [],
};
