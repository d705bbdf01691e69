import { didYouMean } from '../../model/suggest.ts';
import { declaredArguments } from '../reference-subject.ts';
import type { Rule } from '../rule.ts';

export const argumentNotDeclared: Rule = {
  severity: 'warning',
  summary: 'An argument is given that none of the templates has, and is dropped.',
  reference({ args = [], found, isComplete }) {
    if (!isComplete) return [];
    const declared = declaredArguments(found);
    return args.flatMap(({ name, keys }) => {
      if (declared.has(name)) return [];
      const message = `no template declares the argument "${name}"${didYouMean(name, declared.keys())}`;
      return [{ keys: [...keys, 'name'], message, value: name }];
    });
  },
};
