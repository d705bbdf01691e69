import type { LabelSelector } from '../../model/pod-template.ts';
import { labelValueProblems, qualifiedNameProblems } from '../../workload/names.ts';
import { forbidden, invalid, required } from './field-error.ts';

type Labels = Readonly<Record<string, string>>;
type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

/**
 * What is wrong with a selector.
 * @source ValidateLabelSelector in pkg/apis/meta/v1/validation of k8s.io/apimachinery v0.34.5
 */
export function selectorProblems({ matchLabels, matchExpressions = [] }: LabelSelector, path: string): string[] {
  const requirements = matchExpressions.flatMap((requirement, index) =>
    requirementProblems(requirement, `${path}.matchExpressions[${index}]`),
  );
  return [...labelProblems(matchLabels, `${path}.matchLabels`), ...requirements];
}

/** What is wrong with labels, by name: Argo goes through them in any order. */
export function labelProblems(labels: Labels = {}, path: string): string[] {
  return Object.entries(labels)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([name, value]) => [
      ...qualifiedNameProblems(name).map((problem) => invalid(path, name, problem)),
      ...labelValueProblems(value).map((problem) => invalid(path, value, problem)),
    ]);
}

function requirementProblems({ key, operator, values = [] }: Requirement, path: string): string[] {
  const names = qualifiedNameProblems(key).map((problem) => invalid(`${path}.key`, key, problem));
  const wrong = values.flatMap((value, index) =>
    labelValueProblems(value).map((problem) => invalid(`${path}.values[${index}]`, value, problem)),
  );
  return [...operatorProblems(operator, values, path), ...names, ...wrong];
}

function operatorProblems(operator: string, values: readonly string[], path: string): string[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length > 0) return [];
      return [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      if (values.length === 0) return [];
      return [forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    default:
      return [invalid(`${path}.operator`, operator, 'not a valid selector operator')];
  }
}

/** Whether the labels are selected. An empty selector selects everything, none nothing. */
export function isSelected(labels: Labels, selector: LabelSelector | undefined): boolean {
  if (selector === undefined) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value) &&
    matchExpressions.every((requirement) => isMet(requirement, labels))
  );
}

/** As everywhere in Kubernetes, NotIn is met where the label is not there. */
function isMet({ key, operator, values = [] }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    default:
      return value === undefined;
  }
}
