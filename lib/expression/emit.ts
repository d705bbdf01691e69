import { dereference } from './access.ts';
import type {
  ArrayNode,
  BuiltinNode,
  ChainNode,
  ConditionalNode,
  IdentifierNode,
  LiteralNode,
  MapNode,
  Node,
  VariableNode,
} from './ast.ts';
import { builtinOf } from './builtins/registry.ts';
import { keySteps } from './charges.ts';
import { PREDICATE_BUILTINS } from './check-predicates.ts';
import { emitCall } from './emit-call.ts';
import { CHAIN_END, memberStep, sliceStep } from './emit-members.ts';
import { asBool, binaryStep, isLiteral, unaryStep } from './emit-operators.ts';
import { emitPredicateCall } from './emit-predicates.ts';
import type { EmitScope, Emitting, Evaluate, Step } from './emit-scope.ts';
import { isNil } from './equal.ts';
import { bytesOf } from './go/bytes.ts';
import { LOCATION_POINTER } from './go-type.ts';
import { asText } from './integers.ts';
import { nodesWithLeftovers, operandsOnStack } from './leftovers.ts';
import type { Run } from './run.ts';
import { run as runRoutine } from './trampoline.ts';
import type { Routine } from './trampoline.ts';
import { GoPanic } from './value.ts';
import type { Value } from './value.ts';
import { childAt } from './walk.ts';

/** How deep calls may nest in a run: what JavaScript's smallest stack takes with much to spare. */
const MAX_DEPTH = 2000;
/** Operators in a row, such as sums, are worked off in a loop if there are more of them. */
const MAX_NESTED_STEPS = 8;

/**
 * Turns a checked and optimized tree into a function.
 *
 * @param mayHoldPointers  whether a value of unknown type may turn out to be a pointer
 * @throws GoPanic if the tree nests more than 2,000 deep, chains of operators not counted
 * @source compiler/compiler.go and vm/vm.go of expr-lang/expr
 */
export function emit(tree: Node, mayHoldPointers: boolean): Evaluate {
  return runRoutine(new Emitter(mayHoldPointers, nodesWithLeftovers(tree)).emit(tree));
}

class Emitter implements EmitScope {
  readonly #mayHoldPointers: boolean;
  readonly #leaving: ReadonlySet<Node>;
  readonly #variables: { readonly name: string; readonly index: number }[] = [];
  #variableCount = 0;
  #chainDepth = 0;
  #depth = 0;
  #nodeCount = 0;
  #zero: number | undefined;

  constructor(mayHoldPointers: boolean, leaving: ReadonlySet<Node>) {
    this.#mayHoldPointers = mayHoldPointers;
    this.#leaving = leaving;
  }

  leaves(node: Node | undefined): boolean {
    return node !== undefined && this.#leaving.has(node);
  }

  nodeCount(): number {
    return this.#nodeCount;
  }

  /** Go keeps each constant once, and takes 0.0 and -0.0 for one: that which comes first. */
  literal(node: LiteralNode): Value {
    this.#nodeCount++;
    if (node.value !== 0) return node.value;
    this.#zero ??= node.value;
    return this.#zero;
  }

  *emit(node: Node, parent?: Node): Routine<Evaluate> {
    const spine: Node[] = [];
    let base = node;
    let above = parent;
    for (let first = firstOperand(base); first !== undefined; first = firstOperand(base)) {
      spine.push(base);
      above = base;
      base = first;
    }
    this.#nodeCount += spine.length + (isLiteral(base) ? 0 : 1);
    const depth = Math.min(spine.length, MAX_NESTED_STEPS) + 1;
    this.#depth += depth;
    if (this.#depth > MAX_DEPTH) throw new GoPanic('compilation failed: expression nests too deeply');
    const start = yield* this.#leaf(base, above);
    const steps: Step[] = [];
    for (let index = spine.length - 1; index >= 0; index--) {
      const operator = spine[index];
      if (operator !== undefined) steps.push(...(yield* this.#steps(operator)));
    }
    this.#depth -= depth;
    return chain(start, steps);
  }

  *emitFollowed(node: Node, parent?: Node): Routine<Evaluate> {
    const evaluate = yield this.emit(node, parent);
    return this.#isFollowed(node) ? (run) => dereference(evaluate(run)) : evaluate;
  }

  #isFollowed({ nature }: Node): boolean {
    if (nature.isNil === true) return false;
    const kind = nature.type?.kind ?? 'interface';
    return kind === 'ptr' || (kind === 'interface' && this.#mayHoldPointers);
  }

  /** What is left of a node once its first operand has a value. */
  *#steps(node: Node): Emitting<Step[]> {
    switch (node.kind) {
      case 'unary':
        return this.#afterFollowing(node.operand, unaryStep(node));
      case 'binary':
        return this.#afterFollowing(node.left, yield* binaryStep(this, node));
      case 'member':
        return [yield* memberStep(this, node, this.#chainDepth > 0)];
      case 'slice':
        return [yield* sliceStep(this, node)];
      case 'builtin':
        return [yield* this.#builtinStep(node)];
      default:
        return [];
    }
  }

  #afterFollowing(operand: Node, step: Step | undefined): Step[] {
    const steps = step === undefined ? [] : [step];
    return this.#isFollowed(operand) ? [(_, value) => dereference(value), ...steps] : steps;
  }

  *#leaf(node: Node, parent: Node | undefined): Emitting<Evaluate> {
    switch (node.kind) {
      case 'nil':
        return () => null;
      case 'integer':
      case 'float':
      case 'bool':
      case 'string':
        return constant(this.literal(node));
      case 'constant':
        return constant(node.value);
      case 'bytes':
        return constant(bytesOf(node.value));
      case 'identifier':
        return this.#identifier(node);
      case 'chain':
        return yield* this.#chain(node, parent);
      case 'call':
        return yield* emitCall(this, node);
      case 'builtin':
        return PREDICATE_BUILTINS.has(node.name) ? yield* emitPredicateCall(this, node) : builtinWithoutArguments(node);
      case 'predicate':
        return yield this.emit(node.node, node);
      case 'pointer':
        return pointer(node.name, node.at);
      case 'variable':
        return yield* this.#variable(node);
      case 'sequence':
        return yield* this.#sequence(node.nodes);
      case 'conditional':
        return yield* this.#conditional(node);
      case 'array':
        return yield* this.#array(node);
      case 'map':
        return yield* this.#map(node);
      default:
        throw new GoPanic(`undefined node type (${node.kind})`);
    }
  }

  #identifier({ name }: IdentifierNode): Evaluate {
    const variable = this.#variables.findLast((known) => known.name === name);
    if (variable !== undefined) {
      const { index } = variable;
      return (run) => run.variables[index] ?? null;
    }
    if (name === 'result') return (run) => run.input?.result ?? null;
    if (name === '$env') return (run) => run.environment;
    // Builtins named without a call are not in the environment either: nil.
    return (run) => run.environment[name] ?? null;
  }

  *#chain({ node }: ChainNode, parent: Node | undefined): Emitting<Evaluate> {
    this.#chainDepth++;
    const evaluate = yield this.emit(node);
    this.#chainDepth--;
    // Only `??` sees of what type a nil is.
    const keepsType = parent?.kind === 'binary' && parent.operator === '??';
    return (run) => {
      const value = evaluate(run);
      const end = value === CHAIN_END ? run.chainEnd : value;
      return keepsType || !isNil(end) ? end : null;
    };
  }

  *#builtinStep({ name, args, at }: BuiltinNode): Emitting<Step> {
    const builtin = builtinOf(name, args.length);
    const [first, ...others] = args;
    const rest: Evaluate[] = [];
    for (const arg of others) {
      const evaluate = yield this.emit(arg);
      rest.push(this.#isArgumentFollowed(name, arg) ? (run) => dereference(evaluate(run)) : evaluate);
    }
    const followsFirst = first !== undefined && this.#isArgumentFollowed(name, first);
    const hasLeftovers = others.some((arg) => this.leaves(arg));
    return (run, value) => {
      const values = hasLeftovers ? run.stack : [];
      values.push(followsFirst ? dereference(value) : value);
      for (const evaluate of rest) values.push(evaluate(run));
      run.at = at;
      return builtin(hasLeftovers ? run.take(args.length) : values, run);
    };
  }

  /** Locations stay pointers for the builtins that take them. */
  #isArgumentFollowed(name: string, arg: Node): boolean {
    if (name === 'now' || (name === 'date' && arg.nature.type === LOCATION_POINTER)) return false;
    return arg.nature.type?.kind === 'ptr' || (arg.nature.isNil !== true && this.#isFollowed(arg));
  }

  *#variable({ name, value, body }: VariableNode): Emitting<Evaluate> {
    const evaluate = yield this.emit(value);
    const index = this.#variableCount++;
    this.#variables.push({ name, index });
    const rest = yield this.emit(body);
    this.#variables.pop();
    return (run) => {
      run.variables[index] = evaluate(run);
      return rest(run);
    };
  }

  *#sequence(nodes: readonly Node[]): Emitting<Evaluate> {
    const parts: Evaluate[] = [];
    for (const node of nodes) parts.push(yield this.emit(node));
    return (run) => {
      let last: Value = null;
      for (const part of parts) last = part(run);
      return last;
    };
  }

  *#conditional({ condition, yes, no, at }: ConditionalNode): Emitting<Evaluate> {
    const test = yield this.emitFollowed(condition);
    const one = yield this.emit(yes);
    const other = yield this.emit(no);
    return (run) => (asBool(run, at, test(run)) ? one(run) : other(run));
  }

  *#array({ nodes, at }: ArrayNode): Emitting<Evaluate> {
    const elements: Evaluate[] = [];
    for (const node of nodes) elements.push(yield this.emit(node));
    const hasLeftovers = nodes.some((node) => this.leaves(node));
    return (run) => {
      const values = hasLeftovers ? operandsOnStack(run, elements) : elements.map((element) => element(run));
      run.at = at;
      run.grow(values.length);
      return values;
    };
  }

  /** Of a key that is given twice the first value stays, since Go fills the map from the end. */
  *#map({ pairs, at }: MapNode): Emitting<Evaluate> {
    const parts: Evaluate[] = [];
    for (const pair of pairs) {
      for (const node of [childAt(pair, 0), childAt(pair, 1)])
        if (node !== undefined) parts.push(yield this.emit(node));
    }
    const hasLeftovers = pairs.some((pair) => this.leaves(pair));
    return (run) => {
      const values = hasLeftovers ? operandsOnStack(run, parts) : parts.map((part) => part(run));
      run.at = at;
      return mapOf(run, values);
    };
  }
}

function builtinWithoutArguments({ name, at }: BuiltinNode): Evaluate {
  const builtin = builtinOf(name, 0);
  return (run) => {
    run.at = at;
    return builtin([], run);
  };
}

/** The map of keys and values that take turns. */
function mapOf(run: Run, parts: readonly Value[]): Value {
  const count = parts.length / 2;
  run.grow(count);
  // Without a prototype, so that `__proto__` is a key as any other.
  const map = Object.create(null) as Record<string, Value>;
  for (let index = parts.length - 2; index >= 0; index -= 2) {
    const key = asText(parts[index] ?? null);
    run.spend(keySteps(key, count));
    map[key] = parts[index + 1] ?? null;
  }
  return map;
}

/** The operand of a node that is evaluated before anything else in it; undefined if the node is no such operator. */
function firstOperand(node: Node): Node | undefined {
  switch (node.kind) {
    case 'unary':
    case 'binary':
    case 'member':
    case 'slice':
      return childAt(node, 0);
    case 'builtin':
      return PREDICATE_BUILTINS.has(node.name) ? undefined : node.args[0];
    default:
      return undefined;
  }
}

function chain(start: Evaluate, steps: readonly Step[]): Evaluate {
  if (steps.length > MAX_NESTED_STEPS) {
    return (run) => {
      let value = start(run);
      for (const step of steps) value = step(run, value);
      return value;
    };
  }
  let evaluate = start;
  for (const step of steps) evaluate = after(evaluate, step);
  return evaluate;
}

function after(first: Evaluate, step: Step): Evaluate {
  return (run) => step(run, first(run));
}

function constant(value: Value): Evaluate {
  return () => value;
}

function pointer(name: string, at: number): Evaluate {
  switch (name) {
    case 'index':
      return (run) => BigInt(run.currentScope.index);
    case 'acc':
      return (run) => run.currentScope.accumulated;
    case '':
      return (run) => {
        run.at = at;
        return run.currentScope.item;
      };
    default:
      throw new GoPanic(`unknown pointer ${name}`);
  }
}
