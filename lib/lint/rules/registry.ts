import type { Rule } from '../rule.ts';
import { argumentInArgument } from './argument-in-argument.ts';
import { argumentNotDeclared } from './argument-not-declared.ts';
import { argumentNotGiven } from './argument-not-given.ts';
import { argumentWithoutBraces } from './argument-without-braces.ts';
import { argumentWithoutValue } from './argument-without-value.ts';
import { cannotFail } from './cannot-fail.ts';
import { conditionInvalid } from './condition-invalid.ts';
import { defaultIgnoresArgument } from './default-ignores-argument.ts';
import { dryRunTooWide } from './dry-run-too-wide.ts';
import { duplicateName } from './duplicate-name.ts';
import { emptyAnswer } from './empty-answer.ts';
import { emptyField } from './empty-field.ts';
import { endlessWait } from './endless-wait.ts';
import { experimentInvalid } from './experiment-invalid.ts';
import { firstOfMany } from './first-of-many.ts';
import { getWithBody } from './get-with-body.ts';
import { intervalWithoutCount } from './interval-without-count.ts';
import { invalidDuration } from './invalid-duration.ts';
import { invalidJsonPath } from './invalid-json-path.ts';
import { invalidLabel } from './invalid-label.ts';
import { invalidLimit } from './invalid-limit.ts';
import { invalidName } from './invalid-name.ts';
import { invalidQuantity } from './invalid-quantity.ts';
import { invalidUrl } from './invalid-url.ts';
import { jobCondition } from './job-condition.ts';
import { jobRefused } from './job-refused.ts';
import { jobWithoutDeadline } from './job-without-deadline.ts';
import { jsonPathWithoutBraces } from './json-path-without-braces.ts';
import { limitNotNumber } from './limit-not-number.ts';
import { missingField } from './missing-field.ts';
import { missingInterval } from './missing-interval.ts';
import { missingTemplate } from './missing-template.ts';
import { nanByDivision } from './nan-by-division.ts';
import { neverTrue } from './never-true.ts';
import { noAddress } from './no-address.ts';
import { noCondition } from './no-condition.ts';
import { noMetrics } from './no-metrics.ts';
import { oneProvider } from './one-provider.ts';
import { podRefused } from './pod-refused.ts';
import { promqlSyntax } from './promql-syntax.ts';
import { resultIndex } from './result-index.ts';
import { ruleWithoutMetric } from './rule-without-metric.ts';
import { rolloutInvalid } from './rollout-invalid.ts';
import { rolloutUnsupported } from './rollout-unsupported.ts';
import { schedule } from './schedule.ts';
import { shortServiceName } from './short-service-name.ts';
import { templateCycle } from './template-cycle.ts';
import { templatesConflict } from './templates-conflict.ts';
import { unclosedTag } from './unclosed-tag.ts';
import { unknownArgument } from './unknown-argument.ts';
import { unknownField } from './unknown-field.ts';
import { unknownKind } from './unknown-kind.ts';
import { unknownRule } from './unknown-rule.ts';
import { unknownWord } from './unknown-word.ts';
import { unquotedBraces } from './unquoted-braces.ts';
import { unrenderedHelm } from './unrendered-helm.ts';
import { unsupportedProvider } from './unsupported-provider.ts';
import { unusedArgument } from './unused-argument.ts';
import { wrongType } from './wrong-type.ts';
import { yamlSyntax } from './yaml-syntax.ts';

/**
 * Every rule of lint, by its name, in the order of docs/lint.md (a test compares the two): files and their texts, what
 * API servers see, metrics, conditions, arguments, providers, pods, references. A new rule is a file beside this one, a line
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
  'rollout-invalid': rolloutInvalid,
  'rollout-unsupported': rolloutUnsupported,
  schedule,
  'missing-template': missingTemplate,
  'template-cycle': templateCycle,
  'argument-not-given': argumentNotGiven,
  'argument-not-declared': argumentNotDeclared,
  'templates-conflict': templatesConflict,
  'endless-wait': endlessWait,
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleName = keyof typeof RULES;

/** All of them, with their names. */
export const RULE_LIST = Object.entries<Rule>(RULES).map(([name, rule]) => ({ name: name as RuleName, rule }));

export function isRuleName(name: string): name is RuleName {
  return Object.hasOwn(RULES, name);
}
