import type { ExpressionError } from '../expression/error.ts';

/** What is wrong with an expression, without the place: that is where the finding stands. */
export function explainExpression({ unknownName, goMessage }: ExpressionError): {
  readonly message: string;
  readonly hint?: string;
} {
  const hint = HINTS.find(({ pattern }) => pattern.test(goMessage))?.hint;
  if (unknownName === undefined) return { message: goMessage, ...(hint !== undefined && { hint }) };
  const { name, suggestion } = unknownName;
  const meant = MEANT[name];
  if (meant !== undefined) return { message: `unknown name "${name}"`, hint: meant };
  return { message: `unknown name "${name}"${suggestion === undefined ? '' : ` (did you mean "${suggestion}"?)`}` };
}

const THE_VALUE = 'what was measured is called "result"';

/** Names that other tools have. */
const MEANT: Readonly<Record<string, string>> = {
  $: 'paths belong into jsonPath; what they found is called "result", as in result.code',
  response: THE_VALUE,
  value: THE_VALUE,
  data: THE_VALUE,
  results: THE_VALUE,
  true: 'words are written small',
  True: 'write true',
  False: 'write false',
  null: 'write nil',
  None: 'write nil',
};

const HINTS: readonly { readonly pattern: RegExp; readonly hint: string }[] = [
  { pattern: /unexpected token Operator\("="\)/, hint: 'what is equal is written ==' },
  { pattern: /unexpected token Identifier\("AND"\)/, hint: 'write && or and' },
  { pattern: /unexpected token Identifier\("OR"\)/, hint: 'write || or or' },
];
