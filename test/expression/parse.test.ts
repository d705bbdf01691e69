import { describe, expect, test } from 'vitest';
import { MAX_NODES, parse } from '../../lib/expression/parse.ts';
import { print } from '../../lib/expression/print.ts';

/** A list of so many nodes, itself counted. */
function withNodes(count: number): string {
  return `[${'1,'.repeat(count - 1)}]`;
}

function shown(text: string): string {
  const parsed = parse(text);
  return 'tree' in parsed ? print(parsed.tree) : `${parsed.fault.message} at ${parsed.fault.at}`;
}

describe('trees, printed with the brackets they need', () => {
  test.each([
    ['a + b * c - d', 'a + b * c - d'],
    ['(a + b) * c', '(a + b) * c'],
    ['a - (b - c)', 'a - (b - c)'],
    ['2 ** 3 ** 2', '2 ** 3 ** 2'],
    ['(2 ** 3) ^ 2', '(2 ** 3) ^ 2'],
    ['-2 ** 2', '-2 ** 2'],
    ['-(a + b)', '-(a + b)'],
    ['(-a) ** 2', '(-a) ** 2'],
    ['not a > 1', 'not a > 1'],
    ['!(a ? b : c)', '!(a ? b : c)'],
    ['a || b && c', 'a || (b && c)'],
    ['(a && b) || c', '(a && b) || c'],
    ['0 < a <= 1', '0 < a && a <= 1'],
    ['a not in [1, "x"]', 'not (a in [1, "x"])'],
    ['(a ?? b) ?? c', '(a ?? b) ?? c'],
    ['(a ? 1 : 2) + (b ? 3 : 4)', '(a ? 1 : 2) + (b ? 3 : 4)'],
    ['a ?: b', 'a ? a : b'],
    ['(a ? b : c) ? (d ? e : f) : (g ? h : i)', '(a ? b : c) ? (d ? e : f) : (g ? h : i)'],
    ['if a {1} else if b {2} else {3}', 'if a { 1 } else if b { 2 } else { 3 }'],
    ['1..n', '1..n'],
    ['a.b["c d"][0].e(1)', 'a.b["c d"][0].e(1)'],
    ['a?.b?.["c d"]?.[0]', 'a?.b?.["c d"]?.[0]'],
    ['(a + b).c', '(a + b).c'],
    ['a.not.matches', 'a.not.matches'],
    ['a[1:2] + a[:2] + a[1:] + a[:]', 'a[1:2] + a[:2] + a[1:] + a[:]'],
    ['{a: 1, "b c": 2, 3: x, (k): y,}', '{a: 1, "b c": 2, "3": x, (k): y}'],
    ['[1, 2.5, true, nil, b"x",]', '[1, 2.5, true, nil, b"x"]'],
    ['let x = 1; x; 2', 'let x = 1; x; 2'],
    ['a | map(# + 1) | len()', 'len(map(a, # + 1))'],
    ['filter(a, {.b > #index})', 'filter(a, .b > #index)'],
    ['reduce(a, #acc + #, 1,)', 'reduce(a, #acc + #, 1)'],
    ['::len(a)', 'len(a)'],
    ['f(a, b,)', 'f(a, b)'],
    ['1;', '1'],
    ['-a not in b', 'not (-a in b)'],
    ['all(a, let x = 1; x)', 'all(a, let x = 1; x)'],
  ])('%s', (text, printed) => {
    expect(shown(text)).toBe(printed);
  });
});

describe('faults', () => {
  test.each([
    ['', 'unexpected token EOF at 0'],
    ['1 +', 'unexpected token EOF at 2'],
    ['1 2', 'unexpected token Number("2") at 2'],
    ['(1', 'unexpected token EOF at 1'],
    ['1 not', 'unexpected token EOF at 4'],
    ['1 not 2', 'unexpected token Number("2") at 6'],
    ['nil ?? 1 == 1', 'Operator (==) and coalesce expressions (??) cannot be mixed. Wrap either by parentheses. at 9'],
    ['a.1', 'unexpected token Number(".1") at 1'],
    ['a.', 'unexpected end of expression at 1'],
    ['a."b"', 'expected name at 4'],
    ['all(a)', 'expected at least 2 arguments at 5'],
    ['all(a, 1; 2)', 'wrap predicate with brackets { and } at 8'],
    ['{[1]: 2}', 'a map key must be a quoted string, a number, a identifier, or an expression enclosed in parentheses'],
    ['{a: 1,, b: 2}', 'unexpected token Operator(",") at 6'],
    ['{a: 1 "b', 'literal not terminated'],
    [
      '99999999999999999999',
      'invalid integer literal: strconv.ParseInt: parsing "99999999999999999999": value out of range',
    ],
    ['0x', 'invalid hex literal: strconv.ParseInt: parsing "0x": invalid syntax'],
    ['0x8000000000000000', 'invalid hex literal: strconv.ParseInt: parsing "0x8000000000000000": value out of range'],
    ['0b', 'invalid binary literal: strconv.ParseInt: parsing "0b": invalid syntax'],
    ['0o', 'invalid octal literal: strconv.ParseInt: parsing "0o": invalid syntax'],
    ['1e999', 'invalid float literal: strconv.ParseFloat: parsing "1e999": value out of range'],
    ['if a {1}', 'unexpected token EOF at 7'],
    ['x | 1', 'unexpected token Number("1") at 4'],
    ['#', 'unexpected token Operator("#") at 0'],
    [`${'('.repeat(200_000)}1`, 'compilation failed: expression nests too deeply'],
  ])('%s', (text, message) => {
    expect(shown(text)).toContain(message);
  });

  test('10,000 nodes are the limit', () => {
    expect(shown(withNodes(MAX_NODES))).toContain('[1, 1');
    expect(shown(withNodes(MAX_NODES + 1))).toContain('expression exceeds maximum allowed nodes');
  });

  test('a fault of the lexer met while the parser gives up replaces its own', () => {
    expect(shown('{a: 1 2 @')).toContain('unexpected token Number("2")');
    expect(shown('a."b" @')).toContain('unrecognized character');
  });
});
