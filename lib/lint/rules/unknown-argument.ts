import type { Rule } from '../rule.ts';
import { tagUseOf } from '../unknown-tags.ts';

export const unknownArgument: Rule = {
  severity: 'warning',
  summary: 'A {{tag}} that nothing can be put in the place of.',
  analysis: (analysis) =>
    tagUseOf(analysis).unknown.map(({ name, keys, span, meant }) => {
      const isArgument = name.startsWith('args.');
      const hint = isArgument ? 'arguments are declared in spec.args' : undefined;
      const what = isArgument ? `unknown argument "${name.slice('args.'.length)}"` : `unknown tag {{${name}}}`;
      const suggestion = meant === undefined ? '' : ` (did you mean "${isArgument ? '' : 'args.'}${meant}"?)`;
      // Of a run everything is there, so it ends with Error at once.
      const severity = analysis.isRun ? 'error' : 'warning';
      return { keys, message: what + suggestion, hint, severity, span };
    }),
};
