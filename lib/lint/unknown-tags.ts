import { suggest } from '../model/suggest.ts';
import { findHelm } from './find-helm.ts';
import type { AnalysisSubject, MetricSubject } from './subject.ts';
import { tagsOf, textsIn } from './values.ts';

/** The tags of a metric that nothing can be put in the place of. */
export function unknownTags({ metric, keys, analysis }: MetricSubject) {
  const declared = new Set(analysis.args.map(({ name }) => `args.${name}`));
  return textsIn(metric, keys).flatMap(({ text, keys: at, isName }) => {
    if (findHelm(text) !== undefined) return [];
    const unknown = tagsOf(text).filter(({ name }) => !declared.has(name));
    return unknown.map(({ name, span }) => ({ name, at, span: isName ? undefined : span }));
  });
}

/** The arguments that somebody probably meant: what is said of the slip need not be said of them. */
export function meantArguments(analysis: AnalysisSubject): ReadonlySet<string> {
  const declared = analysis.args.map(({ name }) => name);
  const meant = analysis.metrics
    .flatMap(unknownTags)
    .flatMap(({ name }) => suggest(name.replace(/^args?\./, ''), declared) ?? []);
  return new Set(meant);
}
