import type { Rule } from '../rule.ts';
import { tagsOf, textsIn } from '../values.ts';
import { isBareArgument } from '../condition.ts';
import { meantArguments } from '../unknown-tags.ts';
import { findHelm } from '../find-helm.ts';

export const unusedArgument: Rule = {
  severity: 'warning',
  summary: 'An argument that is good for nothing.',
  analysis(analysis) {
    const { args, metrics, hasMore } = analysis;
    if (hasMore || metrics.length === 0) return [];
    const texts = metrics.flatMap(({ metric }) => textsIn(metric, []).map(({ text }) => text));
    const used = new Set(texts.flatMap((text) => tagsOf(text).map(({ name }) => name)));
    const meant = meantArguments(analysis);
    const hasBare = metrics.some(({ conditions }) => conditions.some(({ fault }) => fault && isBareArgument(fault)));
    const loose = texts.filter((text) => hasBare || findHelm(text) !== undefined || text.includes('{{'));
    return args.flatMap(({ name }, index) => {
      if (used.has(`args.${name}`) || meant.has(name) || loose.some((text) => mayName(text, name))) return [];
      // Told once, for the first of two of one name.
      if (args.findIndex((arg) => arg.name === name) !== index) return [];
      return [{ keys: ['spec', 'args', index, 'name'], message: `argument "${name}" is not used` }];
    });
  },
};

/** Whether a text that has another fault would name the argument without it. */
function mayName(text: string, name: string): boolean {
  const isFaulty =
    findHelm(text) !== undefined || !text.includes('{{') || text.lastIndexOf('{{') > text.lastIndexOf('}}');
  return isFaulty && text.includes(`args.${name}`);
}
