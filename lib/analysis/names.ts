import { byteLength, byteSlice } from '../expression/go/strings.ts';
import type { AnalysisRun, AnalysisRunSpec } from '../model/analysis-run.ts';
import { controllerOf } from '../model/controller-of.ts';
import { formatKey, type MeasurementKey } from '../model/measurement-key.ts';
import { essentialsJson } from './metric-json.ts';
import { isFinished } from './phases.ts';
import { resultsOf } from './results.ts';
import { SpecError } from './spec-error.ts';

/** The longest name that a Job may have, in bytes. */
const DNS_LIMIT = 63;

/** The key of a metric's next measurement, which is also that of the one under way: it counts only when it ends. */
export function measurementKey(run: Pick<AnalysisRun, 'metadata' | 'status'>, metricName: string): MeasurementKey {
  const { count = 0, error = 0 } = resultsOf(run.status).get(metricName) ?? {};
  return { uid: run.metadata.uid ?? '', metric: metricName, number: count + error + 1 };
}

/**
 * The name of the Job that takes a measurement: `<uid>.<metric>.<number>`, counting every measurement ever taken. Where
 * that is too long, the metric's name is cut, be it within a character, whose bytes then become U+FFFD each, as in JSON.
 * Dashes and dots at the end of the cut go too, for no name may have them there.
 *
 * @param mark  something that tells apart metrics whose names are cut to the same: put behind what is left of the name
 * @source newJobName in metricproviders/job/job.go of argoproj/argo-rollouts, which fails where there is nothing left
 *         to cut
 */
export function jobName(key: MeasurementKey, mark = ''): string {
  const { metric } = key;
  const excess = byteLength(formatKey(key)) + byteLength(mark) - DNS_LIMIT;
  if (excess <= 0) return formatKey({ ...key, metric: metric + mark });
  const cut = byteSlice(metric, 0, Math.max(0, byteLength(metric) - excess));
  return formatKey({ ...key, metric: cut.toWellFormed().replace(/[-.]+$/, '') + mark });
}

/**
 * Whether two runs are the same analysis: metrics, arguments and rules, but not how long they are kept or whether
 * they were stopped. `count: 1` and `count: "1"` are not the same.
 *
 * @source IsSemanticallyEqual in utils/analysis/helpers.go of argoproj/argo-rollouts
 */
export function isSameAnalysis(left: AnalysisRunSpec, right: AnalysisRunSpec): boolean {
  return essentialsJson(left) === essentialsJson(right);
}

/** What is to be done about a name that may be taken. */
export type Naming =
  | { readonly is: 'create'; readonly name: string }
  /** A run of the same controller, of the same analysis, is under way: it is the one that was asked for. */
  | { readonly is: 'reuse'; readonly name: string };

/**
 * Finds a name for a run: its own, or the first of `.1`, `.2`, … that is free.
 *
 * @param existing  the run of a name, if there is one
 * @throws SpecError if the run has no controller
 * @source CreateWithCollisionCounter in utils/analysis/helpers.go of argoproj/argo-rollouts
 */
export function findName(run: AnalysisRun, existing: (name: string) => AnalysisRun | undefined): Naming {
  const controller = controllerOf(run)?.uid;
  if (controller === undefined) throw new SpecError('Supplied run does not have an owner reference');
  const base = run.metadata.name ?? '';
  for (let collisions = 0; ; collisions += 1) {
    const name = collisions === 0 ? base : `${base}.${collisions}`;
    const taken = existing(name);
    if (taken === undefined) return { is: 'create', name };
    const isOurs = controllerOf(taken)?.uid === controller && isSameAnalysis(run.spec, taken.spec);
    if (isOurs && !isFinished(taken.status?.phase)) return { is: 'reuse', name };
  }
}
