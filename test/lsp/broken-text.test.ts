import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lintText } from '../../lib/lint/lint-text.ts';
import { completionsAt } from '../../lib/lsp/completion.ts';
import { definitionsAt } from '../../lib/lsp/definition.ts';
import { EditedText } from '../../lib/lsp/edited-text.ts';
import { hoverAt } from '../../lib/lsp/hover.ts';
import { symbolsOf } from '../../lib/lsp/symbols.ts';
import { aWorkspace } from './editor.ts';

const SOURCE = readFileSync('examples/success-rate.yaml', 'utf8');

/** Everything that an editor may ask about one place of a text. */
function askAll(source: string, offset: number): void {
  const text = new EditedText('file:///a.yaml', source);
  const workspace = aWorkspace(text);
  lintText(text.lintSource);
  symbolsOf(text);
  hoverAt(text, offset, workspace);
  definitionsAt(text, offset, workspace);
  completionsAt(text, offset, workspace);
}

test('a text that is typed letter by letter breaks nothing', () => {
  for (let end = 0; end <= SOURCE.length; end += 7) expect(() => askAll(SOURCE.slice(0, end), end)).not.toThrow();
});

test('nor does a text with pieces put in, or cut out, anywhere', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '{{',
    '{{args.',
    '}}',
    '[',
    '"',
    "'",
    '|',
    '>-',
    ': ',
    '- ',
    '*a',
    '&a ',
    '<<: *a',
    '---\n',
    '\t',
    '!!binary ',
    '? ',
    '%',
    '\r\n',
    '\0',
    '\uD800',
    '🙂',
  );
  const property = fc.property(
    fc.nat(SOURCE.length),
    fc.nat(30),
    piece,
    fc.nat(SOURCE.length),
    (at, cut, put, offset) => askAll(SOURCE.slice(0, at) + put + SOURCE.slice(at + cut), offset),
  );
  expect(() => fc.assert(property, { numRuns: 300 })).not.toThrow();
});

test.each([
  { name: 'aliases without an anchor', source: 'apiVersion: argoproj.io/v1alpha1\nkind: *x\nspec: *y\n' },
  { name: 'an alias of itself', source: 'apiVersion: argoproj.io/v1alpha1\nspec: &a\n  metrics: [*a]\n' },
  {
    name: 'lists and texts where objects are',
    source: 'apiVersion: argoproj.io/v1alpha1\nkind: [AnalysisRun]\nmetadata: 5\nspec: [1]\n',
  },
  {
    name: 'arguments that are none',
    source:
      'apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {name: [1]}\nspec: {args: [1, [], {name: {}}], metrics: [null, {name: "{{args.x}}", provider: 1}], templates: 1}\n',
  },
  {
    name: 'names of what every object has',
    source: 'apiVersion: argoproj.io/v1alpha1\nkind: toString\nspec: {constructor: 1, __proto__: {a: 1}}\n',
  },
  { name: 'a long line of blanks', source: `apiVersion: argoproj.io/v1alpha1\nkind: {{${' '.repeat(300_000)}!` },
  { name: 'a long line of a dash and blanks', source: `-${' '.repeat(300_000)}!` },
  { name: 'a long word', source: `kind: AnalysisRun\nspec: ${'a'.repeat(300_000)} {{` },
  { name: 'a deep one', source: `apiVersion: argoproj.io/v1alpha1\nkind: AnalysisRun\nspec: ${'['.repeat(3000)}` },
])('$name', ({ source }) => {
  for (const offset of [0, 50, source.length - 1, source.length]) expect(() => askAll(source, offset)).not.toThrow();
});
