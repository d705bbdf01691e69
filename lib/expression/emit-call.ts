import { dereference } from './access.ts';
import type { CallNode, Node } from './ast.ts';
import { DIRECT_TYPES } from './call-types.ts';
import { callSteps } from './charges.ts';
import { parameterAt } from './check-call.ts';
import { CHAIN_END } from './emit-members.ts';
import type { EmitScope, Emitting, Evaluate } from './emit-scope.ts';
import { ANY, funcOf } from './go-type.ts';
import type { GoType } from './go-type.ts';
import { conversionPanic } from './integers.ts';
import type { Meter } from './meter.ts';
import { isAssignableType } from './nature.ts';
import type { Nature } from './nature.ts';
import { GoFunc, GoPanic, goTypeOf, typeText } from './value.ts';
import type { Value } from './value.ts';

/** Compiles a call of a function that is a value: of the environment, a variable, a method, a map's element. */
export function* emitCall(scope: EmitScope, node: CallNode): Emitting<Evaluate> {
  const type = functionType(node.callee.nature);
  const args: Evaluate[] = [];
  for (const [index, arg] of node.args.entries()) {
    const evaluate = yield scope.emit(arg, node);
    args.push(followsPointer(type, index, arg) ? (run) => dereference(evaluate(run)) : evaluate);
  }
  const callee = yield scope.emit(node.callee, node);
  const call = type !== undefined && DIRECT_TYPES.has(type.text) ? callDirectly(type) : callReflected;
  const { at } = node;
  const isMethod = node.callee.kind === 'member';
  return (run) => {
    for (const arg of args) run.stack.push(arg(run));
    const target = callee(run);
    // The arguments stay where they are.
    if (target === CHAIN_END) return target;
    run.at = at;
    const values = run.take(args.length);
    run.spend(callSteps(values, isMethod));
    return call(target, values, run);
  };
}

/** The static type of what is called, without a method's receiver. */
function functionType({ type, isMethod }: Nature): GoType | undefined {
  if (type?.kind !== 'func') return undefined;
  return isMethod === true ? funcOf((type.params ?? []).slice(1), type.results ?? []) : type;
}

function followsPointer(callee: GoType | undefined, index: number, arg: Node): boolean {
  const { type } = arg.nature;
  if (callee === undefined || type?.kind !== 'ptr') return false;
  const wanted = parameterAt(callee.params ?? [], index, callee.variadic === true);
  return !isAssignableType(type, wanted) && wanted.kind !== 'ptr';
}

function callDirectly(type: GoType): (target: Value, args: readonly Value[], meter: Meter) => Value {
  const { params = [] } = type;
  return (target, args, meter) => {
    // Go takes the arguments off its stack, the last one first.
    for (let index = params.length - 1; index >= 0; index--) {
      const wanted = params[index] ?? ANY;
      const value = args[index] ?? null;
      if (wanted.kind !== 'interface' && goTypeOf(value) !== wanted) throw conversionPanic(value, wanted.text);
    }
    if (!(target instanceof GoFunc)) throw conversionPanic(target, type.text);
    return target.call(args, meter);
  };
}

function callReflected(target: Value, args: readonly Value[], meter: Meter): Value {
  if (target === null) throw new GoPanic('invalid operation: cannot call nil');
  if (!(target instanceof GoFunc)) {
    throw new GoPanic(`invalid operation: cannot call non-function of type ${typeText(target)}`);
  }
  const { params = [] } = target.goType;
  if (args.length !== params.length) {
    throw new GoPanic(`invalid number of arguments: expected ${params.length}, got ${args.length}`);
  }
  for (const [index, value] of args.entries()) {
    const type = goTypeOf(value);
    const wanted = params[index] ?? ANY;
    if (type !== undefined && !isAssignableType(type, wanted)) {
      throw new GoPanic(`reflect: Call using ${type.text} as type ${wanted.text}`);
    }
  }
  return target.call(args, meter);
}
