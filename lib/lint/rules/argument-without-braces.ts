import { isBareArgument } from '../condition.ts';
import type { Rule } from '../rule.ts';
import type { Span } from '../span.ts';

export const argumentWithoutBraces: Rule = {
  severity: 'error',
  summary: 'A condition that names an argument without {{ and }}.',
  metric: ({ conditions, analysis }) =>
    conditions.flatMap(({ keys, text, fault }) => {
      if (fault === undefined || !isBareArgument(fault)) return [];
      const declared = new Set(analysis.args.map(({ name }) => name));
      const places = bareArguments(text);
      const known = places.filter(({ name }) => declared.has(name));
      const [first = { name: '', span: [0, text.length] as Span }] = places;
      const message = `conditions know no "args": write {{args.${first.name || 'name'}}}`;
      const fix = known.map(({ name, span }) => ({ keys, span, text: `{{args.${name}}}` }));
      return [
        {
          keys,
          message,
          value: text,
          span: first.span,
          ...(fix.length > 0 && known.length === places.length && { fix }),
        },
      ];
    }),
};

/** `args.x` and `args["x"]` outside of braces and quotes. */
function bareArguments(text: string): { readonly name: string; readonly span: Span }[] {
  const found: { name: string; span: Span }[] = [];
  for (const match of text.matchAll(PIECES)) {
    const [whole, dotted, quoted] = match;
    const name = dotted ?? quoted;
    if (name !== undefined) found.push({ name, span: [match.index, match.index + whole.length] });
  }
  return found;
}

/** What is passed over stands first. A hyphen may be of the name: `args.service-name`. */
const PIECES =
  /\{\{[^]*?\}\}|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\bargs\.([A-Za-z_][\w-]*)|\bargs\[["']([^"']+)["']\]/g;
