import { cut } from './cut.ts';

/** The way to a field from the top of its document. */
export type Keys = readonly (string | number)[];

/**
 * An `error` would be refused by the API server or could not be run; a `warning` is accepted, but not what was meant;
 * an `advice` works, and is regretted by many.
 */
export type Severity = 'error' | 'warning' | 'advice';

/** Something about a resource that its author should change. */
export interface Problem {
  readonly severity: Severity;
  readonly keys: Keys;
  /** `keys` as text: `spec.metrics[2].interval`. */
  readonly path: string;
  readonly message: string;
  /** The value found, as JSON; absent where there is none, it is long, or it may be a secret. */
  readonly value?: string;
  /** What to do about it, where the message alone does not say. */
  readonly hint?: string;
  /** The name of the rule that it breaks, as docs/lint.md has it. */
  readonly rule?: string;
}

export interface Found {
  readonly message: string;
  readonly value?: unknown;
  readonly hint?: string | undefined;
  /** Default `error`. */
  readonly severity?: Severity;
  readonly rule?: string;
}

/** A problem of the field at `keys`; its value is kept only where it may be shown. */
export function problemAt(keys: Keys, { message, value, hint, severity = 'error', rule }: Found): Problem {
  const shown = showValue(value, keys);
  return {
    severity,
    keys,
    path: formatPath(keys),
    message,
    ...(shown !== undefined && { value: shown }),
    ...(hint !== undefined && { hint }),
    ...(rule !== undefined && { rule }),
  };
}

/** One line: `spec.metrics[2].interval: expected a string, got 5; put it in quotes: "5"`. */
export function formatProblem({ path, message, hint }: Problem): string {
  const text = hint === undefined ? message : `${message}; ${hint}`;
  return path === '' ? text : `${path}: ${text}`;
}

/** `spec.metrics[2].interval`, with names that hold more than letters and digits in brackets and quotes. */
export function formatPath(keys: Keys): string {
  let path = '';
  for (const key of keys) {
    if (typeof key === 'number') path += `[${key}]`;
    else if (!/^[A-Za-z_][\w-]*$/.test(key)) path += `[${quoteName(key)}]`;
    else path += path === '' ? key : `.${key}`;
  }
  return path;
}

const LONGEST_SHOWN = 60;

/** A name in quotes, cut short where a whole document became one. */
export function quoteName(name: string): string {
  return JSON.stringify(cut(name, LONGEST_SHOWN + 1));
}

const SECRET_NAMES = /^(authentication|.*(token|secret|password|credentials?))$/i;

/** A value in a sentence: the value itself where it may be shown, or else what sort of value it is. */
export function describeValue(value: unknown, keys: Keys): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const sort = typeof value === 'boolean' ? 'true or false' : `a ${typeof value}`;
  return showValue(value, keys) ?? sort;
}

/**
 * The value as JSON, or undefined where it should not be printed: it is not a plain value, it is long, or the field
 * is one where people keep secrets (authentication, passwords, tokens, values of headers).
 */
export function showValue(value: unknown, keys: Keys): string | undefined {
  if (value === undefined || (typeof value === 'object' && value !== null) || mayHoldSecret(keys)) return undefined;
  const shown = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return shown === undefined || shown.length > LONGEST_SHOWN ? undefined : shown;
}

function mayHoldSecret(keys: Keys): boolean {
  return (
    keys.some((key) => typeof key === 'string' && SECRET_NAMES.test(key)) ||
    (keys.includes('headers') && keys.at(-1) === 'value')
  );
}
