import type { MemberNode, Node } from './ast.ts';
import { BUILTIN_NAMES } from './builtin-names.ts';
import { isIdentifier } from './characters.ts';
import { Lexer, showToken } from './lex.ts';
import type { SyntaxFault, Token, TokenKind } from './lex.ts';
import { UNKNOWN } from './nature.ts';
import { readNumber } from './number-literal.ts';
import { BINARY, NEGATABLE, UNARY, isComparison } from './operators.ts';
import { PREDICATE_CALLS } from './predicate-calls.ts';
import type { PredicateArgument } from './predicate-calls.ts';
import { run } from './trampoline.ts';
import type { Routine } from './trampoline.ts';

/** The most nodes a condition may have. */
export const MAX_NODES = 10_000;

/** The same of those that stand in two places, as the middle of `0 < x < 10` does. Go has no bound. */
const MAX_SHARED_NODES = 10_000;
const TOO_MANY_NODES = 'compilation failed: expression exceeds maximum allowed nodes';
/** In UTF-16 code units; read within 50 ms. Go has no bound. */
const MAX_LENGTH = 400_000;

const MAP_KEYS: ReadonlySet<TokenKind> = new Set(['Number', 'String', 'Identifier']);

/** The tree of a text, or the first reason why it has none. */
export type Parsed = { readonly tree: Node } | { readonly fault: SyntaxFault };

/**
 * Parses a condition. Nesting is bounded by memory only, the number of nodes by 10,000, the text by 400,000 characters.
 *
 * @source parser/parser.go of expr-lang/expr
 */
export function parse(text: string): Parsed {
  if (text.length > MAX_LENGTH) {
    return { fault: { message: `compilation failed: expression is longer than ${MAX_LENGTH} characters`, at: 0 } };
  }
  return new Parser(text).parse();
}

/** Stands for what could not be built after a fault; never part of a tree that is returned. */
const NOTHING: Node = { kind: 'nil', at: 0, nature: UNKNOWN };

/**
 * The parser goes on after a fault where the Go parser goes on, because a fault of the lexer met on the way replaces
 * that of the parser.
 */
class Parser {
  readonly #lexer: Lexer;
  #current: Token = { kind: 'EOF', value: '', at: 0 };
  #stashed: Token | undefined;
  #fault: SyntaxFault | undefined;
  #predicateDepth = 0;
  #nodeCount = 0;
  /** How many nodes of the tree stand in two places, each counted as often as it does beyond the first. */
  #sharedCount = 0;

  constructor(text: string) {
    this.#lexer = new Lexer(text);
  }

  parse(): Parsed {
    this.#next();
    const tree = this.#tree();
    if (!this.#is('EOF')) this.#failUnexpected();
    return this.#fault === undefined ? { tree } : { fault: this.#fault };
  }

  #tree(): Node {
    try {
      return run(this.#sequence());
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#fail('compilation failed: expression nests too deeply');
      return NOTHING;
    }
  }

  *#sequence(): Routine<Node> {
    const first = yield this.#expression(0);
    const nodes = [first];
    while (this.#is('Operator', ';') && this.#fault === undefined) {
      this.#next();
      if (this.#is('EOF')) break;
      nodes.push(yield this.#expression(0));
    }
    return nodes.length === 1 ? first : this.#node({ kind: 'sequence', nodes, at: first.at, nature: UNKNOWN });
  }

  *#expression(precedence: number): Routine<Node> {
    if (this.#fault !== undefined) return NOTHING;
    if (precedence === 0 && this.#is('Operator', 'let')) return yield this.#variable();
    if (precedence === 0 && this.#is('Operator', 'if')) return yield this.#conditionalIf();

    let left = yield this.#primary();
    let previous = '';
    for (let token = this.#current; token.kind === 'Operator' && this.#fault === undefined; token = this.#current) {
      const isNegated = token.value === 'not';
      if (isNegated) {
        const negated = this.#negatedOperator(token, precedence);
        if (negated === undefined) break;
        token = negated;
      }
      const operator = BINARY.get(token.value);
      if (operator === undefined || operator.precedence < precedence) break;
      this.#next();
      if (token.value === '|') {
        const name = this.#current;
        this.#expect('Identifier');
        left = yield this.#call(name, [left]);
      } else if (previous === '??' && token.value !== '??') {
        this.#failAt(token, mixedCoalescing(token.value));
        break;
      } else if (isComparison(token.value)) {
        left = yield this.#comparison(left, token, operator.precedence);
      } else {
        const right = yield this.#expression(operator.precedence + (operator.isRightAssociative === true ? 0 : 1));
        left = this.#node({ kind: 'binary', operator: token.value, left, right, at: token.at, nature: UNKNOWN });
        if (isNegated)
          left = this.#node({ kind: 'unary', operator: 'not', operand: left, at: token.at, nature: UNKNOWN });
        if (this.#fault !== undefined) return NOTHING;
      }
      previous = token.value;
    }
    return precedence === 0 && this.#is('Operator', '?') ? yield this.#ternary(left) : left;
  }

  /** The operator after `not`; undefined, with the reader back before `not` or a fault noted, if none may follow. */
  #negatedOperator(not: Token, precedence: number): Token | undefined {
    this.#next();
    if (!NEGATABLE.has(this.#current.value)) {
      this.#failUnexpected();
      return undefined;
    }
    const operator = BINARY.get(this.#current.value);
    if (operator !== undefined && operator.precedence >= precedence) return this.#current;
    this.#stashed = this.#current;
    this.#current = not;
    return undefined;
  }

  /** `0 < x < 10` is both comparisons, with the middle node in each. */
  *#comparison(first: Node, operator: Token, precedence: number): Routine<Node> {
    let root: Node | undefined;
    let left = first;
    for (let token = operator; ; this.#next()) {
      const before = this.#nodeCount + this.#sharedCount;
      const right = yield this.#expression(precedence + 1);
      const size = this.#nodeCount + this.#sharedCount - before;
      const node = this.#node({ kind: 'binary', operator: token.value, left, right, at: token.at, nature: UNKNOWN });
      root =
        root === undefined
          ? node
          : this.#node({ kind: 'binary', operator: '&&', left: root, right: node, at: token.at, nature: UNKNOWN });
      left = right;
      token = this.#current;
      if (token.kind !== 'Operator' || !isComparison(token.value) || this.#fault !== undefined) return root;
      this.#share(size);
    }
  }

  /**
   * Notes that a part of so many nodes stands in the tree once more. Parts within parts double each time, and whoever goes
   * through the tree goes through each: 30 levels would be 2^30 nodes.
   */
  #share(size: number): void {
    this.#sharedCount += size;
    if (this.#sharedCount > MAX_SHARED_NODES) this.#fail(TOO_MANY_NODES);
  }

  *#variable(): Routine<Node> {
    this.#next();
    const { value: name, at } = this.#current;
    this.#expect('Identifier');
    this.#expect('Operator', '=');
    const value = yield this.#expression(0);
    this.#expect('Operator', ';');
    const body = yield this.#sequence();
    return this.#node({ kind: 'variable', name, value, body, at, nature: UNKNOWN });
  }

  *#conditionalIf(): Routine<Node> {
    this.#next();
    if (this.#fault !== undefined) return NOTHING;
    const condition = yield this.#expression(0);
    this.#expect('Bracket', '{');
    const yes = yield this.#sequence();
    this.#expect('Bracket', '}');
    this.#expect('Operator', 'else');
    let no: Node;
    if (this.#is('Operator', 'if')) {
      no = yield this.#conditionalIf();
    } else {
      this.#expect('Bracket', '{');
      no = yield this.#sequence();
      this.#expect('Bracket', '}');
    }
    // Neither counted nor located, as in Go.
    return { kind: 'conditional', isTernary: false, condition, yes, no, at: 0, nature: UNKNOWN };
  }

  *#ternary(first: Node): Routine<Node> {
    let node = first;
    while (this.#is('Operator', '?') && this.#fault === undefined) {
      this.#next();
      let yes = node;
      if (this.#is('Operator', ':')) {
        this.#next();
      } else {
        yes = yield this.#expression(0);
        this.#expect('Operator', ':');
      }
      const no = yield this.#expression(0);
      const { at } = this.#current;
      node = this.#node({ kind: 'conditional', isTernary: true, condition: node, yes, no, at, nature: UNKNOWN });
    }
    return node;
  }

  *#primary(): Routine<Node> {
    const token = this.#current;
    if (token.kind === 'Operator') {
      const unary = UNARY.get(token.value);
      if (unary !== undefined) {
        this.#next();
        const operand = yield this.#expression(unary.precedence);
        return yield this.#postfix(
          this.#node({ kind: 'unary', operator: token.value, operand, at: token.at, nature: UNKNOWN }),
        );
      }
    }
    if (this.#is('Bracket', '(')) {
      this.#next();
      const inner = yield this.#sequence();
      this.#expect('Bracket', ')');
      return yield this.#postfix(inner);
    }
    if (this.#predicateDepth > 0 && (this.#is('Operator', '#') || this.#is('Operator', '.'))) {
      return yield this.#postfix(this.#pointer(token));
    }
    if (this.#is('Operator', '::')) {
      this.#next();
      const name = this.#current;
      this.#expect('Identifier');
      return yield this.#postfix(yield this.#call(name, []));
    }
    return yield this.#secondary(token);
  }

  #pointer(token: Token): Node {
    let name = '';
    if (token.value === '#') {
      this.#next();
      if (this.#is('Identifier')) {
        name = this.#current.value;
        this.#next();
      }
    }
    return this.#node({ kind: 'pointer', name, at: token.at, nature: UNKNOWN });
  }

  *#secondary(token: Token): Routine<Node> {
    const { value, at } = token;
    switch (token.kind) {
      case 'Identifier': {
        this.#next();
        if (value === 'true' || value === 'false') {
          return this.#node({ kind: 'bool', value: value === 'true', at, nature: UNKNOWN });
        }
        if (value === 'nil') return this.#node({ kind: 'nil', at, nature: UNKNOWN });
        if (this.#is('Bracket', '(')) return yield this.#postfix(yield this.#call(token, []));
        return yield this.#postfix(this.#node({ kind: 'identifier', name: value, at, nature: UNKNOWN }));
      }
      case 'Number':
        this.#next();
        return this.#number(token);
      case 'String':
        this.#next();
        return yield this.#postfix(this.#node({ kind: 'string', value, at, nature: UNKNOWN }));
      case 'Bytes':
        this.#next();
        return yield this.#postfix(this.#node({ kind: 'bytes', value, at, nature: UNKNOWN }));
      default:
        if (this.#is('Bracket', '[')) return yield this.#postfix(yield this.#array(token));
        if (this.#is('Bracket', '{')) return yield this.#postfix(yield this.#map(token));
        this.#failUnexpected();
        return yield this.#postfix(NOTHING);
    }
  }

  #number({ value, at }: Token): Node {
    const literal = readNumber(value);
    if (literal.kind === 'fault') {
      this.#fail(literal.message);
      return NOTHING;
    }
    return literal.kind === 'integer'
      ? this.#node({ kind: 'integer', value: literal.value, at, nature: UNKNOWN })
      : this.#node({ kind: 'float', value: literal.value, at, nature: UNKNOWN });
  }

  /** A call by name; `args` holds what a pipe passes first. */
  *#call({ value: name, at }: Token, args: Node[]): Routine<Node> {
    const expected = PREDICATE_CALLS.get(name);
    if (expected !== undefined) {
      yield this.#predicateArguments(expected.slice(args.length), args);
      return this.#node({ kind: 'builtin', name, args, at, nature: UNKNOWN });
    }
    if (BUILTIN_NAMES.has(name)) {
      yield this.#arguments(args);
      return this.#node({ kind: 'builtin', name, args, at, nature: UNKNOWN });
    }
    const callee = this.#node({ kind: 'identifier', name, at, nature: UNKNOWN });
    if (this.#fault !== undefined) return NOTHING;
    yield this.#arguments(args);
    return this.#node({ kind: 'call', callee, args, at, nature: UNKNOWN });
  }

  *#predicateArguments(expected: readonly PredicateArgument[], args: Node[]): Routine<Node> {
    this.#expect('Bracket', '(');
    for (const [index, argument] of expected.entries()) {
      if (this.#is('Bracket', ')')) {
        if (argument.startsWith('optional')) break;
        this.#fail(`expected at least ${expected.length} arguments`);
      }
      if (index > 0) this.#expect('Operator', ',');
      args.push(yield argument.endsWith('predicate') ? this.#predicate() : this.#expression(0));
    }
    if (this.#is('Operator', ',')) this.#next();
    this.#expect('Bracket', ')');
    return NOTHING;
  }

  *#arguments(args: Node[]): Routine<Node> {
    const offset = args.length;
    this.#expect('Bracket', '(');
    while (!this.#is('Bracket', ')') && this.#fault === undefined) {
      if (args.length > offset) this.#expect('Operator', ',');
      if (this.#is('Bracket', ')')) break;
      args.push(yield this.#expression(0));
    }
    this.#expect('Bracket', ')');
    return NOTHING;
  }

  *#predicate(): Routine<Node> {
    const { at } = this.#current;
    const hasBraces = this.#is('Bracket', '{');
    if (hasBraces) this.#next();
    this.#predicateDepth++;
    const node = yield hasBraces ? this.#sequence() : this.#expression(0);
    if (!hasBraces && this.#is('Operator', ';')) this.#fail('wrap predicate with brackets { and }');
    this.#predicateDepth--;
    if (hasBraces) this.#expect('Bracket', '}');
    return this.#node({ kind: 'predicate', node, at, nature: UNKNOWN });
  }

  *#array({ at }: Token): Routine<Node> {
    const nodes: Node[] = [];
    this.#next();
    while (!this.#is('Bracket', ']') && this.#fault === undefined) {
      if (nodes.length > 0) {
        this.#expect('Operator', ',');
        if (this.#is('Bracket', ']')) break;
      }
      nodes.push(yield this.#expression(0));
    }
    this.#expect('Bracket', ']');
    return this.#node({ kind: 'array', nodes, at, nature: UNKNOWN });
  }

  *#map({ at }: Token): Routine<Node> {
    const pairs: Node[] = [];
    this.#next();
    while (!this.#is('Bracket', '}') && this.#fault === undefined) {
      if (pairs.length > 0) {
        this.#expect('Operator', ',');
        if (this.#is('Bracket', '}')) break;
        if (this.#is('Operator', ',')) this.#failUnexpected();
      }
      const isLiteral = MAP_KEYS.has(this.#current.kind);
      // After a fault Go reads no further than a literal key, and no further than a whole pair otherwise.
      if (isLiteral && this.#fault !== undefined) return NOTHING;
      const key = isLiteral ? this.#literalKey() : yield this.#computedKey();
      this.#expect('Operator', ':');
      const value = yield this.#expression(0);
      if (this.#fault !== undefined) return NOTHING;
      pairs.push(this.#node({ kind: 'pair', key, value, at, nature: UNKNOWN }));
    }
    this.#expect('Bracket', '}');
    return this.#node({ kind: 'map', pairs, at, nature: UNKNOWN });
  }

  #literalKey(): Node {
    const { value, at } = this.#current;
    const key = this.#node({ kind: 'string', value, at, nature: UNKNOWN });
    this.#next();
    return key;
  }

  *#computedKey(): Routine<Node> {
    if (this.#is('Bracket', '(')) return yield this.#expression(0);
    this.#fail(
      'a map key must be a quoted string, a number, a identifier, or an expression enclosed in parentheses ' +
        `(unexpected token ${showToken(this.#current)})`,
    );
    return NOTHING;
  }

  *#postfix(first: Node): Routine<Node> {
    let node = first;
    while (this.#fault === undefined) {
      const { value } = this.#current;
      if (this.#is('Bracket', '[')) {
        node = yield this.#index(node, false);
      } else if (this.#is('Operator', '.') || this.#is('Operator', '?.')) {
        this.#next();
        const isOptional = value === '?.';
        node = yield isOptional && this.#is('Bracket', '[') ? this.#index(node, true) : this.#field(node, isOptional);
      } else {
        break;
      }
    }
    return node;
  }

  *#field(base: Node, isOptional: boolean): Routine<Node> {
    const { kind, value, at } = this.#current;
    this.#next();
    // Operators such as `not` and `matches` are names of fields too.
    if (kind !== 'Identifier' && (kind !== 'Operator' || !isIdentifier(value))) this.#fail('expected name');
    const property = this.#node({ kind: 'string', value, at, nature: UNKNOWN });
    const isChain = base.kind === 'chain';
    const member: MemberNode = {
      kind: 'member',
      node: isChain ? base.node : base,
      property,
      isOptional,
      isMethod: false,
      at,
      nature: UNKNOWN,
    };
    let node = this.#node(member);
    if (this.#fault !== undefined) return NOTHING;
    if (this.#is('Bracket', '(')) {
      member.isMethod = true;
      const args: Node[] = [];
      yield this.#arguments(args);
      node = this.#node({ kind: 'call', callee: member, args, at, nature: UNKNOWN });
    }
    return isChain || isOptional ? this.#node({ kind: 'chain', node, at, nature: UNKNOWN }) : node;
  }

  /** `[…]` after a value: an index or a slice. */
  *#index(base: Node, isOptional: boolean): Routine<Node> {
    const { at } = this.#current;
    this.#next();
    const from = this.#is('Operator', ':') ? undefined : yield this.#expression(0);
    let node: Node;
    if (this.#is('Operator', ':')) {
      this.#next();
      const to = this.#is('Bracket', ']') ? undefined : yield this.#expression(0);
      node = this.#node({ kind: 'slice', node: base, from, to, at, nature: UNKNOWN });
    } else {
      const property = from ?? NOTHING;
      node = this.#node({ kind: 'member', node: base, property, isOptional, isMethod: false, at, nature: UNKNOWN });
      if (isOptional) node = this.#node({ kind: 'chain', node, at, nature: UNKNOWN });
    }
    if (this.#fault === undefined) this.#expect('Bracket', ']');
    return node;
  }

  #node(node: Node): Node {
    this.#nodeCount++;
    if (this.#nodeCount > MAX_NODES) this.#fail(TOO_MANY_NODES);
    return this.#fault === undefined ? node : NOTHING;
  }

  #is(kind: TokenKind, value?: string): boolean {
    return this.#current.kind === kind && (value === undefined || this.#current.value === value);
  }

  #expect(kind: TokenKind, value?: string): void {
    if (this.#is(kind, value)) this.#next();
    else this.#failUnexpected();
  }

  #next(): void {
    if (this.#stashed !== undefined) {
      this.#current = this.#stashed;
      this.#stashed = undefined;
      return;
    }
    const token = this.#lexer.next();
    if (token !== undefined) this.#current = token;
    else if (this.#lexer.fault !== undefined) this.#fault = this.#lexer.fault;
    else this.#fail('unexpected end of expression');
  }

  #failUnexpected(): void {
    this.#fail(`unexpected token ${showToken(this.#current)}`);
  }

  #fail(message: string): void {
    this.#failAt(this.#current, message);
  }

  /** Only the first fault counts. */
  #failAt({ at }: Token, message: string): void {
    this.#fault ??= { message, at };
  }
}

function mixedCoalescing(operator: string): string {
  return `Operator (${operator}) and coalesce expressions (??) cannot be mixed. Wrap either by parentheses.`;
}
