import { sortItems } from './builtins/lists.ts';
import type { BuiltinNode } from './ast.ts';
import { add } from './arithmetic.ts';
import { keySteps } from './charges.ts';
import { asBool, outOfRange } from './emit-operators.ts';
import type { EmitScope, Emitting, Evaluate } from './emit-scope.ts';
import { GROUPS } from './go-type.ts';
import { lookupKey } from './hash.ts';
import type { Run, Scope } from './run.ts';
import { GoMap, GoPanic } from './value.ts';
import type { Value } from './value.ts';

/** A loop over a scope's list whose value is that of the call. */
type Loop = (run: Run, scope: Scope) => Value;

interface Parts {
  readonly at: number;
  /** The steps that one round takes. */
  readonly cost: number;
  /** The predicate; `#` where it is left out. */
  readonly body: Evaluate;
  readonly third: Evaluate | undefined;
  /** What to make of an element found. */
  readonly found: Evaluate;
  readonly hasLeftovers: boolean;
}

/** Compiles a call with a predicate. */
export function* emitPredicateCall(emit: EmitScope, node: BuiltinNode): Emitting<Evaluate> {
  const { args, at, name } = node;
  const [list, predicate, third] = args;
  if (list === undefined) throw new GoPanic(`not enough arguments to call ${name}`);
  const source = yield emit.emitFollowed(list, node);
  const before = emit.nodeCount();
  const parts: Parts = {
    at,
    third: third === undefined ? undefined : yield name === 'reduce' ? emit.emitFollowed(third) : emit.emit(third),
    body: predicate === undefined ? item : yield emit.emit(predicate, node),
    found: node.map === undefined ? item : yield emit.emit(node.map, node),
    cost: 1 + emit.nodeCount() - before,
    hasLeftovers: emit.leaves(predicate) || emit.leaves(node.map),
  };
  const loop = loopOf(node, parts);
  return (run) => {
    const value = source(run);
    run.at = at;
    const scope = run.begin(value);
    const result = loop(run, scope);
    run.scope = scope.outer;
    return result;
  };
}

const item: Evaluate = (run) => run.currentScope.item;

function loopOf(node: BuiltinNode, parts: Parts): Loop {
  switch (node.name) {
    case 'all':
      return search(parts, false, () => false, true);
    case 'none':
      return search(parts, true, () => false, true);
    case 'any':
      return search(parts, true, () => true, false);
    case 'one':
      return (run, scope) => counted(run, scope, parts, undefined) === 1n;
    case 'count':
      return (run, scope) => counted(run, scope, parts, node.threshold);
    case 'filter':
      return filtered(parts);
    case 'map':
      return mapped(parts);
    case 'sum':
      return summed(parts);
    case 'find':
      return search(parts, true, (run) => parts.found(run), null, node.throws);
    case 'findLast':
      return searchBackwards(parts, (run) => parts.found(run), node.throws);
    case 'findIndex':
      return search(parts, true, (_, scope) => BigInt(scope.index), null);
    case 'findLastIndex':
      return searchBackwards(parts, (_, scope) => BigInt(scope.index));
    case 'groupBy':
      return grouped(parts);
    case 'sortBy':
      return sortedBy(parts);
    default:
      return reduced(parts);
  }
}

/** Runs the predicate on the scope's current element. `#` fails where the predicate stands. */
function test(run: Run, { body, cost, at }: Parts): boolean {
  run.spend(cost);
  run.at = at;
  return asBool(run, at, body(run));
}

/** Stops where the predicate gives `sought`, and gives `hit` then, `miss` otherwise. */
function search(
  parts: Parts,
  sought: boolean,
  hit: (run: Run, scope: Scope) => Value,
  miss: Value,
  throws = false,
): Loop {
  return (run, scope) => {
    for (; scope.index < scope.length; scope.index++) if (test(run, parts) === sought) return hit(run, scope);
    return missed(run, parts, miss, throws);
  };
}

/** Leaves on the stack whether there was a next element, each time it was looked for. */
function searchBackwards(parts: Parts, hit: (run: Run, scope: Scope) => Value, throws = false): Loop {
  return (run, scope) => {
    for (scope.index = scope.length - 1; scope.index >= 0; scope.index--) {
      run.stack.push(true);
      if (test(run, parts)) return hit(run, scope);
    }
    run.stack.push(false);
    return missed(run, parts, null, throws);
  };
}

function missed(run: Run, { at }: Parts, miss: Value, throws: boolean): Value {
  if (!throws) return miss;
  run.at = at;
  throw outOfRange();
}

/** The number of hits; counting ends at the threshold. */
function counted(run: Run, scope: Scope, parts: Parts, threshold: bigint | undefined): bigint {
  const enough = threshold === undefined ? Infinity : Number(threshold);
  let count = 0;
  for (; scope.index < scope.length && count < enough; scope.index++) if (test(run, parts)) count++;
  return BigInt(count);
}

function filtered(parts: Parts): Loop {
  return (run, scope) => {
    const hits = parts.hasLeftovers ? run.stack : [];
    let count = 0;
    for (; scope.index < scope.length; scope.index++) {
      if (!test(run, parts)) continue;
      count++;
      hits.push(parts.found(run));
    }
    return collected(run, parts, hits, count);
  };
}

function mapped(parts: Parts): Loop {
  return (run, scope) => {
    const values = parts.hasLeftovers ? run.stack : [];
    // What is too long fails in the end, so after enough elements that did not fail themselves it fails now.
    const isTooLong = run.isTooMuch(scope.length);
    for (; scope.index < scope.length; scope.index++) {
      if (isTooLong && scope.index === FAILING_ELEMENTS) break;
      run.spend(parts.cost);
      run.at = parts.at;
      values.push(parts.body(run));
    }
    return collected(run, parts, values, scope.length);
  };
}

const FAILING_ELEMENTS = 10_000;

/** The list of the last so many values, which are on the stack if something may lie between them. */
function collected(run: Run, { at, hasLeftovers }: Parts, values: Value[], count: number): Value {
  run.at = at;
  run.make(count);
  return hasLeftovers ? run.take(count) : values;
}

function summed({ body, cost, at }: Parts): Loop {
  return (run, scope) => {
    let sum: Value = 0n;
    for (; scope.index < scope.length; scope.index++) {
      run.spend(cost + 2);
      run.at = at;
      const value = body(run);
      run.at = at;
      sum = add(value, sum, run);
    }
    return sum;
  };
}

function grouped({ body, cost, at }: Parts): Loop {
  return (run, scope) => {
    const groups = new Map<unknown, readonly [key: Value, items: Value[]]>();
    for (; scope.index < scope.length; scope.index++) {
      run.spend(cost + 12);
      run.at = at;
      const key = body(run);
      run.at = at;
      run.spend(keySteps(key, groups.size));
      const hash = lookupKey(key, groups.size);
      const group = groups.get(hash);
      if (group === undefined) groups.set(hash, [key, [scope.item]]);
      else group[1].push(scope.item);
    }
    return new GoMap(GROUPS, groups);
  };
}

function sortedBy({ body, third, cost, at }: Parts): Loop {
  return (run, scope) => {
    const order = third === undefined ? 'asc' : third(run);
    run.at = at;
    if (typeof order !== 'string') throw new GoPanic('sortBy order argument must be a string');
    if (order !== 'asc' && order !== 'desc') throw new GoPanic('unknown order, use asc or desc');
    const items: Value[] = [];
    const keys: Value[] = [];
    for (; scope.index < scope.length; scope.index++) {
      run.spend(cost + 4);
      run.at = at;
      keys.push(body(run));
      run.at = at;
      items.push(scope.item);
    }
    run.at = at;
    sortItems(items, keys, order === 'desc', run);
    run.grow(scope.length);
    return items;
  };
}

function reduced({ body, third, cost, at }: Parts): Loop {
  return (run, scope) => {
    if (third !== undefined) {
      scope.accumulated = third(run);
    } else {
      run.at = at;
      if (scope.length === 0) throw new GoPanic('reduce of empty array with no initial value');
      scope.accumulated = scope.item;
      scope.index++;
    }
    for (; scope.index < scope.length; scope.index++) {
      run.spend(cost);
      run.at = at;
      scope.accumulated = body(run);
    }
    return scope.accumulated;
  };
}
