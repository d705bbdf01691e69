import type {
  ArrayNode,
  BuiltinNode,
  CallNode,
  ConditionalNode,
  MemberNode,
  Node,
  PointerNode,
  SliceNode,
  VariableNode,
} from './ast.ts';
import { BUILTIN_NAMES } from './builtin-names.ts';
import { functionType } from './builtins/signatures.ts';
import { checkArguments, checkBuiltin } from './check-call.ts';
import { binaryNature, unaryNature } from './check-operators.ts';
import { PREDICATE_BUILTINS, checkPredicateCall, predicateOf } from './check-predicates.ts';
import type { CheckScope, Checking } from './check-scope.ts';
import { ANY_SLICE, BOOL, BYTE_SLICE, FLOAT64, INT, STRING, STRING_MAP } from './go-type.ts';
import type { SyntaxFault } from './lex.ts';
import { methodType } from './methods.ts';
import {
  NIL,
  UNKNOWN,
  dereferenced,
  elementOf,
  isAssignable,
  isBool,
  isInteger,
  isList,
  isUnknown,
  keyOf,
  kindOf,
  listOf,
  natureOf,
  showNature,
} from './nature.ts';
import type { Nature } from './nature.ts';
import { run } from './trampoline.ts';
import type { Routine } from './trampoline.ts';

/** The natures of the names that a condition may use besides builtins. */
export type Environment = ReadonlyMap<string, Nature>;

/** A fault found before the run; `unknownName` and the names that were known there, if that is what it is. */
export interface CheckFault extends SyntaxFault {
  readonly unknownName?: { readonly name: string; readonly known: readonly string[] };
}

/**
 * Checks the types of a tree, noting each node's nature in it and turning integer literals into floats where a function
 * wants floats. Gives the first fault.
 *
 * @source checker/checker.go of expr-lang/expr
 */
export function check(tree: Node, environment: Environment): CheckFault | undefined {
  const checker = new Checker(environment);
  run(checker.visit(tree));
  return checker.fault;
}

interface PredicateScope {
  readonly collection: Nature;
  readonly pointers: Readonly<Record<string, Nature>>;
}

class Checker implements CheckScope {
  fault: CheckFault | undefined;
  readonly #environment: Environment;
  readonly #predicates: PredicateScope[] = [];
  readonly #variables: { readonly name: string; readonly nature: Nature }[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  *visit(node: Node): Routine<Nature> {
    // Overloads check their arguments anew; the nature found first stands, so that nesting costs nothing.
    if (node.nature === UNKNOWN) node.nature = yield* this.#natureOf(node);
    return node.nature;
  }

  fail(at: number, message: string): Nature {
    return this.noteFault({ at, message });
  }

  noteFault(fault: CheckFault): Nature {
    this.fault ??= fault;
    return UNKNOWN;
  }

  beginPredicate(collection: Nature, pointers: Readonly<Record<string, Nature>>): void {
    this.#predicates.push({ collection, pointers });
  }

  endPredicate(): void {
    this.#predicates.pop();
  }

  *#natureOf(node: Node): Checking<Nature> {
    switch (node.kind) {
      case 'nil':
        return NIL;
      case 'identifier':
        return this.#identifier(node.name, node.at);
      case 'integer':
        return natureOf(INT);
      case 'float':
        return natureOf(FLOAT64);
      case 'bool':
        return natureOf(BOOL);
      case 'string':
        return natureOf(STRING);
      case 'bytes':
        return natureOf(BYTE_SLICE);
      case 'unary': {
        const operand = dereferenced(yield this.visit(node.operand));
        const { operator, at } = node;
        const refusal = `invalid operation: ${operator} (mismatched type ${showNature(operand)})`;
        return unaryNature(operator, operand) ?? this.fail(at, refusal);
      }
      case 'binary': {
        const left = dereferenced(yield this.visit(node.left));
        const right = dereferenced(yield this.visit(node.right));
        const nature = binaryNature(node, left, right);
        return 'error' in nature ? this.fail(node.at, nature.error) : nature;
      }
      case 'chain':
        return yield this.visit(node.node);
      case 'member':
        return yield* this.#member(node);
      case 'slice':
        return yield* this.#slice(node);
      case 'call':
        return yield* this.#call(node);
      case 'builtin':
        return yield* this.#builtin(node);
      case 'predicate':
        return predicateOf(yield this.visit(node.node));
      case 'pointer':
        return this.#pointer(node);
      case 'variable':
        return yield* this.#variable(node);
      case 'sequence': {
        let last = UNKNOWN;
        for (const part of node.nodes) last = yield this.visit(part);
        return last;
      }
      case 'conditional':
        return yield* this.#conditional(node);
      case 'array':
        return yield* this.#array(node);
      case 'map':
        for (const pair of node.pairs) yield this.visit(pair);
        return natureOf(STRING_MAP);
      case 'pair':
        yield this.visit(node.key);
        yield this.visit(node.value);
        return NIL;
      default:
        return UNKNOWN;
    }
  }

  #identifier(name: string, at: number): Nature {
    const variable = this.#variables.findLast((known) => known.name === name);
    if (variable !== undefined) return variable.nature;
    if (name === '$env') return UNKNOWN;
    const known = this.#environment.get(name);
    if (known !== undefined) return known;
    if (BUILTIN_NAMES.has(name)) return { type: functionType(name), builtin: name };
    return this.#failUnknown(name, at);
  }

  #failUnknown(name: string, at: number): Nature {
    const known = [...this.#variables.map((variable) => variable.name), ...this.#environment.keys(), ...BUILTIN_NAMES];
    return this.noteFault({ at, message: `unknown name ${name}`, unknownName: { name, known } });
  }

  *#member(node: MemberNode): Checking<Nature> {
    const { property } = node;
    const name = property.kind === 'string' ? property.value : undefined;
    if (node.node.kind === 'identifier' && node.node.name === '$env') return this.#environmentMember(node, name);

    const whole = yield this.visit(node.node);
    const key = yield this.visit(property);
    if (isUnknown(whole)) return UNKNOWN;
    if (name !== undefined) {
      if (whole.isNil === true) return this.fail(node.at, `type nil has no field ${name}`);
      const method = whole.type === undefined ? undefined : methodType(whole.type, name);
      if (method !== undefined) return { type: method, isMethod: true };
    }
    const base = dereferenced(whole);
    switch (kindOf(base)) {
      case 'map': {
        const wanted = keyOf(base);
        if (!isUnknown(key) && !isAssignable(key, wanted) && !isAssignable(dereferenced(key), wanted)) {
          return this.fail(property.at, `cannot use ${showNature(key)} to get an element from ${showNature(base)}`);
        }
        return elementOf(base);
      }
      case 'array':
      case 'slice': {
        const index = dereferenced(key);
        if (isInteger(index) || isUnknown(index)) return elementOf(base);
        const refusal = `array elements can only be selected using an integer (got ${showNature(index)})`;
        return this.fail(property.at, refusal);
      }
      default:
        return this.#field(node, base, key, name);
    }
  }

  #environmentMember(node: MemberNode, name: string | undefined): Nature {
    if (name === undefined) return UNKNOWN;
    const known = this.#environment.get(name);
    if (known !== undefined) return known;
    return node.isOptional ? UNKNOWN : this.#failUnknown(name, node.at);
  }

  #field(node: MemberNode, base: Nature, key: Nature, name: string | undefined): Nature {
    if (name === undefined) return this.fail(node.at, `type ${showNature(base)}[${showNature(key)}] is undefined`);
    const field = base.type?.fields?.find((known) => known.exported && known.name === name);
    if (field !== undefined) return natureOf(field.type);
    return this.fail(node.at, `type ${showNature(base)} has no ${node.isMethod ? 'method' : 'field'} ${name}`);
  }

  *#slice(node: SliceNode): Checking<Nature> {
    const nature = yield this.visit(node.node);
    if (isUnknown(nature)) return UNKNOWN;
    if (!isList(nature) && kindOf(nature) !== 'string') {
      return this.fail(node.at, `cannot slice ${showNature(nature)}`);
    }
    for (const bound of [node.from, node.to]) {
      if (bound === undefined) continue;
      const index = dereferenced(yield this.visit(bound));
      if (!isInteger(index) && !isUnknown(index)) {
        return this.fail(bound.at, `non-integer slice index ${showNature(index)}`);
      }
    }
    return nature;
  }

  *#call(node: CallNode): Checking<Nature> {
    const { callee, args, at } = node;
    if (callee.kind === 'identifier' && callee.name === '$env') {
      return this.fail(at, `${STRING_MAP.text} is not callable`);
    }
    const nature = yield this.visit(callee);
    if (isUnknown(nature)) return UNKNOWN;
    if (nature.builtin !== undefined) return yield* checkBuiltin(this, nature.builtin, at, args, callee);
    const name = calleeName(callee);
    if (nature.isNil === true) return this.fail(at, `${name} is nil; cannot call nil as function`);
    if (kindOf(nature) !== 'func') return this.fail(at, `${showNature(nature)} is not callable`);
    const called = yield* checkArguments(this, name, nature, args, at);
    return 'fault' in called ? this.noteFault(called.fault) : called.nature;
  }

  *#builtin(node: BuiltinNode): Checking<Nature> {
    if (PREDICATE_BUILTINS.has(node.name)) {
      const nature = yield* checkPredicateCall(this, node);
      if (nature !== undefined) return nature;
    }
    if (node.name === 'get') return yield* this.#get(node);
    return yield* checkBuiltin(this, node.name, node.at, node.args);
  }

  *#get({ args, at }: BuiltinNode): Checking<Nature> {
    const [from, index] = args;
    if (from === undefined || index === undefined || args.length !== 2) {
      return this.fail(at, `invalid number of arguments (expected 2, got ${args.length})`);
    }
    const base = yield this.visit(from);
    const key = dereferenced(yield this.visit(index));
    if (from.kind === 'identifier' && from.name === '$env') {
      return (index.kind === 'string' ? this.#environment.get(index.value) : undefined) ?? UNKNOWN;
    }
    if (isUnknown(base)) return UNKNOWN;
    if (isList(base)) {
      if (isInteger(key) || isUnknown(key)) return elementOf(base);
      return this.fail(index.at, `non-integer slice index ${showNature(key)}`);
    }
    if (kindOf(base) === 'map') {
      if (isUnknown(key) || isAssignable(key, keyOf(base))) return elementOf(base);
      return this.fail(index.at, `cannot use ${showNature(key)} to get an element from ${showNature(base)}`);
    }
    return this.fail(from.at, `type ${showNature(base)} does not support indexing`);
  }

  #pointer({ name, at }: PointerNode): Nature {
    const scope = this.#predicates.at(-1);
    if (scope === undefined) return this.fail(at, 'cannot use pointer accessor outside predicate');
    if (name === '') return isUnknown(scope.collection) ? UNKNOWN : elementOf(scope.collection);
    const pointer = Object.hasOwn(scope.pointers, name) ? scope.pointers[name] : undefined;
    return pointer ?? this.fail(at, `unknown pointer #${name}`);
  }

  *#variable({ name, value, body, at }: VariableNode): Checking<Nature> {
    const taken = this.#takenName(name);
    if (taken !== undefined) return this.fail(at, `cannot redeclare ${taken}${name}`);
    this.#variables.push({ name, nature: yield this.visit(value) });
    const nature = yield this.visit(body);
    this.#variables.pop();
    return nature;
  }

  #takenName(name: string): string | undefined {
    if (this.#environment.has(name)) return '';
    if (BUILTIN_NAMES.has(name)) return 'builtin ';
    return this.#variables.some((variable) => variable.name === name) ? 'variable ' : undefined;
  }

  *#conditional({ condition, yes, no }: ConditionalNode): Checking<Nature> {
    const test = dereferenced(yield this.visit(condition));
    if (!isBool(test) && !isUnknown(test)) {
      return this.fail(condition.at, `non-bool expression (type ${showNature(test)}) used as condition`);
    }
    const one = yield this.visit(yes);
    const other = yield this.visit(no);
    if (one.isNil === true) return other.isNil === true ? NIL : other;
    if (other.isNil === true) return one;
    if (!isAssignable(one, other)) return UNKNOWN;
    if (isList(one) && isList(other)) {
      const [first, second] = [elementOf(one), elementOf(other)];
      if (!isAssignable(first, second) || !isAssignable(second, first)) return natureOf(ANY_SLICE);
    }
    return one;
  }

  *#array({ nodes }: ArrayNode): Checking<Nature> {
    let previous: Nature | undefined;
    let isUniform = true;
    for (const element of nodes) {
      const nature = yield this.visit(element);
      if (previous !== undefined && kindOf(previous) !== kindOf(nature)) isUniform = false;
      previous = nature;
    }
    return isUniform ? listOf(previous ?? UNKNOWN) : natureOf(ANY_SLICE);
  }
}

function calleeName(callee: Node): string {
  if (callee.kind === 'identifier') return callee.name;
  return callee.kind === 'member' && callee.property.kind === 'string' ? callee.property.value : 'function';
}
