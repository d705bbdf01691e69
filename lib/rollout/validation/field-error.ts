import { quote } from '../../expression/go/strconv.ts';

/**
 * What API servers, and Argo, say about fields: where, what is wrong, the value, why.
 * @source k8s.io/apimachinery/pkg/util/validation/field v0.34.5
 */

/** A value that breaks a rule. */
export function invalid(path: string, value: string | number | boolean, why: string): string {
  return invalidJson(path, typeof value === 'string' ? quote(value) : String(value), why);
}

/** The same of a structure, a list or a map. @param json  as Go writes it */
export function invalidJson(path: string, json: string, why: string): string {
  return `${path}: Invalid value: ${json}: ${why}`;
}

/** A value that is not there. */
export function required(path: string, why = ''): string {
  return `${path}: Required value${why === '' ? '' : `: ${why}`}`;
}

/** A value that another one has already. */
export function duplicate(path: string, value: string): string {
  return `${path}: Duplicate value: ${quote(value)}`;
}

/** A value that names something which is not there. */
export function notFound(path: string, value: string): string {
  return `${path}: Not found: ${quote(value)}`;
}

/** A value that must not be there. */
export function forbidden(path: string, why: string): string {
  return `${path}: Forbidden: ${why}`;
}

/** A word that is none of those known. */
export function unsupported(path: string, value: string, known: readonly string[]): string {
  return `${path}: Unsupported value: ${quote(value)}: supported values: ${known.map(quote).join(', ')}`;
}

/** A number that must not be negative. */
export function negative(path: string, value: number): string[] {
  return value < 0 ? [invalid(path, value, 'must be greater than or equal to 0')] : [];
}
