import type { LabelSelector } from '../model/pod-template.ts';
import { labelValueProblems, qualifiedNameProblems } from '../workload/names.ts';
import { invalid, invalidJson } from './validation/field-error.ts';

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

/**
 * A selector as text: `app=web,tier in (a,b),!legacy`, in the order of the labels.
 * @source FormatLabelSelector in k8s.io/apimachinery/pkg/apis/meta/v1
 */
export function formatSelector(selector: LabelSelector | undefined): string {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  const terms = [
    ...Object.entries(matchLabels).map(([key, value]) => ({ key, text: `${key}=${value}` })),
    ...matchExpressions.map((requirement) => ({ key: requirement.key, text: formatRequirement(requirement) })),
  ];
  const texts = terms.toSorted(({ key: left }, { key: right }) => (left < right ? -1 : 1)).map(({ text }) => text);
  return texts.length === 0 ? '<none>' : texts.join(',');
}

function formatRequirement({ key, operator, values = [] }: Requirement): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator.toLowerCase()} (${values.toSorted().join(',')})`;
}

/**
 * Why a selector cannot be used; undefined: it can.
 * @source LabelSelectorAsSelector in k8s.io/apimachinery/pkg/apis/meta/v1, and NewRequirement in its pkg/labels
 */
export function selectorFailure({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string | undefined {
  const requirements: readonly Requirement[] = [
    ...Object.entries(matchLabels).map(([key, value]) => ({ key, operator: '=', values: [value] })),
    ...matchExpressions,
  ];
  for (const requirement of requirements) {
    const { key, operator, values = [] } = requirement;
    if (!OPERATORS.has(operator)) return `"${operator}" is not a valid label selector operator`;
    const problems = [
      ...joined(qualifiedNameProblems(key)).map((problem) => invalid('key', key, problem)),
      ...countProblems(requirement),
      ...values.flatMap((value, at) =>
        joined(labelValueProblems(value)).map((problem) => invalid(`values[${at}][${key}]`, value, problem)),
      ),
    ];
    if (problems.length > 0) return problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`;
  }
  return undefined;
}

const OPERATORS = new Set(['=', 'In', 'NotIn', 'Exists', 'DoesNotExist']);

function joined(problems: readonly string[]): readonly string[] {
  return problems.length === 0 ? [] : [problems.join('; ')];
}

function countProblems({ operator, values = [] }: Requirement): readonly string[] {
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length === 0) return [];
    return [invalidJson('values', JSON.stringify(values), 'values set must be empty for exists and does not exist')];
  }
  if (values.length > 0) return [];
  return [invalidJson('values', 'null', "for 'in', 'notin' operators, values set can't be empty")];
}
