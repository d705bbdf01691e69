import type { z } from 'zod';
import { explainIssue } from './issue.ts';
import { describeValue, type Problem, problemAt } from './problem.ts';
import { RESOURCES } from './resources.ts';
import { type SchemaKind, SCHEMAS } from './schemas.ts';
import { didYouMean } from './suggest.ts';
import { isObject } from './is-object.ts';

const KINDS = Object.keys(SCHEMAS) as SchemaKind[];
const API_VERSIONS = [...new Set(KINDS.map((kind) => RESOURCES[kind].apiVersion))];

/**
 * What is wrong with an AnalysisRun, AnalysisTemplate, ClusterAnalysisTemplate, Experiment or Rollout, as far as its
 * schema tells: types, required fields, unknown fields. There is no error in what the API server accepts with our CRDs, save
 * a list in place of a time, which it lets pass although nobody could read the object then.
 * Conditions, durations and the rules between fields are the business of `analysis/`.
 *
 * @param object  any value, such as a parsed YAML document
 * @returns       the problems, in the order of the schema; never throws
 */
export function validateResource(object: unknown): Problem[] {
  if (!isObject(object)) {
    const message = `expected a resource, got ${describeValue(object, [])}`;
    return [problemAt([], { value: object, message, rule: 'wrong-type' })];
  }
  const unknown = [
    ...checkWord('apiVersion', object['apiVersion'], API_VERSIONS),
    ...checkWord('kind', object['kind'], KINDS),
  ];
  if (unknown.length > 0) return unknown;
  return [...checkName(object['metadata']), ...checkSchema(object, SCHEMAS[object['kind'] as SchemaKind])];
}

/** API servers want one or the other of every object. */
function checkName(metadata: unknown): Problem[] {
  if (!isObject(metadata) || metadata['name'] || metadata['generateName']) return [];
  return [problemAt(['metadata', 'name'], { message: 'required, but missing', rule: 'missing-field' })];
}

function checkSchema(object: unknown, schema: z.ZodType): Problem[] {
  const { error } = schema.safeParse(object, { reportInput: true });
  return error?.issues.flatMap((issue) => explainIssue(issue, schema)) ?? [];
}

function checkWord(field: string, value: unknown, known: readonly string[]): Problem[] {
  if (typeof value === 'string' && known.includes(value)) return [];
  const [message, hint] = [wordMessage(field, value, known), `known: ${known.join(', ')}`];
  return [problemAt([field], { value, message, hint, rule: 'unknown-kind' })];
}

function wordMessage(field: string, value: unknown, known: readonly string[]): string {
  if (value === undefined) return 'required, but missing';
  if (typeof value !== 'string') return `expected a string, got ${describeValue(value, [field])}`;
  return `unknown ${field} ${describeValue(value, [field])}${didYouMean(value, known)}`;
}
