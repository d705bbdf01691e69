import { describe, expect, test } from 'vitest';
import { Lexer, showToken } from '../../lib/expression/lex.ts';

function lex(text: string): { readonly tokens: string[]; readonly fault: string | undefined } {
  const lexer = new Lexer(text);
  const tokens: string[] = [];
  for (let token = lexer.next(); token !== undefined; token = lexer.next()) tokens.push(showToken(token));
  const { fault } = lexer;
  return { tokens, fault: fault && `${fault.message} at ${fault.at}` };
}

describe('tokens', () => {
  test.each([
    { text: 'a1 _b $c é', tokens: ['a1', '_b', '$c', 'é'].map(name) },
    { text: '1 .5 1. 1_0 0x1F 0o17 0b01 1e-3', tokens: '1 .5 1. 1_0 0x1F 0o17 0b01 1e-3'.split(' ').map(number) },
    { text: '1..3', tokens: [number('1'), operator('..'), number('3')] },
    { text: '.5.5', tokens: [number('.5.5')] },
    { text: 'a?.b ?? c', tokens: [name('a'), operator('?.'), name('b'), operator('??'), name('c')] },
    { text: 'x not in y', tokens: [name('x'), operator('not'), operator('in'), name('y')] },
    { text: 'not inside', tokens: [operator('not'), name('inside')] },
    { text: '#index ##', tokens: [operator('#'), name('index'), operator('##')] },
    { text: '| || : :: ! != ** / &', tokens: '| || : :: ! != ** / &'.split(' ').map(operator) },
    { text: '([{}])', tokens: ['(', '[', '{', '}', ']', ')'].map((mark) => `Bracket("${mark}")`) },
    { text: '1 // 2\n/* 3 */ 4', tokens: [number('1'), number('4')] },
    { text: String.raw`"a\n\x41\u00e9\u{1F600}\101"`, tokens: [String.raw`String("a\nAé😀A")`] },
    { text: String.raw`'it\'s "so"'`, tokens: [String.raw`String("it's \"so\"")`] },
    { text: '`a``b\\n`', tokens: [String.raw`String("a` + '`b' + String.raw`\\n")`] },
    { text: String.raw`b"\xffé" B'\101'`, tokens: [String.raw`Bytes("\xffé")`, 'Bytes("A")'] },
    { text: String.raw`"\ud800"`, tokens: ['String("\ufffd")'] },
    { text: '', tokens: [] },
  ])('$text', ({ text, tokens }) => {
    expect(lex(text)).toStrictEqual({ tokens: [...tokens, 'EOF'], fault: undefined });
  });
});

describe('faults, with the tokens before them', () => {
  test.each([
    { text: 'a @', tokens: ['Identifier("a")'], fault: "unrecognized character: U+0040 '@' at 2" },
    { text: 'a \u0001', tokens: ['Identifier("a")'], fault: 'unrecognized character: U+0001 at 2' },
    { text: '1a', tokens: [], fault: 'bad number syntax: "1a" at 1' },
    { text: '"ab', tokens: [], fault: 'literal not terminated at 3' },
    { text: '"a\nb"', tokens: [], fault: 'literal not terminated at 2' },
    { text: '`ab', tokens: [], fault: 'literal not terminated at 3' },
    { text: String.raw`"\d"`, tokens: [], fault: 'invalid char escape at 2' },
    { text: String.raw`"\x4"`, tokens: [], fault: 'invalid char escape at 4' },
    { text: String.raw`"\u{}"`, tokens: [], fault: 'invalid char escape at 3' },
    { text: String.raw`"\u{1234567}"`, tokens: [], fault: 'invalid char escape at 9' },
    { text: String.raw`"\u{110000}"`, tokens: [], fault: 'unable to unescape string at 11' },
    { text: String.raw`"\U00110000"`, tokens: [], fault: 'unable to unescape string at 11' },
    { text: String.raw`"\777"`, tokens: [], fault: 'unable to unescape string at 5' },
    { text: String.raw`b"\u0041"`, tokens: [], fault: 'unable to unescape string at 8' },
    { text: '1 /* 2', tokens: ['Number("1")'], fault: 'unclosed comment at 6' },
    { text: '😀', tokens: [], fault: "unrecognized character: U+1F600 '😀' at 0" },
  ])('$text', ({ text, tokens, fault }) => {
    expect(lex(text)).toStrictEqual({ tokens, fault });
  });
});

function number(text: string): string {
  return `Number("${text}")`;
}
function operator(text: string): string {
  return `Operator("${text}")`;
}
function name(text: string): string {
  return `Identifier("${text}")`;
}
