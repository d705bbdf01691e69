import type { Meter } from './meter.ts';
import { GoMap, GoRange, GoSlice, GoStruct, isPlainMap } from './value.ts';
import type { Value } from './value.ts';

/**
 * Notes the cost of going through a whole value, as printing does. A list that holds another many times over can be far
 * larger than what its making was charged for.
 */
export function spendOn(value: Value, meter: Meter): void {
  const pending: Value[] = [value];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === 'string') {
      meter.spend(4 + next.length / 4);
      continue;
    }
    meter.spend(18);
    if (typeof next !== 'object' || next === null) continue;
    if (next instanceof GoRange) meter.spend(20 * next.length);
    else pending.push(...childrenOf(next, meter));
  }
}

function childrenOf(value: object & Value, meter: Meter): readonly Value[] {
  const children = heldBy(value);
  // Before they are copied to the stack of what is pending.
  meter.spend(children.length);
  return children;
}

function heldBy(value: object & Value): readonly Value[] {
  if (Array.isArray(value)) return value;
  if (value instanceof GoSlice) return value.items ?? [];
  if (value instanceof GoMap) return Array.from(value.entries.values()).flat();
  if (value instanceof GoStruct) return Array.from(value.fields.values());
  return isPlainMap(value) ? Object.values(value) : [];
}
