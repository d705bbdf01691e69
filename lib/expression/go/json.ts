import { BYTE_SLICE } from '../go-type.ts';
import { run } from '../trampoline.ts';
import type { Routine } from '../trampoline.ts';
import { GoFunc, GoInt, GoMap, GoObject, GoPanic, GoPointer, GoSlice, GoStruct } from '../value.ts';
import type { Value } from '../value.ts';
import { encodeBase64 } from './base64.ts';
import { textOf } from './bytes.ts';
import { JsonReader } from './json-reader.ts';
import { sprint } from './sprint.ts';
import { formatFloat } from './strconv.ts';
import { compare } from './strings.ts';
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
export function marshal(value: Value): string {
  return run(write(value, ''));
}

/**
 * The value of a JSON document, every number a float64; half a surrogate pair and invalid UTF-8 become U+FFFD.
 *
 * @throws GoPanic with the texts of Go's json.Unmarshal
 * @source https://pkg.go.dev/encoding/json#Unmarshal
 */
export function unmarshal(text: string): Value {
  const reader = new JsonReader(text);
  const value = run(reader.value());
  reader.end();
  return value;
}

function* write(value: Value, indent: string): Routine<string> {
  if (typeof value === 'string') return quoteJson(value);
  if (typeof value === 'number') return writeNumber(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return yield writeItems(value, indent);
  if (!(value instanceof GoObject)) return yield writeFields(Object.entries(value), indent);
  if (value instanceof GoInt) return String(value.value);
  if (value instanceof GoTime) return `"${formatStrictly(value, MARSHAL_TIME)}"`;
  if (value instanceof GoSlice) return yield writeSlice(value, indent);
  if (value instanceof GoMap) return yield writeMap(value, indent);
  if (value instanceof GoStruct) return yield writeMembers([...value.fields], indent);
  if (value instanceof GoPointer) return yield write(value.target, indent);
  if (value instanceof GoFunc) throw new GoPanic(`json: unsupported type: ${value.goType.text}`);
  // A location, none of whose fields is exported.
  return '{}';
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new GoPanic(`json: unsupported value: ${formatFloat(value)}`);
  return Object.is(value, -0) ? '-0' : String(value);
}

function* writeSlice({ goType, items }: GoSlice, indent: string): Routine<string> {
  if (items === null) return 'null';
  return goType === BYTE_SLICE ? `"${encodeBase64(textOf(items))}"` : yield writeItems(items, indent);
}

function* writeMap({ goType, entries }: GoMap, indent: string): Routine<string> {
  if (goType.key?.kind !== 'string') throw new GoPanic(`json: unsupported type: ${goType.text}`);
  const fields = Array.from(entries.values(), ([key, value]) => [sprint(key), value] as const);
  return yield writeFields(fields, indent);
}

function* writeItems(items: readonly Value[], indent: string): Routine<string> {
  const shown: string[] = [];
  for (const item of items) shown.push(yield write(item, `${indent}  `));
  return block('[', shown, ']', indent);
}

function* writeFields(fields: readonly (readonly [key: string, value: Value])[], indent: string): Routine<string> {
  return yield writeMembers(
    fields.toSorted(([left], [right]) => compare(left, right)),
    indent,
  );
}

function* writeMembers(members: readonly (readonly [key: string, value: Value])[], indent: string): Routine<string> {
  const shown: string[] = [];
  for (const [key, value] of members) shown.push(`${quoteJson(key)}: ${yield write(value, `${indent}  `)}`);
  return block('{', shown, '}', indent);
}

function block(open: string, lines: readonly string[], close: string, indent: string): string {
  if (lines.length === 0) return open + close;
  return `${open}\n${lines.map((line) => `${indent}  ${line}`).join(',\n')}\n${indent}${close}`;
}

const ESCAPES = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function quoteJson(text: string): string {
  return `"${Array.from(text, escapeRune).join('')}"`;
}

function escapeRune(rune: string): string {
  const short = ESCAPES.get(rune);
  if (short !== undefined) return short;
  if (!rune.isWellFormed()) return '\\ufffd';
  const isEscaped = rune < ' ' || /[<>&\u2028\u2029]/.test(rune);
  return isEscaped ? `\\u${rune.charCodeAt(0).toString(16).padStart(4, '0')}` : rune;
}
