import { isObject } from './is-object.ts';

/**
 * The JSON merge patch that turns `from` into `to`: changed fields, null for those that went; undefined where
 * nothing differs. Lists are replaced whole.
 * @source RFC 7386
 */
export function mergePatch(from: JsonObject, to: JsonObject): JsonObject | undefined {
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(from)) {
    if (from[key] !== undefined && own(to, key) === undefined) patch[key] = null;
  }
  for (const [key, after] of Object.entries(to)) {
    const before = own(from, key);
    if (after === undefined || isEqual(before, after)) continue;
    patch[key] = isObject(before) && isObject(after) ? (mergePatch(before, after) ?? {}) : after;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

type JsonObject = Readonly<Record<string, unknown>>;

function own(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => isEqual(each, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keysOfA = Object.keys(a).filter((key) => a[key] !== undefined);
  const keysOfB = Object.keys(b).filter((key) => b[key] !== undefined);
  return keysOfA.length === keysOfB.length && keysOfA.every((key) => isEqual(a[key], own(b, key)));
}
