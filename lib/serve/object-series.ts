import { providerTypeOf } from '../analysis/provider-type.ts';
import { findDryRun } from '../analysis/rules.ts';
import { SpecError } from '../analysis/spec-error.ts';
import type { Facts } from '../kinds/facts/registry.ts';
import type { AnalysisRun, Metric } from '../model/analysis-run.ts';
import type { AnalysisTemplate, ClusterAnalysisTemplate } from '../model/analysis-template.ts';
import type { Shown, ShownState } from '../model/kind-facts.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { LIMITS } from '../model/limits.ts';
import type { ResourceKind, Resources } from '../model/resources.ts';
import type { Rollout } from '../model/rollout.ts';
import { type Family, type Labels, labelText, sampleLine } from './exposition.ts';

/** Series that are told from the objects as they are stored. */
export interface ObjectFamily extends Family {
  /** Whose objects; in this order. */
  readonly kinds: readonly ResourceKind[];
  /** The samples of one object. */
  tell(cluster: string, object: KubernetesObject): string;
}

/** Those of every kind, and what Argo's controller has of runs, templates and Rollouts. */
export function objectFamilies(facts: Facts): readonly ObjectFamily[] {
  const states = facts.flatMap(({ kind, shows }) => stateFamilies(kind, shows));
  const hasRollouts = facts.some(({ kind }) => kind === 'Rollout');
  return [...states, ...RUN_FAMILIES, ...TEMPLATE_FAMILIES, ...(hasRollouts ? ROLLOUT_FAMILIES : [])];
}

type Sample = readonly [labels: Labels, value: number];

function gauge<K extends ResourceKind>(
  name: string,
  help: string,
  kinds: readonly K[],
  samples: (object: Resources[K]) => Iterable<Sample>,
): ObjectFamily {
  return {
    name,
    help,
    type: 'gauge',
    kinds,
    tell(cluster, object) {
      const { namespace = '', name: objectName = '' } = object.metadata;
      // Whoever names two metrics alike has one series of both, which says what the last one is.
      const lines = new Map<string, number>();
      for (const [labels, value] of samples(object as Resources[K])) {
        lines.set(labelText({ cluster, namespace, name: objectName, ...labels }), value);
      }
      return [...lines].map(([labels, value]) => sampleLine(name, labels, value)).join('');
    },
  };
}

/** The phase of each object of a kind. */
function stateFamilies(kind: ResourceKind, { name, phases, stateOf = storedState }: Shown): readonly ObjectFamily[] {
  const prefix = name.replaceAll(' ', '_');
  const plural = `${name.charAt(0).toUpperCase()}${name.slice(1)}s.`;
  const deprecated = `State of the ${name} (deprecated: use ${prefix}_info).`;
  return [
    gauge(`${prefix}_info`, plural, [kind], (object) => {
      const { phase, labels, infoLabels } = stateOf(object);
      return [[{ ...labels, ...infoLabels, phase }, 1]];
    }),
    gauge(`${prefix}_phase`, deprecated, [kind], (object) => {
      const { phase: actual, labels } = stateOf(object);
      return phases.map((phase) => [{ ...labels, phase }, isIn(phase, actual)]);
    }),
  ];
}

function storedState(object: KubernetesObject & { readonly status?: unknown }): ShownState {
  const { phase } = (object.status ?? {}) as { readonly phase?: unknown };
  return { phase: typeof phase === 'string' ? phase : '', labels: {}, infoLabels: {} };
}

/** What has not begun counts as pending. */
function isIn(phase: string, actual: string): 0 | 1 {
  return phase === (actual || 'Pending') ? 1 : 0;
}

/** Those that a page has room for that tells of others too: no more than a run may have, and no names that fill it. */
function shown(metrics: readonly Metric[]): readonly Metric[] {
  return metrics.length > LIMITS.metrics ? [] : metrics.filter(({ name }) => name.length <= LIMITS.ruleCharacters);
}

/** Of a metric. */
const PHASES = ['Pending', 'Error', 'Failed', 'Successful', 'Running', 'Inconclusive'] as const;

const RUN_FAMILIES: readonly ObjectFamily[] = [
  gauge('analysis_run_metric_type', 'Type of a metric of the analysis run.', ['AnalysisRun'], ({ spec }) =>
    shown(spec.metrics).map(({ name, provider }) => [{ metric: name, type: providerTypeOf(provider) }, 1]),
  ),
  gauge('analysis_run_metric_phase', 'State of a metric of the analysis run.', ['AnalysisRun'], (run) => {
    const dryRun = dryRunOf(run);
    return shown(run.spec.metrics).flatMap(({ name, provider }) => {
      const result = run.status?.metricResults?.find((each) => each.name === name);
      const about = { metric: name, type: providerTypeOf(provider), dry_run: String(dryRun.has(name)) };
      return PHASES.map((phase): Sample => [{ ...about, phase }, isIn(phase, result?.phase ?? '')]);
    });
  }),
];

const TEMPLATES = ['AnalysisTemplate', 'ClusterAnalysisTemplate'] as const;
type Template = AnalysisTemplate | ClusterAnalysisTemplate;

const TEMPLATE_FAMILIES: readonly ObjectFamily[] = [
  gauge('analysis_template_info', 'Analysis templates.', TEMPLATES, () => [[{}, 1]]),
  gauge('analysis_template_metric_info', 'Metrics of analysis templates.', TEMPLATES, ({ spec }: Template) =>
    shown(spec.metrics ?? []).map(({ name, provider }) => [{ type: providerTypeOf(provider), metric: name }, 1]),
  ),
];

const ROLLOUT_FAMILIES: readonly ObjectFamily[] = [
  replicas('available', 'available pods', ({ status }) => status?.availableReplicas ?? 0),
  replicas(
    'unavailable',
    'pods that are not available',
    ({ status }) => (status?.replicas ?? 0) - (status?.availableReplicas ?? 0),
  ),
  replicas('desired', 'pods that are wanted', ({ spec }) => spec.replicas ?? 1),
  replicas('updated', 'pods as the template wants them', ({ status }) => status?.updatedReplicas ?? 0),
];

function replicas(name: string, what: string, count: (rollout: Rollout) => number): ObjectFamily {
  return gauge(`rollout_info_replicas_${name}`, `How many ${what} a rollout has.`, ['Rollout'], (rollout) => [
    [{}, count(rollout)],
  ]);
}

function dryRunOf({ spec }: AnalysisRun): ReadonlySet<string> {
  try {
    const names = spec.metrics.map(({ name }) => name);
    return findDryRun(spec.dryRun ?? [], names);
  } catch (error) {
    if (error instanceof SpecError) return new Set();
    throw error;
  }
}
