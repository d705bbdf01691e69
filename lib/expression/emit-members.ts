import { dereference, fetch, slice, sizeOf } from './access.ts';
import type { MemberNode, SliceNode } from './ast.ts';
import type { EmitScope, Emitting, Step } from './emit-scope.ts';
import { OPERATOR_STEPS } from './charges.ts';
import { isNil } from './equal.ts';
import { ANY } from './go-type.ts';
import type { GoType } from './go-type.ts';
import { boundMethod, methodType } from './methods.ts';
import { dereferenced } from './nature.ts';
import type { Run } from './run.ts';
import { GoObject, GoPanic, GoStruct, typeText } from './value.ts';
import type { Value } from './value.ts';

class ChainEnd extends GoObject {
  readonly goType: GoType = ANY;
}

/** What the rest of a chain passes on once a `?.` met nil. Never seen outside the chain. */
export const CHAIN_END = new ChainEnd();

/** Member access applied to the value of what the member is of. */
export function* memberStep(scope: EmitScope, node: MemberNode, isInChain: boolean): Emitting<Step> {
  const { type } = node.node.nature;
  const name = node.property.kind === 'string' ? node.property.value : undefined;
  if (name !== undefined && type !== undefined && methodType(type, name) !== undefined)
    return methodStep(name, node.at);
  const field = name === undefined ? undefined : fieldOf(node, name);
  const access = field === undefined ? yield* fetchStep(scope, node) : fieldStep(field, node.at);
  return isInChain ? chained(access, node.isOptional) : access;
}

function chained(access: Step, isOptional: boolean): Step {
  return (run, base) => {
    if (base === CHAIN_END) return base;
    if (!isOptional || !isNil(base)) return access(run, base);
    run.chainEnd = base;
    return CHAIN_END;
  };
}

function methodStep(name: string, at: number): Step {
  return (run, base) => {
    if (base === CHAIN_END) return base;
    const method = boundMethod(base, name);
    if (method !== undefined) return method;
    run.at = at;
    throw new GoPanic(`cannot fetch ${name} from ${typeText(base)}`);
  };
}

function fieldOf(node: MemberNode, name: string): string | undefined {
  const { type } = dereferenced(node.node.nature);
  return type?.kind === 'struct' && type.fields?.some((known) => known.exported && known.name === name)
    ? name
    : undefined;
}

function fieldStep(name: string, at: number): Step {
  return (run, base) => {
    const value = dereference(base);
    if (value instanceof GoStruct) return value.fields.get(name) ?? null;
    run.at = at;
    throw new GoPanic(`cannot get ${name} from ${typeText(base)}`);
  };
}

function* fetchStep(scope: EmitScope, { property, at }: MemberNode): Emitting<Step> {
  if (property.kind === 'string' || property.kind === 'integer') {
    const key = property.value;
    return (run, base) => {
      run.at = at;
      return fetch(base, key, run);
    };
  }
  const key = yield scope.emitFollowed(property);
  if (!scope.leaves(property)) {
    return (run, base) => {
      const wanted = key(run);
      run.at = at;
      return fetch(base, wanted, run);
    };
  }
  return (run, base) => {
    run.stack.push(base);
    const wanted = key(run);
    run.at = at;
    return fetch(run.pop(), wanted, run);
  };
}

/** `[from:to]` applied to the value of what is sliced. */
export function* sliceStep(scope: EmitScope, { from, to, at }: SliceNode): Emitting<Step> {
  const end = to === undefined ? undefined : yield scope.emitFollowed(to);
  const start = from === undefined ? undefined : yield scope.emitFollowed(from);
  return (run, base) => {
    run.at = at;
    run.stack.push(base);
    run.stack.push(end === undefined ? lengthOf(base, run) : end(run));
    const low: Value = start === undefined ? 0n : start(run);
    run.at = at;
    const high = run.pop();
    run.spend(OPERATOR_STEPS['[:]']());
    return slice(run.pop(), low, high, run);
  };
}

function lengthOf(value: Value, run: Run): bigint {
  const size = sizeOf(value, run);
  if (size === undefined) throw new GoPanic(`invalid argument for len (type ${typeText(value)})`);
  return BigInt(size);
}
