import type { Keys } from '../../model/problem.ts';
import { validateRollout } from '../../rollout/validate.ts';
import type { Rule } from '../rule.ts';
import { isRollout } from '../subject.ts';

export const rolloutInvalid: Rule = {
  severity: 'error',
  summary: 'A Rollout that Argo refuses, and for which nothing is done.',
  // A template that comes from another workload is filled in later.
  object: (object) => (isRollout(object) ? validateRollout(object, false).map(slipOf) : []),
};

/** Argo's text begins with the way to the field: `spec.strategy.canary.steps[1].setWeight: Invalid value: …`. */
function slipOf(text: string): { keys: Keys; message: string } {
  const [prefix = '', path] = /^(spec(?:\.\w+|\[\d+\])*): /.exec(text) ?? [];
  if (path === undefined) return { keys: ['spec'], message: text };
  const keys = [...path.matchAll(/\w+/g)].map(([key]) => (/^\d+$/.test(key) ? Number(key) : key));
  return { keys, message: text.slice(prefix.length) };
}
