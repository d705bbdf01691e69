import { isAlphanumeric, isDigit, isSpace, showCharacter } from './characters.ts';
import { quote } from './go/strconv.ts';
import { NEGATABLE } from './operators.ts';
import { unescapeBytes, unescapeString } from './unescape.ts';

export type TokenKind = 'Identifier' | 'Number' | 'String' | 'Bytes' | 'Operator' | 'Bracket' | 'EOF';

/** `at` is the index of its first character; of EOF, that of the text's last character. */
export interface Token {
  readonly kind: TokenKind;
  readonly value: string;
  readonly at: number;
}

/** Why a text cannot be read on, and where. */
export interface SyntaxFault {
  readonly message: string;
  readonly at: number;
}

/** A token as Go's messages name it: `Operator("+")`, `EOF`. */
export function showToken({ kind, value }: Token): string {
  return value === '' ? kind : `${kind}(${quote(value)})`;
}

const WORD_OPERATORS: ReadonlySet<string> = new Set([
  'in',
  'or',
  'and',
  'matches',
  'contains',
  'startsWith',
  'endsWith',
  'let',
  'if',
  'else',
]);
const END = '';

/**
 * Reads a text token by token, each only when it is asked for: a fault behind the place where the parser gives up is
 * never seen, as in Go.
 *
 * @source parser/lexer of expr-lang/expr
 */
export class Lexer {
  readonly #text: string;
  readonly #ready: Token[] = [];
  #start = 0;
  #end = 0;
  #isAtEnd = false;
  #isDone = false;
  #fault: SyntaxFault | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** The first fault met, once `next` has given undefined because of it. */
  get fault(): SyntaxFault | undefined {
    return this.#fault;
  }

  /** The next token; undefined after EOF, and from the first fault on. */
  next(): Token | undefined {
    while (this.#fault === undefined && !this.#isDone && this.#ready.length === 0) this.#step();
    return this.#fault === undefined ? this.#ready.shift() : undefined;
  }

  #step(): void {
    const character = this.#read();
    switch (character) {
      case END:
        return this.#emitEnd();
      case '"':
      case "'":
        return this.#string(character);
      case '`':
        return this.#rawString();
      case '?':
        this.#accept('.?');
        return this.#emit('Operator');
      case '/':
        return this.#slash();
      case '#':
        return this.#pointer();
      case '|':
      case ':':
        this.#accept(character);
        return this.#emit('Operator');
      case '(':
      case '[':
      case '{':
      case ')':
      case ']':
      case '}':
        return this.#emit('Bracket');
      case ',':
      case ';':
      case '%':
      case '+':
      case '-':
      case '^':
        return this.#emit('Operator');
      case '&':
      case '!':
      case '=':
      case '*':
      case '<':
      case '>':
        this.#accept('&=*');
        return this.#emit('Operator');
      case '.':
        return this.#dot();
      default:
        return this.#word(character);
    }
  }

  #word(character: string): void {
    if (isSpace(character)) {
      this.#start = this.#end;
    } else if ((character === 'b' || character === 'B') && (this.#peek() === '"' || this.#peek() === "'")) {
      this.#bytes(this.#read());
    } else if (isDigit(character)) {
      this.#back();
      this.#number();
    } else if (isAlphanumeric(character)) {
      this.#identifier();
    } else {
      this.#fail(`unrecognized character: ${showCharacter(character)}`);
    }
  }

  #identifier(): void {
    this.#acceptName();
    const word = this.#text.slice(this.#start, this.#end);
    if (word === 'not') return this.#not();
    this.#emit(WORD_OPERATORS.has(word) ? 'Operator' : 'Identifier');
  }

  /** `not in` and its like are two operators, also where `in` alone would start a longer name's operand. */
  #not(): void {
    this.#emit('Operator');
    while (this.#accept(' '));
    this.#start = this.#end;
    const before = this.#end;
    this.#acceptName();
    if (NEGATABLE.has(this.#text.slice(this.#start, this.#end))) this.#emit('Operator');
    else this.#end = before;
  }

  #pointer(): void {
    this.#accept('#');
    this.#emit('Operator');
    this.#acceptName();
    if (this.#end > this.#start) this.#emit('Identifier');
  }

  #slash(): void {
    if (this.#accept('/')) {
      for (let character = this.#read(); character !== END && character !== '\n'; character = this.#read());
      this.#start = this.#end;
    } else if (this.#accept('*')) {
      this.#blockComment();
    } else {
      this.#emit('Operator');
    }
  }

  #blockComment(): void {
    for (;;) {
      const character = this.#read();
      if (character === END) return this.#fail('unclosed comment');
      if (character === '*' && this.#accept('/')) break;
    }
    this.#start = this.#end;
  }

  #dot(): void {
    if (isDigit(this.#peek())) {
      this.#number();
    } else {
      this.#accept('.');
      this.#emit('Operator');
    }
  }

  #number(): void {
    if (this.#scanNumber()) this.#emit('Number');
    else this.#fail(`bad number syntax: ${quote(this.#text.slice(this.#start, this.#end))}`);
  }

  #scanNumber(): boolean {
    let digits = '0123456789_';
    if (this.#accept('0')) {
      if (this.#accept('xX')) digits = '0123456789abcdefABCDEF_';
      else if (this.#accept('oO')) digits = '01234567_';
      else if (this.#accept('bB')) digits = '01_';
    }
    while (this.#accept(digits));
    const end = this.#end;
    if (this.#accept('.')) {
      // Two dots are the range operator: 1..2.
      if (this.#peek() === '.') {
        this.#end = end;
        return true;
      }
      while (this.#accept(digits));
    }
    if (this.#accept('eE')) {
      this.#accept('+-');
      while (this.#accept(digits));
    }
    if (!isAlphanumeric(this.#peek())) return true;
    this.#read();
    return false;
  }

  #string(mark: string): void {
    this.#scanString(mark);
    const literal = unescapeString(this.#text.slice(this.#start, this.#end));
    if ('error' in literal) this.#fail(literal.error);
    else this.#emit('String', literal.text);
  }

  #bytes(mark: string): void {
    this.#scanString(mark);
    const literal = unescapeBytes(this.#text.slice(this.#start + 1, this.#end));
    if ('error' in literal) this.#fail(literal.error);
    else this.#emit('Bytes', literal.text);
  }

  #scanString(mark: string): void {
    let character = this.#read();
    while (character !== mark) {
      if (character === '\n' || character === END) return this.#fail('literal not terminated');
      character = character === '\\' ? this.#scanEscape(mark) : this.#read();
    }
  }

  #scanEscape(mark: string): string {
    const character = this.#read();
    if (character !== END && ('abfnrtv\\'.includes(character) || character === mark)) return this.#read();
    if (character >= '0' && character <= '7') return this.#scanDigits(character, /^[0-7]$/, 3);
    switch (character) {
      case 'x':
        return this.#scanDigits(this.#read(), HEX, 2);
      case 'u':
        return this.#peek() === '{' ? this.#scanBraced() : this.#scanDigits(this.#read(), HEX, 4);
      case 'U':
        return this.#scanDigits(this.#read(), HEX, 8);
      default:
        this.#fail(BAD_ESCAPE);
        return character;
    }
  }

  #scanDigits(first: string, digit: RegExp, count: number): string {
    let character = first;
    let left = count;
    for (; left > 0 && digit.test(character); left--) character = this.#read();
    if (left > 0) this.#fail(BAD_ESCAPE);
    return character;
  }

  #scanBraced(): string {
    this.#read();
    let count = 0;
    for (; this.#peek() !== '}'; count++) {
      if (count >= 6 || !HEX.test(this.#peek())) {
        this.#fail(BAD_ESCAPE);
        return END;
      }
      this.#read();
    }
    if (count === 0) {
      this.#fail(BAD_ESCAPE);
      return END;
    }
    this.#read();
    return this.#read();
  }

  #rawString(): void {
    for (;;) {
      let character = this.#read();
      while (character === '`' && this.#peek() === '`') {
        this.#read();
        character = this.#read();
      }
      if (character === '`') break;
      if (character === END) return this.#fail('literal not terminated');
    }
    this.#emit('String', this.#text.slice(this.#start + 1, this.#end - 1).replaceAll('``', '`'));
  }

  #emit(kind: TokenKind, value = this.#text.slice(this.#start, this.#end)): void {
    this.#ready.push({ kind, value, at: this.#start });
    this.#start = this.#end;
  }

  #emitEnd(): void {
    this.#ready.push({ kind: 'EOF', value: '', at: this.#before(this.#end) });
    this.#isDone = true;
  }

  /** Only the first fault counts. */
  #fail(message: string): void {
    this.#fault ??= { message, at: this.#isAtEnd ? this.#end : this.#before(this.#end) };
  }

  /** The next character, '' at the end. */
  #read(): string {
    const character = this.#peek();
    this.#end += character.length;
    if (character === END) this.#isAtEnd = true;
    return character;
  }

  #peek(): string {
    const unit = this.#text.charAt(this.#end);
    return unit < '\ud800' || unit > '\udbff' ? unit : String.fromCodePoint(this.#text.codePointAt(this.#end) ?? 0);
  }

  #back(): void {
    this.#end = this.#before(this.#end);
  }

  #before(index: number): number {
    const unit = this.#text.charCodeAt(index - 1);
    return Math.max(0, index - (unit >= 0xdc00 && unit <= 0xdfff ? 2 : 1));
  }

  #accept(valid: string): boolean {
    const character = this.#peek();
    if (character === END || !valid.includes(character)) return false;
    this.#end += character.length;
    return true;
  }

  #acceptName(): void {
    while (isAlphanumeric(this.#peek())) this.#end += this.#peek().length;
  }
}

const HEX = /^[0-9A-Fa-f]$/;
const BAD_ESCAPE = 'invalid char escape';
