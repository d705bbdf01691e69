import { isEndless } from '../metric-limits.ts';
import type { Rule } from '../rule.ts';
import type { AnyTemplate } from '../template-index.ts';
import { knownValues } from '../values.ts';

export const endlessWait: Rule = {
  severity: 'warning',
  summary: 'A step waits for an analysis that never ends by itself.',
  reference: ({ isAwaited, templates, parts }) =>
    isAwaited
      ? templates.flatMap(({ keys, name }, index) => {
          const [metric] = (parts[index] ?? []).flatMap(endlessIn);
          if (metric === undefined) return [];
          const message = `never goes on by itself: the metric "${metric}" of "${name}" is measured until the run is ended`;
          return [{ keys, message, hint: 'give the metric a count, or run the analysis in the background' }];
        })
      : [],
};

/** What arguments say is left to who gives them. */
function endlessIn({ spec }: AnyTemplate): string[] {
  const values = knownValues([]);
  return (spec.metrics ?? []).filter((metric) => isEndless(metric, values)).map(({ name }) => name);
}
