import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { applyFixes } from '../../lib/lint/apply-fixes.ts';
import type { Finding, Position } from '../../lib/lint/finding.ts';
import { lintText } from '../../lib/lint/lint-text.ts';
import { readDocuments } from '../../lib/lint/yaml-documents.ts';

vi.setConfig({ testTimeout: 60_000 });

const RUNS = Number(process.env['ASSAY_FUZZ_RUNS'] ?? 400);
const SEED = 20_261_130;

/** The examples of the repository, and those of docs/lint.md: each rule has something to look at. */
const EXAMPLES = [
  ...readdirSync('examples', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(join('examples', name), 'utf8')),
  ...[...readFileSync('docs/lint.md', 'utf8').matchAll(/```yaml\n([^]*?)```/g)].map(([, text = '']) => text),
].map((text) => (text.includes('apiVersion:') ? text : wrap(text)));

function wrap(snippet: string): string {
  const spec = snippet.startsWith('- ') ? `metrics:\n${snippet.replaceAll(/^/gm, '  ')}` : snippet;
  const head = 'apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {name: t}\nspec:\n';
  return head + spec.replaceAll(/^/gm, '  ');
}

/** What people, tools and attackers put where something else belongs. */
const ODD = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e30,
    0.5,
    '',
    ' ',
    '{{',
    '}}',
    '{{args.x}}',
    '{{ .Values.x }}',
    '*',
    '[',
  ),
  fc.constantFrom<unknown>(
    'result',
    'result[0',
    '{$',
    '$.a',
    'http:',
    'a.b',
    'sum(',
    '1 / 0',
    '5',
    '-5s',
    '__proto__',
    '😀',
  ),
  fc.constantFrom<unknown>([], {}, [null], [[]], { a: null }, { constructor: 1 }, [{ name: 'a' }], { name: ['a'] }),
);

/** Where in a value something is put, as a share of all its places. */
function replaceSome(value: unknown, share: number, odd: unknown): unknown {
  let left = Math.floor(share * placesIn(value));
  const replace = (node: unknown): unknown => {
    left -= 1;
    if (left === -1) return odd;
    if (Array.isArray(node)) return node.map(replace);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, replace(inner)]));
  };
  return replace(value);
}

function placesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + placesIn(inner), 1);
}

/** Findings that are not in their text, or say nothing; what mends the others can be made, and be looked through again. */
function troubleIn(text: string): Finding[] {
  const findings = lintText({ path: 'f', text });
  const lines = text.split('\n');
  const isInText = ({ line, column }: Position) =>
    line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 1;
  const fixed = applyFixes(text, findings);
  if (fixed.fixed.length > 0) lintText({ path: 'f', text: fixed.text });
  return findings.filter(({ range, message }) => !isInText(range.start) || !isInText(range.end) || message === '');
}

test('no file crashes lint: values of another type anywhere', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...EXAMPLES),
      fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), ODD), { minLength: 1, maxLength: 3 }),
      (example, changes) => {
        const values = readDocuments(example).documents.map(({ value }) => value);
        const changed = values.map((value) =>
          changes.reduce((all, [share, odd]) => replaceSome(all, share, odd), value),
        );
        const text = changed.map((value) => stringify(value)).join('---\n');
        expect(troubleIn(text)).toEqual([]);
      },
    ),
    { numRuns: RUNS, seed: SEED },
  );
});

test('no file crashes lint: characters that are missing, or too many', () => {
  const piece = fc.constantFrom(
    '',
    '\n',
    '\t',
    '{',
    '}',
    '[',
    ']',
    ':',
    '"',
    "'",
    '#',
    '{{',
    '- ',
    '&a ',
    '*a',
    '|',
    '\r\n',
    '\0',
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...EXAMPLES),
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(3), piece), { minLength: 1, maxLength: 3 }),
      (example, changes) => {
        const text = changes.reduce((all, [share, dropped, by]) => {
          const at = Math.floor(share * all.length);
          return all.slice(0, at) + by + all.slice(at + dropped);
        }, example);
        expect(troubleIn(text)).toEqual([]);
      },
    ),
    { numRuns: RUNS, seed: SEED },
  );
});
