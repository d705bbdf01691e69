import { sprint } from '../../expression/go/sprint.ts';
import type { Value } from '../../expression/value.ts';
import { isObject } from '../../model/is-object.ts';
import { StepFailure } from '../../workload/step-failure.ts';

/** What stands at a path of an object that somebody wrote. */
export function valueAt(object: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), object);
}

/**
 * Likewise, if it is a list.
 * @throws StepFailure where it is something else, as Go's accessor says it
 */
export function listAt(object: unknown, ...path: readonly string[]): readonly unknown[] | undefined {
  const found = valueAt(object, ...path);
  if (found === undefined || found === null || Array.isArray(found)) return found ?? undefined;
  throw isOfType(found, path, '[]interface{}');
}

/** Likewise for a map. */
export function mapAt(object: unknown, ...path: readonly string[]): Readonly<Record<string, unknown>> | undefined {
  const found = valueAt(object, ...path);
  if (found === undefined || found === null || isObject(found)) return found ?? undefined;
  throw isOfType(found, path, 'map[string]interface{}');
}

/** Likewise for a text. */
export function textAt(object: unknown, key: string): string | undefined {
  const found = isObject(object) ? object[key] : undefined;
  if (found === undefined || typeof found === 'string') return found;
  throw isOfType(found, [key], 'string');
}

/** Likewise for a whole number. */
export function integerAt(object: unknown, key: string): number | undefined {
  const found = isObject(object) ? object[key] : undefined;
  if (found === undefined || (typeof found === 'number' && Number.isInteger(found))) return found;
  throw isOfType(found, [key], 'int64');
}

function isOfType(found: unknown, path: readonly string[], expected: string): StepFailure {
  const said = `${sprint(found as Value)} is of the type ${goTypeOf(found)}`;
  return new StepFailure(`.${path.join('.')} accessor error: ${said}, expected ${expected}`);
}

function goTypeOf(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (value === null) return '<nil>';
  if (typeof value === 'string') return 'string';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}
