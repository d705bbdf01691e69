import { findHelm } from '../find-helm.ts';
import type { Rule } from '../rule.ts';
import { textsIn } from '../values.ts';

export const unrenderedHelm: Rule = {
  severity: 'warning',
  summary: 'A text holds what Helm would have replaced.',
  metric: ({ metric, keys }) =>
    textsIn(metric, keys).flatMap(({ text, keys: at, isName }) => {
      const helm = findHelm(text);
      if (helm === undefined) return [];
      const message = `${helm.shown} is Helm's, and nobody replaces it here`;
      const hint = 'render the chart first, as in `helm template . | assay lint -`';
      return [{ keys: at, message, hint, ...(!isName && { span: helm.span }) }];
    }),
};
