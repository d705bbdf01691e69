import { didYouMean } from '../../model/suggest.ts';
import type { Rule } from '../rule.ts';
import type { AnalysisSubject } from '../subject.ts';
import { unknownTags } from '../unknown-tags.ts';

export const unknownArgument: Rule = {
  severity: 'warning',
  summary: 'A {{tag}} that nothing can be put in the place of.',
  metric(subject) {
    const { isRun } = subject.analysis;
    return unknownTags(subject).map(({ name, at, span }) => ({
      keys: at,
      ...explain(name, subject.analysis),
      // Of a run everything is there, so it ends with Error at once.
      ...(isRun && { severity: 'error' as const }),
      ...(span && { span }),
    }));
  },
};

function explain(name: string, { args }: AnalysisSubject): { message: string; hint?: string } {
  const declared = args.map((arg) => arg.name);
  if (!name.startsWith('args.')) {
    const tags = declared.map((arg) => `args.${arg}`);
    return { message: `unknown tag {{${name}}}${didYouMean(name, tags)}` };
  }
  const arg = name.slice('args.'.length);
  return {
    message: `unknown argument "${arg}"${didYouMean(arg, declared)}`,
    hint: 'arguments are declared in spec.args',
  };
}
