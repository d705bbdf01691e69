import { GoTime } from './go/time.ts';
import { GoInt, GoNamedString, GoObject, GoPanic, GoSlice, typeText } from './value.ts';
import type { Value } from './value.ts';

/**
 * The key of a GoMap's entry: equal for two values exactly if Go's maps take them for the same key, so 1 and 1.0 differ.
 * A NaN gets a key that equals nothing.
 *
 * @throws GoPanic for lists, maps, functions and what holds them, which Go cannot hash
 */
export function hashKey(value: Value): unknown {
  if (typeof value === 'string') return `"${value}`;
  if (typeof value === 'number') return Number.isNaN(value) ? Symbol('NaN') : value;
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return value;
  if (value instanceof GoInt) return `${value.goType.text} ${value.value}`;
  if (value instanceof GoNamedString) return `${value.goType.text} ${value.text}`;
  if (value instanceof GoTime) return `time ${value.instant} ${value.location.toString()}`;
  if (value instanceof GoSlice && value.goType.kind === 'array') return hashItems(value.items ?? []);
  if (value instanceof GoObject && value.goType.kind === 'ptr') return value;
  throw new GoPanic(`runtime error: hash of unhashable type ${typeText(value)}`);
}

/** The key under which to look into a map of so many entries. Go words the panic otherwise where there are none. */
export function lookupKey(value: Value, size: number): unknown {
  try {
    return hashKey(value);
  } catch (error) {
    if (size > 0 || !(error instanceof GoPanic)) throw error;
    throw new GoPanic(error.message.replace(/^runtime error: (.*) type /, '$1 type: '));
  }
}

/** An array is hashed item by item; the lengths keep the parts apart. */
function hashItems(items: readonly Value[]): unknown {
  let text = 'array';
  for (const item of items) {
    const key = hashKey(item);
    if (typeof key === 'symbol') return key;
    const part = `${typeof key} ${String(key)}`;
    text += ` ${part.length} ${part}`;
  }
  return text;
}
