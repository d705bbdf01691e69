import { checkAnalysis, type Checkable } from '../analysis/check.ts';
import type { KubernetesObject } from '../model/outcome.ts';
import { formatProblem, type Problem } from '../model/problem.ts';
import { SCHEMAS } from '../model/schemas.ts';
import { validateResource } from '../model/validate.ts';

/** API servers cut what is longer, and drop what exceeds 4,096 characters in all. @source k8s.io/apiserver/pkg/warning */
const LONGEST = 256;
const MOST = 15;

/** Whether there is something to check in objects of a kind. */
export function isChecked(kind: string): boolean {
  return Object.hasOwn(SCHEMAS, kind);
}

/**
 * What `assay lint` would say of an object; its status is none of the author's doing.
 * @returns never more problems than the object has lines to mend; never throws
 */
export function checkObject(object: KubernetesObject): Problem[] {
  const { status: _status, ...authored } = object as KubernetesObject & { status?: unknown };
  const problems = validateResource(authored);
  // Beyond the schema only a sound resource can be understood.
  const isSound = problems.every(({ severity }) => severity !== 'error');
  return isSound && authored.kind !== 'Experiment' ? [...problems, ...checkAnalysis(authored as Checkable)] : problems;
}

/** One line a problem, errors first, as `kubectl apply` prints them. */
export function warningsOf(problems: readonly Problem[]): string[] {
  const errorsFirst = problems.toSorted((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'));
  const lines = errorsFirst.slice(0, MOST).map((problem) => {
    const prefix = problem.severity === 'error' ? 'assay: error: ' : 'assay: ';
    return cut(prefix + formatProblem(problem));
  });
  const left = problems.length - lines.length;
  return left > 0 ? [...lines, `assay: and ${left} more; \`assay lint\` shows all`] : lines;
}

function cut(line: string): string {
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
