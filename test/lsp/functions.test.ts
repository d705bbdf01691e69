import { expect, test } from 'vitest';
import { BUILTIN_NAMES } from '../../lib/expression/builtin-names.ts';
import { SIGNATURES } from '../../lib/expression/builtins/signatures.ts';
import { checkCondition } from '../../lib/expression/evaluate.ts';
import { conditionEnvironment } from '../../lib/expression/environment.ts';
import { UNKNOWN } from '../../lib/expression/nature.ts';
import { FUNCTIONS, WORDS } from '../../lib/lsp/functions.ts';

test('every function of the language is explained, and no other', () => {
  const names = new Set([...BUILTIN_NAMES, ...conditionEnvironment(UNKNOWN).keys()]);
  names.delete('result');
  expect([...FUNCTIONS.keys()].toSorted()).toEqual([...names].toSorted());
});

test.each([...FUNCTIONS])('%s has a signature and a sentence', (name, { signature, says }) => {
  expect(signature).toMatch(new RegExp(`^${name}\\(.*\\) \\w+$`));
  expect(says).toMatch(/^[A-Z].*\.$/);
});

/** Arguments that a signature shows: `f(a, [b])` has one or two. */
function shownCounts(signature: string): { least: number; most: number } {
  const inside = signature.slice(signature.indexOf('(') + 1, signature.lastIndexOf(')'));
  const shown = inside === '' ? [] : inside.split(', ');
  const needed = shown.filter((each) => !each.startsWith('[') && each !== '…').length;
  return { least: needed, most: shown.includes('…') ? Infinity : shown.length };
}

test.each(
  [...SIGNATURES].flatMap(([name, signature]) =>
    'overloads' in signature ? [{ name, counts: signature.overloads.map(({ params }) => params?.length ?? 0) }] : [],
  ),
)('$name takes as many arguments as its signature shows', ({ name, counts }) => {
  const { least, most } = shownCounts(FUNCTIONS.get(name)?.signature ?? '');
  expect(most).toBe(Math.max(...counts));
  expect(least).toBeLessThanOrEqual(Math.min(...counts));
});

test.each([...WORDS.keys()].filter((word) => /^(result|true|false|nil)$/.test(word)))('%s is a value', (word) => {
  expect(checkCondition(`${word} == nil or true`, 'unknown')).toEqual([]);
});

test.each(['and', 'or', 'in', 'contains', 'matches', 'startsWith', 'endsWith'])('%s stands between two', (word) => {
  expect(WORDS.has(word)).toBe(true);
  expect(checkCondition(`result ${word} result`, 'unknown')).toEqual([]);
});
