import { splitAtTags } from '../analysis/substitute.ts';
import type { Keys } from '../model/problem.ts';
import { suggest } from '../model/suggest.ts';
import { isBareArgument } from './condition.ts';
import { findHelm } from './find-helm.ts';
import type { Span } from './span.ts';
import type { AnalysisSubject } from './subject.ts';
import { tagsOf, type TextAt, textsIn } from './values.ts';

/** A tag that nothing can be put in the place of. */
export interface UnknownTag {
  readonly name: string;
  readonly keys: Keys;
  readonly span: Span | undefined;
  /** The argument that was probably meant. */
  readonly meant: string | undefined;
}

/** What the texts of an analysis make of its arguments. */
export interface TagUse {
  readonly unknown: readonly UnknownTag[];
  /** Names of arguments that a text has, or would have without another fault in it. */
  readonly isUsed: (name: string) => boolean;
}

/** Comparing a name with all others takes its time, and nobody reads more. */
const MOST_SUGGESTIONS = 50;

/** Several rules ask, of the analysis that they look at. */
const known = new WeakMap<AnalysisSubject, TagUse>();

export function tagUseOf(analysis: AnalysisSubject): TagUse {
  const before = known.get(analysis);
  if (before) return before;
  const use = readTagUse(analysis);
  known.set(analysis, use);
  return use;
}

function readTagUse({ args, metrics }: AnalysisSubject): TagUse {
  const texts = metrics.flatMap(({ metric, keys }) => textsIn(metric, keys));
  const declared = new Set(args.map(({ name }) => name));
  const named = texts.flatMap((at) => tagsOf(at.text).map((tag) => ({ ...tag, at })));
  const helm = new Set(texts.filter(({ text }) => findHelm(text) !== undefined));
  const suggestions = new Map<string, string | undefined>();
  const meantBy = (name: string): string | undefined => {
    if (suggestions.size < MOST_SUGGESTIONS && !suggestions.has(name)) suggestions.set(name, nearest(name, declared));
    return suggestions.get(name);
  };
  const unknown = named.flatMap(({ name, span, at }): UnknownTag[] => {
    if (helm.has(at) || (name.startsWith('args.') && declared.has(name.slice('args.'.length)))) return [];
    return [{ name, keys: at.keys, span: at.isName ? undefined : span, meant: meantBy(name) }];
  });
  const hasBare = metrics.some(({ conditions }) => conditions.some(({ fault }) => fault && isBareArgument(fault)));
  const faulty = texts.filter((at) => helm.has(at) || hasBare || isUnclosed(at)).map(({ text }) => text);
  const used = new Set(named.map(({ name }) => name));
  const meant = new Set(suggestions.values());
  return {
    unknown,
    isUsed: (name) =>
      used.has(`args.${name}`) || meant.has(name) || faulty.some((text) => text.includes(`args.${name}`)),
  };
}

function isUnclosed({ text }: TextAt): boolean {
  return text.includes('{{') && splitAtTags(text).unclosed !== undefined;
}

/** `args.` may have a slip too, but something of it must be there. */
function nearest(name: string, declared: ReadonlySet<string>): string | undefined {
  if (name.startsWith('args.')) return suggest(name.slice('args.'.length), declared);
  const meant = suggest(
    name,
    [...declared].map((arg) => `args.${arg}`),
  );
  return meant?.slice('args.'.length);
}
