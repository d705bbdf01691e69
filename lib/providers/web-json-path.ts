import { UINT8 } from '../expression/go-type.ts';
import { sprint } from '../expression/go/sprint.ts';
import { compare } from '../expression/go/strings.ts';
import { GoInt, goTypeOf, isPlainMap, typeText, type Value } from '../expression/value.ts';
import { JsonPathError, parsePath, type Bound, type PathNode } from './web-json-path-parse.ts';

/** How many values one evaluation may touch: `{..a..b..c}` over a hostile document has no other bound. */
const MOST_VALUES = 1_000_000;
/** So many characters, compared or sorted, count as a value. */
const CHARACTERS_PER_VALUE = 64;
/** How deep ranges may nest; client-go's stack has no such bound. */
const MOST_RANGES = 1000;

/** Evaluates a template over a decoded JSON document: the values of each of its parts, in order. */
export type JsonPath = (document: Value) => readonly (readonly Value[])[];

/**
 * Compiles a path of Kubernetes' dialect (`{$.a[0].b}`, `{.items[?(@.ready==true)].name}`, `{range .a[*]}{.b}{end}`).
 *
 * Written here because no kept library can be faithful: what counts is client-go's own behaviour, such as which missing
 * keys are errors, that the first of all results wins, that text outside of braces is a result, and that `1` in a
 * filter is an int, which compares with no number of a JSON document (`1.0` does).
 * Maps are walked in the order of their keys, where client-go takes a random one.
 *
 * @throws JsonPathError in the words of client-go, at once for the path and from the function for the document; also when
 *         more than a million values are touched
 * @source FindResults in k8s.io/client-go/util/jsonpath/jsonpath.go, v0.34
 */
export function compileJsonPath(template: string): JsonPath {
  const nodes = parsePath(template);
  return (document) => new Evaluation(nodes).find(document, 0);
}

/** Values, and what is wrong with them: a filter for existence looks at the values all the same. */
interface Walked {
  readonly values: readonly Value[];
  readonly error?: string;
}

class Evaluation {
  readonly #nodes: readonly PathNode[];
  #touched = 0;
  /** Ranges that were opened and not entered, that are under way, and ends that were met. */
  #begun = 0;
  #inRange = 0;
  #ended = 0;
  #lastEnd = -1;

  constructor(nodes: readonly PathNode[]) {
    this.#nodes = nodes;
  }

  /** Evaluates the parts of the template from `start` on, up to the end of the range they stand in. */
  find(document: Value, start: number): Value[][] {
    const results: Value[][] = [];
    for (let at = start; at < this.#nodes.length; at++) {
      const { values, error } = this.#walk([document], this.#nodes[at]);
      if (error !== undefined) throw new JsonPathError(error);
      if (this.#ended > 0 && this.#ended <= this.#inRange) {
        this.#ended--;
        this.#lastEnd = at;
        break;
      }
      if (this.#begun === 0) {
        results.push(Array.from(values));
        continue;
      }
      for (const found of this.#repeat(values, at + 1)) results.push(found);
      // What lies within the range is done; an end before this range belongs to another.
      if (this.#lastEnd > at) at = this.#lastEnd;
    }
    return results;
  }

  #repeat(values: readonly Value[], start: number): Value[][] {
    this.#begun--;
    this.#inRange++;
    if (this.#inRange > MOST_RANGES)
      throw new JsonPathError(`the path has more than ${MOST_RANGES} ranges within ranges`);
    const results = values.flatMap((value) => this.find(value, start));
    // Without values the range is walked once for nothing, so that its end is found.
    if (values.length === 0) this.find(null, start);
    this.#inRange--;
    return results;
  }

  #walk(input: readonly Value[], node: PathNode | undefined): Walked {
    this.#touch(1);
    switch (node?.is) {
      case 'text':
        return { values: [node.text] };
      case 'list':
        return this.#walkAll(input, node.nodes);
      case 'literal':
        return { values: input.map(() => node.value) };
      case 'field':
        return this.#field(input, node.name);
      case 'wildcard':
        return { values: input.flatMap((value) => this.#children(value)) };
      case 'recursive':
        return { values: this.#descend(input) };
      case 'slice':
        return this.#slice(input, node.start, node.end, node.step);
      case 'union':
        return this.#union(input, node.lists);
      case 'filter':
        return this.#filter(input, node);
      case 'identifier':
        return this.#identifier(input, node.name);
      default:
        return { values: input };
    }
  }

  #walkAll(input: readonly Value[], nodes: readonly PathNode[]): Walked {
    let walked: Walked = { values: input };
    for (const node of nodes) {
      walked = this.#walk(walked.values, node);
      if (walked.error !== undefined) return walked;
    }
    return walked;
  }

  #identifier(input: readonly Value[], name: string): Walked {
    if (name === 'range') {
      this.#begun++;
      return { values: input };
    }
    if (name !== 'end') return { values: input, error: `unrecognized identifier ${name}` };
    if (this.#inRange === 0) return { values: [], error: 'not in range, nothing to end' };
    this.#ended++;
    return { values: [] };
  }

  #field(input: readonly Value[], name: string): Walked {
    this.#touch(input.length);
    const values = input.flatMap((value) => {
      const found = isPlainMap(value) && Object.hasOwn(value, name) ? value[name] : undefined;
      return found === undefined ? [] : [found];
    });
    return values.length === 0 && input.length > 0 ? { values, error: `${name} is not found` } : { values };
  }

  #union(input: readonly Value[], lists: readonly (readonly PathNode[])[]): Walked {
    const values: Value[] = [];
    for (const list of lists) {
      const walked = this.#walkAll(input, list);
      if (walked.error !== undefined) return { values: input, error: walked.error };
      for (const value of walked.values) values.push(value);
    }
    return { values };
  }

  #slice(input: readonly Value[], start: Bound, end: Bound, step: Bound): Walked {
    const values: Value[] = [];
    for (const value of input) {
      if (value === null) continue;
      if (!isList(value)) return { values: input, error: `${typeText(value)} is not array or slice` };
      const { length } = value;
      const from = start.value < 0 ? start.value + length : start.value;
      const isBeforeEnd = end.value < 0 || (end.value === 0 && end.derived);
      const to = end.known ? end.value + (isBeforeEnd ? length : 0) : length;
      // Nothing asked for is nothing found, for the lists that follow too.
      if (from === to) return { values };
      const error = boundError(from, to, length) ?? (step.known && step.value <= 0 ? 'step must be > 0' : undefined);
      if (error !== undefined) return { values: input, error };
      for (let at = from; at < to; at += step.known ? step.value : 1) values.push(value[at] ?? null);
    }
    this.#touch(values.length);
    return { values };
  }

  #filter(input: readonly Value[], filter: PathNode & { readonly is: 'filter' }): Walked {
    const values: Value[] = [];
    for (const value of input) {
      if (!isList(value)) {
        return { values: input, error: `${sprint(value)} is not array or slice and cannot be filtered` };
      }
      this.#touch(value.length);
      for (const item of value) {
        const passed = this.#passes(item, filter);
        if (typeof passed === 'string') return { values: input, error: passed };
        if (passed) values.push(item);
      }
    }
    return { values };
  }

  /** A text is what is wrong. */
  #passes(item: Value, { left, operator, right }: PathNode & { readonly is: 'filter' }): boolean | string {
    const lefts = this.#walkAll([item], left);
    if (operator === 'exists') return lefts.values.length > 0;
    const first = onlyOne(lefts);
    if (typeof first === 'string' || first === undefined) return first ?? false;
    const second = onlyOne(this.#walkAll([item], right));
    if (typeof second === 'string' || second === undefined) return second ?? false;
    this.#touch(comparedCharacters(first.value, second.value) / CHARACTERS_PER_VALUE);
    return compareBy(operator, first.value, second.value);
  }

  /** Each value that holds others, before what it holds. */
  #descend(input: readonly Value[]): Value[] {
    const found: Value[] = [];
    // A stack of its own: documents may be nested more deeply than functions.
    const waiting = input.toReversed();
    for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
      const children = this.#children(value);
      if (children.length > 0) found.push(value);
      for (let at = children.length - 1; at >= 0; at--) waiting.push(children[at] ?? null);
    }
    return found;
  }

  /** The values of a map or list; the bytes of a string. */
  #children(value: Value): readonly Value[] {
    this.#touch(1 + (typeof value === 'string' || isList(value) ? value.length : 0));
    if (!isPlainMap(value)) return childrenOf(value);
    const keys = Object.keys(value);
    // Each key is compared with others as often as halving their number leaves one.
    const characters = keys.reduce((sum, key) => sum + key.length, 0) * Math.log2(keys.length + 1);
    this.#touch(keys.length + characters / CHARACTERS_PER_VALUE);
    return keys.toSorted(compare).map((key) => value[key] ?? null);
  }

  #touch(values: number): void {
    this.#touched += values;
    if (this.#touched > MOST_VALUES) throw new JsonPathError(`the path touches more than ${MOST_VALUES} values`);
  }
}

/** Of what is no map. */
function childrenOf(value: Value): readonly Value[] {
  if (typeof value === 'string')
    return [...new TextEncoder().encode(value)].map((byte) => new GoInt(UINT8, BigInt(byte)));
  return isList(value) ? value : [];
}

/** How many characters two texts may have in common, at most; none of anything else. */
function comparedCharacters(left: Value, right: Value): number {
  return typeof left === 'string' && typeof right === 'string' ? Math.min(left.length, right.length) : 0;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function boundError(from: number, to: number, length: number): string | undefined {
  if (from >= length || from < 0) return `array index out of bounds: index ${from}, length ${length}`;
  if (to > length || to < 0) return `array index out of bounds: index ${to - 1}, length ${length}`;
  return from > to ? `starting index ${from} is greater than ending index ${to}` : undefined;
}

/** The value to compare; undefined: there is none, and the item does not pass. */
function onlyOne({ values, error }: Walked): { readonly value: Value } | string | undefined {
  if (error !== undefined) return error;
  if (values.length > 1) return 'can only compare one element at a time';
  const [value] = values;
  return value === undefined ? undefined : { value };
}

const COMPARABLE = new Set(['bool', 'int', 'uint8', 'float64', 'string']);

/** @source k8s.io/client-go/third_party/forked/golang/template/funcs.go */
function compareBy(operator: string, left: Value, right: Value): boolean | string {
  if (!['<', '>', '==', '!=', '<=', '>='].includes(operator)) return `unrecognized filter operator ${operator}`;
  const [leftType, rightType] = [goTypeOf(left)?.text ?? '', goTypeOf(right)?.text ?? ''];
  if (!COMPARABLE.has(leftType) || !COMPARABLE.has(rightType)) return 'invalid type for comparison';
  const areIntegers =
    left instanceof GoInt ? typeof right === 'bigint' : right instanceof GoInt && typeof left === 'bigint';
  if (leftType !== rightType && !areIntegers) return 'incompatible types for comparison';

  const order = orderOf(left, right);
  if (operator === '==') return order === 0;
  if (operator === '!=') return order !== 0;
  if (leftType === 'bool') return 'invalid type for comparison';
  if (operator === '<') return order < 0;
  if (operator === '>') return order > 0;
  return operator === '<=' ? order <= 0 : order >= 0;
}

function orderOf(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string') return compare(left, right);
  const [first, second] = [plain(left), plain(right)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}

function plain(value: Value): bigint | number | boolean {
  if (value instanceof GoInt) return value.value;
  return typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean' ? value : 0;
}
