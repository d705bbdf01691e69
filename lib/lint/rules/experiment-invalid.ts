import { findInvalidParts } from '../../experiment/invalid-spec.ts';
import { isAbsent } from '../../model/empty.ts';
import type { Rule, Slip } from '../rule.ts';
import { isExperiment } from '../subject.ts';

export const experimentInvalid: Rule = {
  severity: 'error',
  summary: 'An Experiment for which nothing is done.',
  object(object) {
    if (!isExperiment(object)) return [];
    const { templates, analyses = [] } = object.spec;
    const parts = findInvalidParts(object).map(({ index, field, message }): Slip => ({
      keys: ['spec', 'templates', index, field],
      message,
    }));
    const required = analyses.some(({ requiredForCompletion }) => requiredForCompletion === true);
    const nothing: Slip[] =
      templates.length === 0 && analyses.length === 0 && !required
        ? [{ keys: ['spec', 'templates'], message: 'there is nothing to run', severity: 'warning', isAbsence: true }]
        : [];
    return [...parts, ...nothing, ...templates.flatMap(selectorSlips)];
  },
};

/** A ReplicaSet whose pods its own selector does not select is refused. */
function selectorSlips({ selector, template }: { selector: Selector; template: Template }, index: number): Slip[] {
  const labels = template.metadata?.labels ?? {};
  return Object.entries(selector.matchLabels ?? {}).flatMap(([name, value]): Slip[] => {
    const own = labels[name];
    if (own === value || value.includes('{{') || own?.includes('{{') === true) return [];
    const message = isAbsent(own) ? 'the pods have no such label' : `the pods have "${own}"`;
    const hint = 'the selector must select the pods of its own template';
    return [{ keys: ['spec', 'templates', index, 'selector', 'matchLabels', name], message, hint, value }];
  });
}

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
}
interface Template {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } | undefined;
}
