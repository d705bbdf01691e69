import { sizeOf } from './access.ts';
import { FOUND_BYTE } from './charges.ts';
import { conditionValues, timeValues } from './environment.ts';
import type { Input } from './environment.ts';
import { itemsOf } from './equal.ts';
import type { ByteIndex } from './go/byte-index.ts';
import { byteOf } from './go/bytes.ts';
import type { Pattern } from './go/regexp.ts';
import { GoTime } from './go/time.ts';
import { UTC } from './go/zone.ts';
import { Meter } from './meter.ts';
import type { Clock } from './meter.ts';
import { GoMap, GoNamedString, GoPanic, GoPointer, GoRange, goTypeOf, isPlainMap } from './value.ts';
import type { Value } from './value.ts';

const NANOSECONDS = 1_000_000n;

/** The state of one evaluation. */
export class Run extends Meter {
  /** Undefined for the start or end of a range query, which see no result. */
  readonly input: Input | undefined;
  readonly variables: Value[] = [];
  /** Operands that wait for others, where some node leaves more than its value behind: see leftovers.ts. */
  readonly stack: Value[] = [];
  /** Of `matches`, by the texts that the evaluation made for them. */
  readonly patterns = new Map<string, Pattern>();
  /** In how many characters each pattern was looked for. */
  readonly matched = new Map<Pattern, number>();
  /** The innermost predicate under way. */
  scope: Scope | undefined;
  /** Where an error that comes next is to point. */
  at = 0;
  /** The nil that ended the last chain of `?.`. */
  chainEnd: Value = null;
  readonly #now: Date | undefined;
  #environment: Readonly<Record<string, Value>> | undefined;

  constructor(input: Input | undefined, now: Date | undefined, clock: Clock | undefined) {
    super(clock);
    this.input = input;
    this.#now = now;
  }

  get now(): GoTime {
    if (this.#now === undefined) throw new GoPanic('now() is not known: no time was given to the evaluation');
    return new GoTime(BigInt(this.#now.getTime()) * NANOSECONDS, UTC);
  }

  /** The value of each name but the builtins: `$env`. */
  get environment(): Readonly<Record<string, Value>> {
    this.#environment ??= this.input === undefined ? timeValues() : conditionValues(this.input);
    return this.#environment;
  }

  /** Takes the topmost operand off the stack. */
  pop(): Value {
    const top = this.stack.pop();
    if (top === undefined) throw new GoPanic('stack underflow');
    return top;
  }

  /** Takes so many operands off the stack, in the order in which they were put there. */
  take(count: number): Value[] {
    if (this.stack.length < count) throw new GoPanic('stack underflow');
    return this.stack.splice(this.stack.length - count, count);
  }

  /** Opens a scope over a list. It must be left by setting `scope` to its `outer`. */
  begin(list: Value): Scope {
    this.scope = new Scope(list, this.scope, this);
    return this.scope;
  }

  get currentScope(): Scope {
    if (this.scope === undefined) throw new GoPanic('cannot use pointer accessor outside predicate');
    return this.scope;
  }
}

/** A predicate's list, and where in it the evaluation is. */
export class Scope {
  readonly outer: Scope | undefined;
  readonly length: number;
  index = 0;
  accumulated: Value = null;
  readonly #list: Value;
  readonly #range: GoRange | undefined;
  readonly #items: readonly Value[] | undefined;
  readonly #bytes: ByteIndex | undefined;
  readonly #meter: Meter;

  constructor(list: Value, outer: Scope | undefined, meter: Meter) {
    const length = sizeOf(list, meter);
    if (length === undefined) throw lengthPanic(list);
    this.outer = outer;
    this.length = length;
    this.#list = list;
    this.#meter = meter;
    const text = list instanceof GoNamedString ? list.text : list;
    this.#bytes = typeof text === 'string' ? meter.bytesOf(text) : undefined;
    this.#range = list instanceof GoRange ? list : undefined;
    this.#items = this.#range === undefined && isList(list) ? itemsOf(list) : undefined;
  }

  /** What `#` is. */
  get item(): Value {
    const { index } = this;
    if (this.#range !== undefined) return this.#range.at(index);
    if (this.#items !== undefined) {
      const item = this.#items[index];
      if (item !== undefined) return item;
      throw new GoPanic(`runtime error: index out of range [${index}] with length ${this.length}`);
    }
    // Maps have a length too, and fail only here.
    if (this.#list instanceof GoMap || isPlainMap(this.#list)) {
      throw new GoPanic('reflect: call of reflect.Value.Index on map Value');
    }
    if (this.#bytes !== undefined) {
      this.#meter.spend(FOUND_BYTE);
      return byteOf(this.#bytes.at(index));
    }
    throw new GoPanic(`reflect: call of reflect.Value.Index on ${goTypeOf(this.#list)?.kind ?? 'zero'} Value`);
  }
}

function isList(value: Value): boolean {
  const kind = goTypeOf(value)?.kind;
  return kind === 'slice' || kind === 'array';
}

function lengthPanic(value: Value): GoPanic {
  const type = goTypeOf(value);
  if (value instanceof GoPointer || type?.kind === 'ptr') {
    return new GoPanic('reflect: call of reflect.Value.Len on ptr to non-array Value');
  }
  return new GoPanic(`reflect: call of reflect.Value.Len on ${type?.kind ?? 'zero'} Value`);
}
