import type { Rule } from './rule.ts';
import { argumentInArgument } from './rules/argument-in-argument.ts';
import { argumentNotDeclared } from './rules/argument-not-declared.ts';
import { argumentNotGiven } from './rules/argument-not-given.ts';
import { argumentWithoutBraces } from './rules/argument-without-braces.ts';
import { argumentWithoutValue } from './rules/argument-without-value.ts';
import { cannotFail } from './rules/cannot-fail.ts';
import { conditionInvalid } from './rules/condition-invalid.ts';
import { defaultIgnoresArgument } from './rules/default-ignores-argument.ts';
import { dryRunTooWide } from './rules/dry-run-too-wide.ts';
import { duplicateName } from './rules/duplicate-name.ts';
import { emptyAnswer } from './rules/empty-answer.ts';
import { emptyField } from './rules/empty-field.ts';
import { experimentInvalid } from './rules/experiment-invalid.ts';
import { firstOfMany } from './rules/first-of-many.ts';
import { getWithBody } from './rules/get-with-body.ts';
import { intervalWithoutCount } from './rules/interval-without-count.ts';
import { invalidDuration } from './rules/invalid-duration.ts';
import { invalidJsonPath } from './rules/invalid-json-path.ts';
import { invalidLabel } from './rules/invalid-label.ts';
import { invalidLimit } from './rules/invalid-limit.ts';
import { invalidName } from './rules/invalid-name.ts';
import { invalidQuantity } from './rules/invalid-quantity.ts';
import { invalidUrl } from './rules/invalid-url.ts';
import { jobCondition } from './rules/job-condition.ts';
import { jobRefused } from './rules/job-refused.ts';
import { jobWithoutDeadline } from './rules/job-without-deadline.ts';
import { jsonPathWithoutBraces } from './rules/json-path-without-braces.ts';
import { limitNotNumber } from './rules/limit-not-number.ts';
import { missingField } from './rules/missing-field.ts';
import { missingInterval } from './rules/missing-interval.ts';
import { missingTemplate } from './rules/missing-template.ts';
import { nanByDivision } from './rules/nan-by-division.ts';
import { neverTrue } from './rules/never-true.ts';
import { noAddress } from './rules/no-address.ts';
import { noCondition } from './rules/no-condition.ts';
import { noMetrics } from './rules/no-metrics.ts';
import { oneProvider } from './rules/one-provider.ts';
import { podRefused } from './rules/pod-refused.ts';
import { promqlSyntax } from './rules/promql-syntax.ts';
import { resultIndex } from './rules/result-index.ts';
import { ruleWithoutMetric } from './rules/rule-without-metric.ts';
import { schedule } from './rules/schedule.ts';
import { shortServiceName } from './rules/short-service-name.ts';
import { templateCycle } from './rules/template-cycle.ts';
import { templatesConflict } from './rules/templates-conflict.ts';
import { unclosedTag } from './rules/unclosed-tag.ts';
import { unknownArgument } from './rules/unknown-argument.ts';
import { unknownField } from './rules/unknown-field.ts';
import { unknownKind } from './rules/unknown-kind.ts';
import { unknownRule } from './rules/unknown-rule.ts';
import { unknownWord } from './rules/unknown-word.ts';
import { unquotedBraces } from './rules/unquoted-braces.ts';
import { unrenderedHelm } from './rules/unrendered-helm.ts';
import { unsupportedProvider } from './rules/unsupported-provider.ts';
import { unusedArgument } from './rules/unused-argument.ts';
import { wrongType } from './rules/wrong-type.ts';
import { yamlSyntax } from './rules/yaml-syntax.ts';

/**
 * Every rule of lint, by its name, in the order of docs/lint.md (a test compares the two): files and their texts, what
 * API servers see, metrics, conditions, arguments, providers, pods, references. A new rule is a file in rules/, a line
 * here and a section there.
 */
export const RULES = {
  'yaml-syntax': yamlSyntax,
  'unquoted-braces': unquotedBraces,
  'unrendered-helm': unrenderedHelm,
  'unknown-rule': unknownRule,
  'unknown-kind': unknownKind,
  'wrong-type': wrongType,
  'missing-field': missingField,
  'unknown-field': unknownField,
  'unknown-word': unknownWord,
  'empty-field': emptyField,
  'invalid-name': invalidName,
  'invalid-label': invalidLabel,
  'duplicate-name': duplicateName,
  'no-metrics': noMetrics,
  'one-provider': oneProvider,
  'unsupported-provider': unsupportedProvider,
  'missing-interval': missingInterval,
  'invalid-duration': invalidDuration,
  'invalid-limit': invalidLimit,
  'limit-not-number': limitNotNumber,
  'condition-invalid': conditionInvalid,
  'argument-without-braces': argumentWithoutBraces,
  'result-index': resultIndex,
  'never-true': neverTrue,
  'default-ignores-argument': defaultIgnoresArgument,
  'no-condition': noCondition,
  'cannot-fail': cannotFail,
  'interval-without-count': intervalWithoutCount,
  'unknown-argument': unknownArgument,
  'unclosed-tag': unclosedTag,
  'argument-without-value': argumentWithoutValue,
  'unused-argument': unusedArgument,
  'argument-in-argument': argumentInArgument,
  'rule-without-metric': ruleWithoutMetric,
  'dry-run-too-wide': dryRunTooWide,
  'invalid-url': invalidUrl,
  'short-service-name': shortServiceName,
  'no-address': noAddress,
  'promql-syntax': promqlSyntax,
  'empty-answer': emptyAnswer,
  'nan-by-division': nanByDivision,
  'invalid-json-path': invalidJsonPath,
  'json-path-without-braces': jsonPathWithoutBraces,
  'first-of-many': firstOfMany,
  'get-with-body': getWithBody,
  'pod-refused': podRefused,
  'invalid-quantity': invalidQuantity,
  'job-refused': jobRefused,
  'job-condition': jobCondition,
  'job-without-deadline': jobWithoutDeadline,
  'experiment-invalid': experimentInvalid,
  schedule,
  'missing-template': missingTemplate,
  'template-cycle': templateCycle,
  'argument-not-given': argumentNotGiven,
  'argument-not-declared': argumentNotDeclared,
  'templates-conflict': templatesConflict,
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleName = keyof typeof RULES;

/** All of them, with their names. */
export const RULE_LIST = Object.entries<Rule>(RULES).map(([name, rule]) => ({ name: name as RuleName, rule }));

export function isRuleName(name: string): name is RuleName {
  return Object.hasOwn(RULES, name);
}
