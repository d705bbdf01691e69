import { quote } from '../expression/go/strconv.ts';
import type { Argument, Metric } from '../model/analysis-run.ts';
import { isAbsent } from '../model/empty.ts';
import { parseJson } from '../model/exact-json.ts';
import { metricJson, withoutEmptied } from './metric-json.ts';
import { Room } from './bounds.ts';
import { ArgumentError } from './spec-error.ts';
import { fillTags, fillTemplate, parseTemplate, splitAtTags, type TaggedText, tagName } from './substitute.ts';

/** Stands for the values of secrets wherever a metric is not sent to its provider. */
export const SECRET_PLACEHOLDER = 'temp-for-secret';

/** What was read of the secrets that arguments name: their decoded values, or why there are none. By secret. */
export type Secrets = Readonly<Record<string, SecretReading>>;
export type SecretReading = { readonly values: Readonly<Record<string, string>> } | { readonly problem: string };

/** Arguments with a placeholder for what comes from a secret, even where there is a value too. */
export function withPlaceholders(args: readonly Argument[]): Argument[] {
  return args.map((arg) => (arg.valueFrom?.secretKeyRef ? { name: arg.name, value: SECRET_PLACEHOLDER } : arg));
}

/**
 * Arguments with what their secrets hold.
 *
 * @returns the arguments, and the secret values among them
 * @throws  ArgumentError if a secret or its key is missing
 */
export function withSecrets(
  args: readonly Argument[],
  secrets: Secrets,
): { readonly args: readonly Argument[]; readonly secretValues: readonly string[] } {
  const secretValues = new Set<string>();
  const resolved = args.map((arg) => {
    const ref = arg.valueFrom?.secretKeyRef;
    if (!ref) return arg;
    const value = secretValue(ref, secrets);
    secretValues.add(value);
    return { name: arg.name, value };
  });
  return { args: resolved, secretValues: [...secretValues] };
}

function secretValue(ref: { readonly name: string; readonly key: string }, secrets: Secrets): string {
  const secret = Object.hasOwn(secrets, ref.name) ? secrets[ref.name] : undefined;
  if (secret === undefined) throw new ArgumentError(`secrets ${quote(ref.name)} not found`);
  if ('problem' in secret) throw new ArgumentError(secret.problem);
  const value = Object.hasOwn(secret.values, ref.key) ? secret.values[ref.key] : undefined;
  if (value === undefined) throw new ArgumentError(`key '${ref.key}' does not exist in secret '${ref.name}'`);
  return value;
}

/**
 * Replaces `{{args.x}}` in a text by the argument's value as it stands.
 * @throws ArgumentError if an argument has no value (used or not), or a tag has no argument
 */
export function resolveTemplate(template: string, args: readonly Argument[]): string {
  return resolve(template, args, (value) => value);
}

/** The same, with values escaped for the inside of a JSON string, by the rules of Go's string literals. */
export function resolveTemplateQuoted(template: string, args: readonly Argument[]): string {
  return resolve(template, args, escape);
}

function resolve(template: string, args: readonly Argument[], render: (value: string) => string): string {
  const parsed = parseTemplate(template);
  return fillTemplate(parsed, valuesByTag(args, render));
}

/** What a text comes to with its tags filled, told before it is made: a small one may come to gigabytes. */
function sizeOf({ texts, tags }: TaggedText, values: ReadonlyMap<string, string>): number {
  let size = 0;
  for (const text of texts) size += text.length;
  for (const tag of tags) size += values.get(tagName(tag))?.length ?? 0;
  return size;
}

/** The inside of a Go string literal. */
function escape(value: string): string {
  return quote(value).slice(1, -1);
}

/** The same list is asked about for each metric of a run; its values are escaped once. */
const escapedValues = new WeakMap<readonly Argument[], Map<string, string>>();

function escapedByTag(args: readonly Argument[]): Map<string, string> {
  const known = escapedValues.get(args) ?? valuesByTag(args, escape);
  escapedValues.set(args, known);
  return known;
}

function valuesByTag(args: readonly Argument[], render: (value: string) => string): Map<string, string> {
  const values = new Map<string, string>();
  for (const { name, value } of args) {
    if (isAbsent(value)) throw new ArgumentError(`argument "${name}" was not supplied`);
    values.set(`args.${name}`, render(value));
  }
  return values;
}

/**
 * The metric with `{{args.x}}` replaced in all its texts: names, limits, conditions, the provider's fields and keys.
 *
 * Argo does it in the JSON of the whole metric, and its errors show that: they quote the text, and values that are no
 * legal JSON once escaped as Go strings make it invalid. So where something is wrong it is done over in that text.
 *
 * @param room  that all metrics of a run share
 * @throws  ArgumentError, or SpecError where that would be too much
 * @source  ResolveMetricArgs in utils/analysis/factory.go of argoproj/argo-rollouts
 */
export function resolveMetric(metric: Metric, args: readonly Argument[], room = new Room()): Metric {
  const plain = JSON.stringify(metric);
  if (args.some(({ value }) => isAbsent(value))) return resolveAsArgo(metric, args);
  if (!plain.includes('{{')) return metric;
  const values = escapedByTag(args);
  const template = splitAtTags(plain);
  room.take(sizeOf(template, values), metric.name);
  const filled = fillPlainly(template, values);
  if (filled === undefined) return resolveAsArgo(metric, args);
  const resolved = parseJson(filled) as Metric;
  return filled.includes('""') ? withoutEmptied(resolved) : resolved;
}

/** Undefined where Argo might have something to say. */
function fillPlainly(template: TaggedText, values: ReadonlyMap<string, string>): string | undefined {
  if (template.unclosed !== undefined || template.tags.some((tag) => /["<>&\u2028\u2029]/.test(tag))) return undefined;
  const { filled, unresolved } = fillTags(template, values);
  return unresolved === undefined && findGoEscape(filled) === undefined ? filled : undefined;
}

function resolveAsArgo(metric: Metric, args: readonly Argument[]): Metric {
  const filled = resolveTemplateQuoted(metricJson(metric), args);
  const escaped = findGoEscape(filled);
  if (escaped !== undefined) throw new ArgumentError(`invalid character '${escaped}' in string escape code`);
  return parseJson(filled) as Metric;
}

/** The first character after a backslash that Go strings know and JSON does not. */
function findGoEscape(json: string): string | undefined {
  for (const [, escaped = ''] of json.matchAll(/\\(.)/gsu)) {
    if (!'"\\/bfnrtu'.includes(escaped)) return escaped;
  }
  return undefined;
}

/** Arguments of a template, with the values of others put over them field by field. Names it has not are dropped. */
export function mergeArgs(incoming: readonly Argument[], declared: readonly Argument[]): Argument[] {
  const merged = declared.map((arg) => ({ ...arg }));
  for (const { name, value, valueFrom } of incoming) {
    const target = merged.find((arg) => arg.name === name);
    if (target === undefined) continue;
    if (!isAbsent(value)) target.value = value;
    else if (!isAbsent(valueFrom)) target.valueFrom = valueFrom;
  }
  requireValues(merged);
  return merged;
}

/** @throws ArgumentError if an argument has neither a value nor where to take it from */
export function requireValues(args: readonly Argument[]): void {
  const missing = args.find((arg) => isAbsent(arg.value) && isAbsent(arg.valueFrom));
  if (missing !== undefined) throw new ArgumentError(`args.${missing.name} was not resolved`);
}
