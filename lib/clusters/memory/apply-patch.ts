import { AssayError } from '../../model/errors.ts';
import { isRawNumber } from '../../model/exact-json.ts';
import { isJsonPatch, type JsonPatchStep, type Patch } from '../../model/cluster.ts';

type Json = unknown;
type JsonObject = Record<string, Json>;

/**
 * What `document` becomes. The document is left as it is; what the patch does not touch is shared with the result.
 * @throws AssayError ASSAY_CLUSTER_REFUSED when a step of a JSON patch cannot be done, a failed `test` included
 */
export function applyPatch(document: Json, patch: Patch): Json {
  return isJsonPatch(patch) ? patch.reduce<Json>(applyStep, document) : applyMergePatch(document, patch);
}

/** `null` removes a member, an object is merged, anything else replaces. @source RFC 7386, section 2 */
function applyMergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch) || isRawNumber(patch)) return patch;
  const result = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else if (value !== undefined) result.set(name, applyMergePatch(result.get(name), value));
  }
  return Object.fromEntries(result);
}

function applyStep(document: Json, step: JsonPatchStep): Json {
  const path = step.path === '' ? [] : step.path.split('/').slice(1).map(unescape);
  if (step.path !== '' && !step.path.startsWith('/')) throw refused(step, 'is not a JSON pointer');
  return change(document, path, step);
}

/** Copies along the path only. */
function change(node: Json, [name, ...rest]: string[], step: JsonPatchStep): Json {
  if (name === undefined) return changeHere(node, step);
  if (Array.isArray(node)) return changeList(node, name, rest, step);
  if (!isObject(node)) throw refused(step, 'does not exist');
  const exists = Object.hasOwn(node, name);
  if (rest.length > 0) {
    if (!exists) throw refused(step, 'does not exist');
    return { ...node, [name]: change(node[name], rest, step) };
  }
  // API servers replace what is not there, and find null there: github.com/evanphx/json-patch v4, which they use.
  if (step.op !== 'remove') return { ...node, [name]: changeHere(node[name] ?? null, step) };
  if (!exists) throw refused(step, 'does not exist');
  const { [name]: _removed, ...others } = node;
  return others;
}

function changeList(node: readonly Json[], name: string, rest: string[], step: JsonPatchStep): Json {
  const adds = step.op === 'add' && rest.length === 0;
  const at = name === '-' && adds ? node.length : Number(name);
  const end = adds ? node.length : node.length - 1;
  if (!/^(0|[1-9]\d*|-)$/.test(name) || !(at <= end)) throw refused(step, 'does not exist');
  if (adds) return node.toSpliced(at, 0, step.value);
  if (step.op === 'remove' && rest.length === 0) return node.toSpliced(at, 1);
  return node.with(at, change(node[at], rest, step));
}

function changeHere(node: Json, step: JsonPatchStep): Json {
  if (step.op === 'remove') return null;
  if (step.op === 'test' && !isSame(node, step.value)) throw refused(step, 'has another value');
  return step.op === 'test' ? node : step.value;
}

/** Equality of JSON: the order of an object's members does not count. */
export function isSame(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => isSame(item, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => Object.hasOwn(right, name) && isSame(left[name], right[name]));
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unescape(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}

function refused(step: JsonPatchStep, why: string): AssayError {
  return new AssayError('ASSAY_CLUSTER_REFUSED', `JSON patch: ${step.op} ${step.path}: ${why}`);
}
