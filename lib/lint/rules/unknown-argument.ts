import { didYouMean, suggest } from '../../model/suggest.ts';
import type { Rule } from '../rule.ts';
import type { AnalysisSubject, MetricSubject } from '../subject.ts';
import { tagsOf, textsIn } from '../values.ts';
import { findHelm } from './unrendered-helm.ts';

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

function unknownTags({ metric, keys, analysis }: MetricSubject) {
  const declared = new Set(analysis.args.map(({ name }) => `args.${name}`));
  return textsIn(metric, keys).flatMap(({ text, keys: at, isName }) => {
    if (findHelm(text) !== undefined) return [];
    const unknown = tagsOf(text).filter(({ name }) => !declared.has(name));
    return unknown.map(({ name, span }) => ({ name, at, span: isName ? undefined : span }));
  });
}

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

/** The arguments that somebody probably meant: what is said of the slip need not be said of them. */
export function meantArguments(analysis: AnalysisSubject): ReadonlySet<string> {
  const declared = analysis.args.map(({ name }) => name);
  const meant = analysis.metrics
    .flatMap(unknownTags)
    .flatMap(({ name }) => suggest(name.replace(/^args?\./, ''), declared) ?? []);
  return new Set(meant);
}
