import { isObject } from '../../model/is-object.ts';

/**
 * A JSON value with the very parts of the one before, where both say the same. So what does not change is in memory once,
 * is not made anew for each version of an object, and what was concluded from a part, such as a specification, can be
 * remembered by its identity.
 *
 * @param after  it is changed, as what comes fresh from the parser may be, unless it is frozen
 */
export function keepEqual<T>(before: unknown, after: T): T {
  return keep(before, after) as T;
}

function keep(before: unknown, after: unknown): unknown {
  if (before === after) return before;
  if (Array.isArray(before) && Array.isArray(after)) return keepList(before, after);
  return isObject(before) && isObject(after) ? keepFields(before, after) : after;
}

function keepList(before: readonly unknown[], after: readonly unknown[]): unknown {
  let isSame = before.length === after.length;
  let list = after;
  for (const [index, item] of after.entries()) {
    const kept = keep(before[index], item);
    if (kept !== before[index] || index >= before.length) isSame = false;
    if (kept === item) continue;
    if (list === after && Object.isFrozen(after)) list = [...after];
    Reflect.set(list, index, kept);
  }
  return isSame ? before : list;
}

function keepFields(before: Fields, after: Fields): unknown {
  const names = Object.keys(after);
  let isSame = names.length === Object.keys(before).length;
  let fields = after;
  for (const name of names) {
    const known = Object.hasOwn(before, name) ? before[name] : undefined;
    const kept = keep(known, after[name]);
    if (kept !== known || !Object.hasOwn(before, name)) isSame = false;
    if (kept === after[name]) continue;
    if (fields === after && Object.isFrozen(after)) fields = { ...after };
    Reflect.set(fields, name, kept);
  }
  return isSame ? before : fields;
}

type Fields = Readonly<Record<string, unknown>>;
