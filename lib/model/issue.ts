import type { z } from 'zod';
import { fieldAt, fieldNames, isOptional } from './fields.ts';
import { describeValue, formatPath, type Keys, type Problem, problemAt, quoteName, showValue } from './problem.ts';
import { didYouMean } from './suggest.ts';

type Issue = z.core.$ZodIssue;

/** What an issue that zod reports (with `reportInput`) means to the author of the resource; often one problem. */
export function explainIssue(issue: Issue, schema: z.ZodType): Problem[] {
  const keys = issue.path as (string | number)[]; // Documents have no symbols.
  if (issue.code === 'unrecognized_keys') return unknownFields(issue, keys, schema);
  const value = issue.input;
  if (value === undefined || (value === null && typeof keys.at(-1) === 'string')) return absentField(keys, schema);
  if (issue.code === 'invalid_value') return [wrongWord(issue, keys, schema)];
  const expected = expectation(issue);
  const message = `expected ${expected}, got ${describeValue(value, keys)}`;
  const isDuration = fieldAt(schema, keys)?.meta()?.['duration'] === true;
  const hint =
    isDuration && typeof value === 'number' ? `give it a unit: "${value}s"` : typeHint(expected, value, keys);
  return [problemAt(keys, { value, message, hint, rule: 'wrong-type' })];
}

/**
 * API servers drop fields and map entries that are null, unlike items of lists.
 * @source "Defaulting and Nullable" in the Kubernetes documentation of CustomResourceDefinitions
 */
function absentField(keys: Keys, schema: z.ZodType): Problem[] {
  return isOptional(schema, keys) ? [] : [problemAt(keys, { message: 'required, but missing', rule: 'missing-field' })];
}

/** By the type that zod expected, or else by the code of the issue. */
const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'an integer',
  int: 'an integer',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  invalid_union: 'an integer or a string',
  too_big: 'an integer of at most 32 bits',
  too_small: 'an integer of at most 32 bits',
};

function expectation(issue: Issue): string {
  if (issue.code === 'custom') return issue.message;
  return EXPECTED[issue.code === 'invalid_type' ? issue.expected : issue.code] ?? 'another value';
}

function typeHint(expected: string, value: unknown, keys: Keys): string | undefined {
  if (value === null) return 'leave the item out';
  if (expected === 'a string' && (typeof value === 'number' || typeof value === 'boolean')) {
    const shown = showValue(value, keys);
    return shown === undefined ? 'put it in quotes' : `put it in quotes: "${shown}"`;
  }
  if (expected === 'a string' && typeof value === 'object') return 'text that begins with { or [ needs quotes';
  if (expected === 'a list' && typeof value === 'object') return 'begin each item with "- "';
  if (typeof value !== 'string') return undefined;
  if (value.includes('{{')) return 'arguments may stand only where a string may';
  const isMeant = expected.startsWith('an integer') ? /^-?\d+$/.test(value) : /^(true|false)$/.test(value);
  return isMeant ? 'leave out the quotes' : undefined;
}

function wrongWord(issue: z.core.$ZodIssueInvalidValue, keys: Keys, schema: z.ZodType): Problem {
  const words = issue.values.map(String).filter((known) => known !== '');
  const isOpen = fieldAt(schema, keys)?.meta()?.['open'] === true;
  const value = issue.input;
  if (typeof value !== 'string') {
    return problemAt(keys, {
      value,
      message: `expected a string, got ${describeValue(value, keys)}`,
      rule: 'wrong-type',
    });
  }
  return problemAt(keys, {
    value,
    message: `unknown word ${describeValue(value, keys)}${didYouMean(value, words)}`,
    hint: `known: ${words.join(', ')}`,
    severity: isOpen ? 'warning' : 'error',
    rule: 'unknown-word',
  });
}

/** Only warnings: API servers drop unknown fields and go on, unless they are asked to be strict, as kubectl asks them. */
function unknownFields(issue: z.core.$ZodIssueUnrecognizedKeys, keys: Keys, schema: z.ZodType): Problem[] {
  const known = fieldNames(fieldAt(schema, keys));
  return issue.keys.map((name) =>
    problemAt([...keys, name], {
      message: `unknown field ${quoteName(name)}${didYouMean(name, known)}`,
      hint: placeHint(name, keys, schema),
      severity: 'warning',
      rule: 'unknown-field',
    }),
  );
}

/** A field that stands too deep, which in YAML is two spaces too many. */
function placeHint(name: string, keys: Keys, schema: z.ZodType): string | undefined {
  for (let depth = keys.length - 1; depth > 0; depth--) {
    const above = keys.slice(0, depth);
    if (fieldNames(fieldAt(schema, above)).includes(name)) return `it belongs to ${formatPath(above)}`;
  }
  return undefined;
}
