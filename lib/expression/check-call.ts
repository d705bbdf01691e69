import type { Node } from './ast.ts';
import { SIGNATURES } from './builtins/signatures.ts';
import type { ArgumentType } from './builtins/signatures.ts';
import type { CheckScope, Checking } from './check-scope.ts';
import { ANY, FLOAT64 } from './go-type.ts';
import type { GoType } from './go-type.ts';
import type { SyntaxFault } from './lex.ts';
import {
  UNKNOWN,
  dereferenced,
  isAssignable,
  isFloat,
  isInteger,
  isUnknown,
  kindOf,
  natureOf,
  showNature,
} from './nature.ts';
import type { Nature } from './nature.ts';

/** The nature of a call's result, or why the arguments do not suit. */
type Called = { readonly nature: Nature } | { readonly fault: SyntaxFault };

/** Checks a call of a builtin; `callee` is the node of its name where it is called through one. */
export function* checkBuiltin(
  scope: CheckScope,
  name: string,
  at: number,
  args: Node[],
  callee?: Node,
): Checking<Nature> {
  const signature = SIGNATURES.get(name);
  if (signature === undefined) return scope.fail(at, `unknown builtin ${name}`);
  if ('validate' in signature) {
    const types: ArgumentType[] = [];
    for (const arg of args) {
      const nature = yield scope.visit(arg);
      types.push(isUnknown(nature) ? ANY : nature.type);
    }
    const result = signature.validate(types);
    return 'error' in result ? scope.fail(at, result.error) : natureOf(result);
  }
  if (!('overloads' in signature)) {
    for (const arg of args) yield scope.visit(arg);
    return natureOf(ANY);
  }
  let last: SyntaxFault | undefined;
  for (const type of signature.overloads) {
    const called = yield* checkArguments(scope, name, { type }, args, at);
    if ('fault' in called) {
      last = called.fault;
      continue;
    }
    if (callee !== undefined) callee.nature = natureOf(type);
    return called.nature;
  }
  return last === undefined ? UNKNOWN : scope.noteFault(last);
}

/** Checks the arguments of a call against one function type; integer literals become floats where floats are wanted. */
export function* checkArguments(
  scope: CheckScope,
  name: string,
  callee: Nature,
  args: Node[],
  at: number,
): Checking<Called> {
  const { params = [], results = [], variadic = false } = callee.type ?? {};
  const [result] = results;
  if (result === undefined) return { fault: { at, message: `func ${name} doesn't return value` } };
  if (results.length > 2) return { fault: { at, message: `func ${name} returns more then two values` } };
  const wanted = callee.isMethod === true ? params.slice(1) : params;

  const miscount = countFault(name, args.length, wanted.length, variadic);
  if (miscount !== undefined) {
    for (const arg of args) yield scope.visit(arg);
    return { fault: { at, message: miscount } };
  }
  for (const [index, arg] of args.entries()) {
    const nature = yield scope.visit(arg);
    const want = natureOf(parameterAt(wanted, index, variadic));
    if (isFloat(want) && isInteger(nature)) {
      args[index] = withFloats(arg);
      continue;
    }
    if (isInteger(want) && isInteger(nature) && kindOf(want) !== kindOf(nature)) continue;
    const refusal = argumentFault(name, nature, want);
    if (refusal !== undefined) return { fault: { at: arg.at, message: refusal } };
  }
  return { nature: natureOf(result) };
}

function countFault(name: string, given: number, wanted: number, variadic: boolean): string | undefined {
  if (!variadic && given > wanted) return `too many arguments to call ${name}`;
  return given < (variadic ? wanted - 1 : wanted) ? `not enough arguments to call ${name}` : undefined;
}

/** The type that an argument meets: of a variadic function's last parameter, the element. */
export function parameterAt(params: readonly GoType[], index: number, variadic: boolean): GoType {
  if (variadic && index >= params.length - 1) return params.at(-1)?.elem ?? ANY;
  return params[index] ?? ANY;
}

function argumentFault(name: string, nature: Nature, want: Nature): string | undefined {
  if (nature.isNil === true) {
    const kind = kindOf(want);
    if (kind === 'ptr' || kind === 'interface') return undefined;
    return `cannot use nil as argument (type ${showNature(want)}) to call ${name}`;
  }
  if (isUnknown(nature) || isAssignable(nature, want)) return undefined;
  if (kindOf(nature) === 'ptr' && isAssignable(dereferenced(nature), want)) return undefined;
  // The space at the end is Go's.
  return `cannot use ${showNature(nature)} as argument (type ${showNature(want)}) to call ${name} `;
}

/** Turns the integer literals of a sum, difference or product into floats. */
function withFloats(node: Node): Node {
  // A chain of operators may be as long as a condition: no recursion.
  const root: { node: Node } = { node };
  const pending: { readonly node: Node; readonly replace: (node: Node) => void }[] = [
    { node, replace: (replaced) => (root.node = replaced) },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node: inner, replace } = next;
    if (inner.kind === 'integer') {
      replace({ kind: 'float', value: Number(inner.value), at: 0, nature: natureOf(FLOAT64) });
    } else if (inner.kind === 'unary') {
      pending.push({ node: inner.operand, replace: (replaced) => (inner.operand = replaced) });
    } else if (
      inner.kind === 'binary' &&
      (inner.operator === '+' || inner.operator === '-' || inner.operator === '*')
    ) {
      pending.push({ node: inner.left, replace: (replaced) => (inner.left = replaced) });
      pending.push({ node: inner.right, replace: (replaced) => (inner.right = replaced) });
    }
  }
  return root.node;
}
