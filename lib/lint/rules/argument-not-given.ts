import { isAbsent } from '../../model/empty.ts';
import { suggest } from '../../model/suggest.ts';
import { declaredArguments } from '../reference-subject.ts';
import type { Rule } from '../rule.ts';

export const argumentNotGiven: Rule = {
  severity: 'error',
  summary: 'A template needs an argument that whoever uses it does not give.',
  reference({ args, found, keys }) {
    if (args === undefined) return [];
    const declared = declaredArguments(found);
    const given = new Set(args.filter(({ hasValue }) => hasValue).map(({ name }) => name));
    // What is said of a slip in a name need not be said of the name that was meant.
    const slips = args.filter(({ name }) => !declared.has(name));
    const meant = new Set(slips.map(({ name }) => suggest(name, declared.keys())));
    const missing = [...declared.values()].filter(
      ({ name, value, valueFrom }) => isAbsent(value) && isAbsent(valueFrom) && !given.has(name) && !meant.has(name),
    );
    return missing.map(({ name }) => {
      const named = args.find((arg) => arg.name === name);
      const message = `argument "${name}" has no value: args.${name} was not resolved`;
      return {
        keys: named?.keys ?? keys,
        message,
        hint: 'add it to args',
        ...(!named && { isAbsence: true as const }),
      };
    });
  },
};
