import type { AnalysisPhase, AnalysisRun, Argument, Metric, MetricResult } from '../../lib/model/analysis-run.ts';
import type { AnalysisTemplateRef, AnalysisTemplateSpec } from '../../lib/model/analysis-template.ts';
import { formatDuration, parseDuration } from '../../lib/model/duration.ts';
import {
  mergeArgs,
  requireValues,
  resolveMetric,
  resolveTemplate,
  resolveTemplateQuoted,
} from '../../lib/analysis/arguments.ts';
import { assessMetric, exceededLimit } from '../../lib/analysis/assess.ts';
import { findNextAt, findTasks } from '../../lib/analysis/due.ts';
import { resolveExperimentArgument } from '../../lib/analysis/experiment-arguments.ts';
import { findRunsToDelete } from '../../lib/rollout/analysis-history.ts';
import { rolloutLabels } from '../../lib/rollout/labels.ts';
import { POD_HASH_LABEL } from '../../lib/model/labels.ts';
import { effectiveCount, int32Of, integerOf, type IntOrString } from '../../lib/analysis/limits.ts';
import { findName, isSameAnalysis, jobName, measurementKey } from '../../lib/analysis/names.ts';
import { isFinished, isWorse, worstOf } from '../../lib/analysis/phases.ts';
import { providerTypeOf } from '../../lib/analysis/provider-type.ts';
import { isTerminating } from '../../lib/analysis/results.ts';
import {
  buildRolloutArguments,
  type RolloutArgument,
  type RolloutDocument,
} from '../../lib/rollout/analysis-arguments.ts';
import { newRunFromRollout, type RolloutAnalysis } from '../../lib/rollout/analysis-run.ts';
import { findDryRun, findRetention } from '../../lib/analysis/rules.ts';
import {
  filterUnique,
  flattenTemplates,
  newRunFromTemplates,
  type RunRequest,
  type Template,
  templatesFromRefs,
  type TemplateSource,
} from '../../lib/analysis/templates.ts';
import { isTtlExceeded } from '../../lib/analysis/ttl.ts';
import { findInvalidMetric } from '../../lib/analysis/validate.ts';
import { differ, withoutEmpty } from './analysis-compare.ts';

export interface PureVector {
  readonly id: string;
  readonly fn: string;
  readonly in: unknown;
  readonly out?: unknown;
  readonly error?: string;
}

/** Calls what the vector names. @returns the difference, undefined if there is none */
export function replayPure({ fn, in: input, out, error }: PureVector): string | undefined {
  const run = FUNCTIONS[fn];
  if (run === undefined) return `${fn}: unknown function`;
  const got = attempt(() => run(input as never));
  if (error !== undefined) return differ('error', error, got.error);
  return differ('error', undefined, got.error) ?? differ('out', plain(out), plain(got.out));
}

/** Go writes a list of nothing as null or as [], whichever way it was made. */
function plain(value: unknown): unknown {
  const rest = withoutEmpty(value) ?? null;
  return Array.isArray(rest) && rest.length === 0 ? null : rest;
}

function attempt(run: () => unknown): { readonly out?: unknown; readonly error?: string } {
  try {
    return { out: run() };
  } catch (error) {
    if (error instanceof TypeError || !(error instanceof Error)) throw error;
    return { error: error.message };
  }
}

type Args = readonly Argument[] | null;
interface TemplateInput {
  readonly templates?: readonly Template[] | null;
  readonly clusterTemplates?: readonly Template[] | null;
}
type Specs = Readonly<Record<string, AnalysisTemplateSpec>>;
interface NamedRun {
  readonly name: string;
  readonly ownerUID?: string;
  readonly phase?: AnalysisPhase;
  readonly spec: AnalysisRun['spec'];
}

/** Each takes what a vector has for it. */
const FUNCTIONS: Readonly<Record<string, (input: never) => unknown>> = {
  assessMetricStatus: (input: { metric: Metric; result: MetricResult; terminating: boolean }) =>
    assessMetric(input.metric, input.result, input.terminating),
  assessMetricFailureInconclusiveOrError: (input: { metric: Metric; result: MetricResult }) =>
    exceededLimit(input.metric, input.result) ?? { phase: '', message: '' },
  worst: (input: { current: AnalysisPhase; new: AnalysisPhase }) => ({
    isWorse: isWorse(input.current, input.new),
    worst: worstOf(input.current, input.new),
  }),
  phaseCompleted: (input: { phase: AnalysisPhase }) => isFinished(input.phase),
  isTerminating: (input: AnalysisRun) => isTerminating(input),
  effectiveCount: (input: Metric) => {
    const count = effectiveCount(input);
    return count === undefined ? null : { raw: count, intValue: Number(integerOf(count)), int32: int32Of(count) };
  },
  intOrStringValue: (input: { value: IntOrString }) => ({
    intValue: Number(integerOf(input.value)),
    int32: int32Of(input.value),
    string: String(input.value),
  }),
  parseDuration: (input: { value: string }) => {
    const ns = parseDuration(input.value);
    return { ns: String(ns), goString: formatDuration(ns) };
  },
  validateMetrics: (input: { metrics: readonly Metric[] | null }) => fail(findInvalidMetric(input.metrics ?? [])),
  providerType: (input: { metric: Metric }) => providerTypeOf(input.metric.provider),
  dryRunMetrics: (input: { rules: readonly { metricName: string }[]; metricNames: readonly string[] }) =>
    [...findDryRun(input.rules, input.metricNames)].toSorted(),
  measurementRetentionMetrics: (input: {
    rules: readonly { metricName: string; limit: number }[];
    metricNames: readonly string[];
  }) => Object.fromEntries(findRetention(input.rules, input.metricNames)),

  resolveArgs: (input: { args: Args }) => requireValues(input.args ?? []),
  mergeArgs: (input: { incoming: Args; template: Args }) => mergeArgs(input.incoming ?? [], input.template ?? []),
  resolveTemplate: (input: { template: string; args: Args }) => resolveTemplate(input.template, input.args ?? []),
  resolveTemplateQuoted: (input: { template: string; args: Args }) =>
    resolveTemplateQuoted(input.template, input.args ?? []),
  resolveMetricArgs: (input: { metric: Metric; args: Args }) => resolveMetric(input.metric, input.args ?? []),
  buildArgumentsForRollout: (input: {
    args: readonly RolloutArgument[];
    newPodHash: string;
    stablePodHash: string;
    rollout: RolloutDocument;
  }) => {
    const hashes = { latest: input.newPodHash, stable: input.stablePodHash };
    const { args, problem } = buildRolloutArguments(input.args, hashes, input.rollout);
    return fail(problem) ?? args;
  },
  resolveExperimentArgsValue: (input: {
    template: string;
    experiment: {
      spec: { duration?: string; templates: readonly { name: string }[] };
      status?: { availableAt?: string };
    };
    replicaSets: Readonly<Record<string, { name: string; podTemplateHash: string }>>;
  }) => {
    const { spec, status } = input.experiment;
    const templates = spec.templates.flatMap(({ name }) => {
      const set = input.replicaSets[name];
      return set ? [{ name, replicaSetName: set.name, podTemplateHash: set.podTemplateHash }] : [];
    });
    return resolveExperimentArgument(input.template, {
      availableAt: status?.availableAt,
      duration: spec.duration,
      templates,
    });
  },

  flattenTemplates: (input: TemplateInput) => flattenTemplates(bothScopes(input)),
  newAnalysisRunFromTemplates: (
    input: TemplateInput &
      Omit<RunRequest, 'metadata'> &
      Readonly<Record<'name' | 'namespace', string>> & {
        labels: Readonly<Record<string, string>>;
        annotations: Readonly<Record<string, string>>;
      },
  ) => {
    const { name, namespace, labels, annotations } = input;
    return essence(
      newRunFromTemplates(bothScopes(input), { ...input, metadata: { name, namespace, labels, annotations } }),
    );
  },
  filterUniqueTemplates: (input: { templates: readonly string[]; clusterTemplates: readonly string[] }) =>
    names(filterUnique({ templates: input.templates.map(named), clusterTemplates: input.clusterTemplates.map(named) })),
  templatesFromRefs: (input: {
    refs: readonly AnalysisTemplateRef[];
    analysisTemplates?: Specs;
    clusterAnalysisTemplates?: Specs;
  }) => names(templatesFromRefs(input.refs, sourceOf(input))),
  newAnalysisRunFromRollout: (input: {
    rollout: Readonly<Record<'name' | 'namespace' | 'revision' | 'uid', string>> & {
      matchLabels: Readonly<Record<string, string>>;
    };
    analysis: RolloutAnalysis;
    analysisTemplates?: Specs;
    clusterAnalysisTemplates?: Specs;
    podHash: string;
    infix?: string;
    labels?: Readonly<Record<string, string>>;
    args?: Args;
  }) => {
    const { name, namespace, uid, revision, matchLabels } = input.rollout;
    const annotations = { 'rollout.argoproj.io/revision': revision };
    const rollout = { metadata: { name, namespace, uid, annotations }, spec: { selector: { matchLabels } } };
    const { podHash, infix = '', labels = {}, args } = input;
    const details = { podHash, infix, labels, args: args ?? [] };
    return essence(newRunFromRollout(rollout, input.analysis, details, sourceOf(input)));
  },

  createWithCollisionCounter: (input: { run: NamedRun; existing: readonly NamedRun[] }) => {
    const existing = new Map(input.existing.map((run) => [run.name, runOf(run)]));
    const { is, name } = findName(runOf(input.run), (wanted) => existing.get(wanted));
    return { name, created: is === 'create' };
  },
  isSemanticallyEqual: (input: Readonly<Record<'left' | 'right', AnalysisRun['spec']>>) =>
    isSameAnalysis(input.left, input.right),
  labels: (input: { kind: string; podHash: string; instanceID: string; stepIndex?: number }) => {
    const purpose = PURPOSES[input.kind] ?? { is: 'Step' as const, index: input.stepIndex ?? 0 };
    return rolloutLabels(purpose, input.podHash, input.instanceID);
  },
  jobName: (input: { uid: string; metricName: string; metricResults?: MetricResult[] }) =>
    jobName(
      measurementKey(
        { metadata: { uid: input.uid }, status: { phase: 'Running', metricResults: input.metricResults ?? [] } },
        input.metricName,
      ),
    ),
  filterAnalysisRunsToDelete: (input: {
    analysisRuns: readonly { name: string; creationTimestamp: string; phase: AnalysisPhase; podHash?: string }[];
    replicaSets: readonly { podHash?: string; deleting?: boolean }[];
    limitSuccessful: number;
    limitUnsuccessful: number;
  }) => {
    const runs = input.analysisRuns.map(({ name, creationTimestamp, phase, podHash }): AnalysisRun => ({
      ...runOf({ name, phase, spec: { metrics: [] } }),
      metadata: { name, creationTimestamp, labels: hashLabel(podHash) },
    }));
    const sets = input.replicaSets.map(({ podHash, deleting }) => ({
      metadata: { labels: hashLabel(podHash), ...(deleting === true && { deletionTimestamp: '2025-06-01T12:00:00Z' }) },
    }));
    const limits = { successful: input.limitSuccessful, unsuccessful: input.limitUnsuccessful };
    return findRunsToDelete(runs, sets, limits).map(({ metadata }) => metadata.name);
  },
  ttlExceeded: (input: { run: AnalysisRun; now: string }) => isTtlExceeded(input.run, new Date(input.now)),
  tasksAndNext: (input: { run: AnalysisRun; now: string }) => {
    const { run } = input;
    const now = new Date(input.now);
    const { metrics } = run.spec;
    return {
      tasks: findTasks(run, metrics, now).map(({ index, does }) => ({
        metric: metrics[index]?.name,
        op: does === 'run' ? 'run' : 'resumeOrTerminate',
      })),
      next:
        findNextAt(metrics, run.status ?? { phase: '' }, now)
          ?.toISOString()
          .replace(/\.?0*Z$/, 'Z') ?? null,
      terminating: isTerminating(run),
    };
  },
};

const PURPOSES = {
  background: { is: 'Background' },
  prePromotion: { is: 'PrePromotion' },
  postPromotion: { is: 'PostPromotion' },
} as Readonly<Record<string, { is: 'Background' | 'PrePromotion' | 'PostPromotion' }>>;

function fail(problem: string | undefined): undefined {
  if (problem !== undefined) throw new Error(problem);
  return undefined;
}

function bothScopes({ templates, clusterTemplates }: TemplateInput) {
  return { templates: templates ?? [], clusterTemplates: clusterTemplates ?? [] };
}

function named(name: string): Template {
  return { metadata: { name }, spec: {} };
}

function names({ templates, clusterTemplates }: ReturnType<typeof filterUnique>) {
  return {
    templates: templates.map(({ metadata }) => metadata.name),
    clusterTemplates: clusterTemplates.map(({ metadata }) => metadata.name),
  };
}

function sourceOf(input: { analysisTemplates?: Specs; clusterAnalysisTemplates?: Specs }): TemplateSource {
  const lookUp =
    (specs: Specs = {}) =>
    (name: string) => {
      const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
      return spec && { metadata: { name }, spec };
    };
  return { template: lookUp(input.analysisTemplates), clusterTemplate: lookUp(input.clusterAnalysisTemplates) };
}

function essence({ metadata, spec }: AnalysisRun) {
  return { metadata, spec };
}

function runOf({ name, ownerUID, phase, spec }: NamedRun): AnalysisRun {
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'owner', controller: true };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: { name, ...(ownerUID !== undefined && { ownerReferences: [{ ...owner, uid: ownerUID }] }) },
    spec,
    ...(phase !== undefined && { status: { phase } }),
  };
}

function hashLabel(hash: string | undefined): Readonly<Record<string, string>> {
  return hash === undefined ? {} : { [POD_HASH_LABEL]: hash };
}
