import { countProviders, providerFieldOf } from '../analysis/provider-type.ts';
import type { AnalysisRun, Argument, Metric } from '../model/analysis-run.ts';
import type { AnalysisTemplate, AnalysisTemplateSpec, ClusterAnalysisTemplate } from '../model/analysis-template.ts';
import type { Experiment } from '../model/experiment.ts';
import { isObject } from '../model/is-object.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import type { MetricValue } from '../model/metric-value.ts';
import type { Keys } from '../model/problem.ts';
import type { Rollout } from '../model/rollout.ts';
import type { ProviderRow } from '../model/provider-row.ts';
import { PROVIDER_ROWS, type ProviderField } from '../model/provider-rows.ts';
import { type Condition, conditionsOf } from './condition.ts';
import type { ReadPromQl } from './promql-query.ts';
import { type Query, queryOf } from './query.ts';
import { type KnownValues, knownValues } from './values.ts';

/** An analysis: a template, or a run. */
export interface AnalysisSubject {
  readonly kind: 'AnalysisTemplate' | 'ClusterAnalysisTemplate' | 'AnalysisRun';
  /** Of a run everything is there; of a template, the rest may come from where it is used. */
  readonly isRun: boolean;
  /** It refers to other templates, whose metrics and arguments are not looked at. */
  readonly hasMore: boolean;
  readonly spec: AnalysisTemplateSpec;
  readonly args: readonly Argument[];
  readonly values: KnownValues;
  readonly metrics: readonly MetricSubject[];
  /** Plugins that are served; undefined: nobody said. */
  readonly plugins: readonly string[] | undefined;
}

export interface MetricSubject {
  readonly metric: Metric;
  readonly keys: Keys;
  readonly analysis: AnalysisSubject;
  /** The provider that measures; undefined where there is none, or more than one. */
  readonly provided: Provided | undefined;
  /** The query of a Prometheus metric, where there is a reader. */
  readonly query: Query | undefined;
  /** What the conditions see, as far as it is known. */
  readonly resultType: MetricValue['type'] | 'unknown';
  readonly conditions: readonly Condition[];
}

/** The provider's own part of a metric. */
export interface Provided {
  readonly field: ProviderField;
  readonly row: ProviderRow;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly keys: Keys;
}

/** A pod that somebody makes. Nothing is known of its fields' types: CRDs keep it as it stands. */
export interface PodSubject {
  readonly owner: 'Job' | 'Experiment';
  /** Of a Job: its `spec`. */
  readonly job?: Readonly<Record<string, unknown>>;
  /** Of a Job: the way to its `spec`. */
  readonly jobKeys?: Keys;
  readonly template: Readonly<Record<string, unknown>>;
  readonly keys: Keys;
}

export type Analysis = AnalysisRun | AnalysisTemplate | ClusterAnalysisTemplate;

const ANALYSES: ReadonlySet<string> = new Set(['AnalysisRun', 'AnalysisTemplate', 'ClusterAnalysisTemplate']);

export function isAnalysis(object: KubernetesObject): object is Analysis {
  return ANALYSES.has(object.kind);
}

export function isRollout(object: KubernetesObject): object is Rollout {
  return object.kind === 'Rollout';
}

export function isExperiment(object: KubernetesObject): object is Experiment {
  return object.kind === 'Experiment';
}

/**
 * @param tools.readPromQl  without it nothing is known of queries
 * @param tools.plugins     that are served; without it nothing is known of them
 */
export function analysisSubject(
  object: Analysis,
  {
    readPromQl,
    plugins,
  }: { readonly readPromQl?: ReadPromQl | undefined; readonly plugins?: readonly string[] | undefined } = {},
): AnalysisSubject {
  const spec: AnalysisTemplateSpec = object.spec;
  const { args = [], templates = [] } = spec;
  const metrics: MetricSubject[] = [];
  const analysis: AnalysisSubject = {
    kind: object.kind,
    isRun: object.kind === 'AnalysisRun',
    hasMore: templates.length > 0,
    spec,
    args,
    values: knownValues(args),
    metrics,
    plugins,
  };
  for (const [index, metric] of (spec.metrics ?? []).entries()) {
    metrics.push(metricSubject(metric, ['spec', 'metrics', index], analysis, readPromQl));
  }
  return analysis;
}

function metricSubject(
  metric: Metric,
  keys: Keys,
  analysis: AnalysisSubject,
  readPromQl: ReadPromQl | undefined,
): MetricSubject {
  const provided = providedOf(metric, keys);
  const query =
    readPromQl && provided?.field === 'prometheus' ? queryOf(provided, analysis.values, readPromQl) : undefined;
  const resultType = provided?.row.resultType ?? query?.resultType ?? 'unknown';
  const conditions = conditionsOf(metric, keys, analysis.values, resultType);
  return { metric, keys, analysis, provided, query, resultType, conditions };
}

function providedOf({ provider }: Metric, keys: Keys): Provided | undefined {
  const field = providerFieldOf(provider);
  const spec = field && provider[field];
  if (field === undefined || countProviders(provider) !== 1 || !isObject(spec)) return undefined;
  return { field, row: PROVIDER_ROWS[field], spec, keys: [...keys, 'provider', field] };
}

/** The pods that an object's Jobs or ReplicaSets make. */
export function podSubjects(object: KubernetesObject, analysis: AnalysisSubject | undefined): PodSubject[] {
  if (isExperiment(object)) {
    return object.spec.templates.map(({ template }, index) => ({
      owner: 'Experiment',
      template,
      keys: ['spec', 'templates', index, 'template'],
    }));
  }
  return (analysis?.metrics ?? []).flatMap(({ provided }) => {
    const job = provided?.field === 'job' ? provided.spec['spec'] : undefined;
    if (!provided || !isObject(job) || !isObject(job['template'])) return [];
    const jobKeys = [...provided.keys, 'spec'];
    return [{ owner: 'Job', job, jobKeys, template: job['template'], keys: [...jobKeys, 'template'] }];
  });
}
