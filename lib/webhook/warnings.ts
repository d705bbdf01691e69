import { lintObject } from '../lint/lint-object.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { formatProblem, type Problem, problemAt } from '../model/problem.ts';

/** API servers cut what is longer, and drop what exceeds 4,096 characters in all. @source k8s.io/apiserver/pkg/warning */
const LONGEST = 256;
const MOST = 15;

/**
 * What `assay lint` says of an object beyond its schema: that, the API server has checked before it asks here, against
 * CRDs made of the same schemas. (They would take 16 MB, too.) Queries are not read, nor is advice given: whoever applies
 * an object wants to hear what is wrong with it.
 *
 * @throws anything where the schema of the API server is another one, and lets pass what nobody could read
 */
export function checkObject(object: KubernetesObject): Problem[] {
  return lintObject(object, { hasAdvice: false }).map(({ keys, severity, message, hint, value, span, rule }) => {
    const place = span && typeof value === 'string' ? placeIn(value, span[0]) : '';
    return problemAt(keys, { message: message + place, hint, value, severity, rule });
  });
}

/** Where in a text, as lint cannot point at it here: ` (1:8)`. */
function placeIn(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return ` (${before.length}:${(before.at(-1)?.length ?? 0) + 1})`;
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
