import type { TemplateSource } from '../analysis/templates.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import type { Experiment } from '../model/experiment.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import type { Found, Reply } from '../model/reply.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';

export type Service = KubernetesObject & { readonly spec?: unknown };

/**
 * All a decision may look at. `needs` says what must be read for it.
 */
export interface SeenExperiment {
  readonly object: Experiment;
  /** Of the namespace; those of others are passed over. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Of the namespace, likewise. */
  readonly services: readonly Service[];
  /** By name. One that is missing here does not exist. */
  readonly runs: ReadonlyMap<string, Found<AnalysisRun>>;
  readonly templates: TemplateSource;
  /** Whether the Rollout that owns the experiment exists: then it is told what becomes of the analyses. */
  readonly hasRollout?: boolean;
  /**
   * ReplicaSets that `findToScaleUp` named, read again, by name. Wanted only where `replicaSets` may be out of date,
   * as a watched store may be: without it, that list is believed.
   */
  readonly fresh?: ReadonlyMap<string, Found<ReplicaSet>>;
  /** What the changes of this very decision have given so far: see `Writes`. */
  readonly replies?: readonly Reply[];
}
