import { BYTE_SLICE } from '../go-type.ts';
import { timeSteps } from '../charges.ts';
import { FREE } from '../spend.ts';
import type { Spending } from '../spend.ts';
import { run } from '../trampoline.ts';
import type { Routine } from '../trampoline.ts';
import {
  GoFunc,
  GoInt,
  GoMap,
  GoNamedString,
  GoPanic,
  GoPointer,
  GoRange,
  GoSlice,
  GoStruct,
  isPlainMap,
} from '../value.ts';
import type { Value } from '../value.ts';
import { encodeBase64 } from './base64.ts';
import { textOf } from './bytes.ts';
import { quoteJson } from './json-quote.ts';
import { JsonReader } from './json-reader.ts';
import { entriesOf, sprint } from './sprint.ts';
import { formatFloat } from './strconv.ts';
import { compare } from './strings.ts';
import { isScalar, TextBuilder } from './text-builder.ts';
import { formatStrictly } from './time-text.ts';
import { GoTime } from './time.ts';

const MARSHAL_TIME = 'json: error calling MarshalJSON for type time.Time: Time.MarshalJSON';

/**
 * JSON as Go's json.MarshalIndent(value, "", "  ") writes it: keys in byte order, `<`, `>` and `&` escaped, []byte in
 * base64, times in RFC 3339.
 *
 * @throws GoPanic for NaN, an infinity, a function, a map whose keys are neither strings nor integers
 * @source https://pkg.go.dev/encoding/json
 */
export function marshal(value: Value, meter: Spending = FREE): string {
  return writeAll(value, '\n', meter);
}

/** The same as json.Marshal(value) writes it: without blanks. */
export function marshalCompact(value: Value, meter: Spending = FREE): string {
  return writeAll(value, '', meter);
}

function writeAll(value: Value, line: string, meter: Spending): string {
  const text = new TextBuilder(meter);
  run(write(value, line, text));
  return text.toString();
}

/**
 * The value of a JSON document, every number a float64; half a surrogate pair and invalid UTF-8 become U+FFFD.
 *
 * @throws GoPanic with the texts of Go's json.Unmarshal
 * @source https://pkg.go.dev/encoding/json#Unmarshal
 */
export function unmarshal(text: string, meter: Spending = FREE): Value {
  const reader = new JsonReader(text, meter);
  const value = run(reader.value());
  reader.end();
  return value;
}

/** A number of a range, which is made only now. */
const BUILT_ITEM = 5;
const COMPARISON_STEPS = 6;
const ENTRY_STEPS = 8;
const BYTE_STEPS = 20;
const ESCAPE_STEPS = 20;

type Member = readonly [key: string, value: Value];

/** `line` is what begins a line at the level of the value: a line break and the indentation; nothing: there are no lines. */
function* write(value: Value, line: string, to: TextBuilder): Routine<void> {
  if (value instanceof GoRange) to.meter.spend(BUILT_ITEM * value.length);
  if (Array.isArray(value)) return yield writeItems(value, line, to);
  if (value instanceof GoSlice && value.items !== null && value.goType !== BYTE_SLICE) {
    return yield writeItems(value.items, line, to);
  }
  if (value instanceof GoStruct) return yield writeMembers(exportedFields(value), line, to);
  if (value instanceof GoPointer) return yield write(value.target, line, to);
  const members = membersOf(value, to.meter);
  if (members === undefined) return to.add(writeScalar(value, to.meter));
  const sorted = members.toSorted(([left], [right]) => {
    to.meter.spend(COMPARISON_STEPS);
    return compare(left, right, to.meter);
  });
  return yield writeMembers(sorted, line, to);
}

function* writeItems(items: readonly Value[], line: string, to: TextBuilder): Routine<void> {
  const inner = indented(line);
  to.add('[');
  for (const [at, item] of items.entries()) {
    to.add(at === 0 ? inner : `,${inner}`);
    if (isScalar(item)) to.add(writeScalar(item, to.meter));
    else yield write(item, inner, to);
  }
  to.add(items.length === 0 ? ']' : `${line}]`);
}

function* writeMembers(members: readonly Member[], line: string, to: TextBuilder): Routine<void> {
  const inner = indented(line);
  const colon = line === '' ? ':' : ': ';
  to.add('{');
  for (const [at, [key, value]] of members.entries()) {
    to.add(`${at === 0 ? '' : ','}${inner}${quote(key, to.meter)}${colon}`);
    if (isScalar(value)) to.add(writeScalar(value, to.meter));
    else yield write(value, inner, to);
  }
  to.add(members.length === 0 ? '}' : `${line}}`);
}

function indented(line: string): string {
  return line === '' ? '' : `${line}  `;
}

function exportedFields({ goType, fields }: GoStruct): Member[] {
  const exported = (goType.fields ?? []).filter((field) => field.exported);
  return exported.map(({ name }) => [name, fields.get(name) ?? null]);
}

/** The entries of a map, undefined for anything else. */
function membersOf(value: Value, meter: Spending): Member[] | undefined {
  if (isPlainMap(value)) return entriesOf(value, meter);
  if (!(value instanceof GoMap)) return undefined;
  const { goType, entries } = value;
  if (goType.key?.kind !== 'string') throw new GoPanic(`json: unsupported type: ${goType.text}`);
  meter.spend(ENTRY_STEPS * entries.size);
  return Array.from(entries.values(), ([key, element]) => [sprint(key, meter), element]);
}

function writeScalar(value: Value, meter: Spending): string {
  if (typeof value === 'string') return quote(value, meter);
  if (typeof value === 'number') return writeNumber(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof GoInt) return String(value.value);
  if (value instanceof GoNamedString) return quote(value.text, meter);
  if (value instanceof GoTime) {
    meter.spend(timeSteps(value));
    return `"${formatStrictly(value, MARSHAL_TIME)}"`;
  }
  if (value instanceof GoSlice) {
    meter.spend(BYTE_STEPS * (value.items?.length ?? 0));
    return value.items === null ? 'null' : `"${encodeBase64(textOf(value.items))}"`;
  }
  if (value instanceof GoFunc) throw new GoPanic(`json: unsupported type: ${value.goType.text}`);
  // A location, none of whose fields is exported.
  return '{}';
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new GoPanic(`json: unsupported value: ${formatFloat(value)}`);
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Each character is paid for, and again where it has to be escaped: piece by piece, since texts may be long. */
function quote(text: string, meter: Spending): string {
  let quoted = '"';
  for (let from = 0; from < text.length; from += PIECE_LENGTH) {
    // A pair of surrogates stays in one piece.
    const end = isPairAt(text, from + PIECE_LENGTH - 1) ? from + PIECE_LENGTH + 1 : from + PIECE_LENGTH;
    const start = from > 0 && isPairAt(text, from - 1) ? from + 1 : from;
    const piece = text.slice(start, end);
    meter.spend(piece.length);
    const escaped = quoteJson(piece).slice(1, -1);
    meter.spend(ESCAPE_STEPS * (escaped.length - piece.length));
    quoted += escaped;
  }
  return `${quoted}"`;
}

const PIECE_LENGTH = 10_000;

function isPairAt(text: string, index: number): boolean {
  return (text.codePointAt(index) ?? 0) > 0xffff;
}
