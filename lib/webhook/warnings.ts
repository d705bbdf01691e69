import { checkAnalysis, type Checkable } from '../analysis/check.ts';
import { findInvalidSpec } from '../experiment/invalid-spec.ts';
import type { WatchedKind } from '../kinds/facts/registry.ts';
import type { Experiment } from '../model/experiment.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { formatProblem, type Problem, problemAt } from '../model/problem.ts';
import type { Rollout } from '../model/rollout.ts';
import { validateRollout } from '../rollout/validate.ts';
import { checkSchedule, type ScheduledTemplate } from '../schedule/schedule.ts';

/** API servers cut what is longer, and drop what exceeds 4,096 characters in all. @source k8s.io/apiserver/pkg/warning */
const LONGEST = 256;
const MOST = 15;

/**
 * What `assay lint` says of an object beyond its schema: that, the API server has checked before it asks here, against
 * CRDs made of the same schemas. (They would take 16 MB, too.)
 *
 * @throws anything where the schema of the API server is another one, and lets pass what nobody could read
 */
export function checkObject(object: KubernetesObject): Problem[] {
  return isChecked(object.kind) ? CHECKS[object.kind](object) : [];
}

/** What is looked after, and what is read for it: each kind of these facts has a line. */
type CheckedKind = WatchedKind | 'AnalysisTemplate' | 'ClusterAnalysisTemplate';

const CHECKS: Readonly<Record<CheckedKind, (object: KubernetesObject) => Problem[]>> = {
  AnalysisTemplate: checkTemplate,
  ClusterAnalysisTemplate: checkTemplate,
  AnalysisRun: (object) => checkAnalysis(object as Checkable),
  Experiment: (object) => checkExperiment(object as Experiment),
  Rollout: (object) => validateRollout(object as Rollout).map((message) => problemAt(['spec'], { message })),
};

function isChecked(kind: string): kind is CheckedKind {
  return Object.hasOwn(CHECKS, kind);
}

function checkTemplate(object: KubernetesObject): Problem[] {
  return [...checkAnalysis(object as Checkable), ...checkSchedule(object as ScheduledTemplate)];
}

function checkExperiment(experiment: Experiment): Problem[] {
  const message = findInvalidSpec(experiment);
  return message === undefined ? [] : [problemAt(['spec'], { message })];
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
