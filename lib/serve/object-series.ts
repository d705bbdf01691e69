import { providerTypeOf } from '../analysis/provider-type.ts';
import { findDryRun } from '../analysis/rules.ts';
import { SpecError } from '../analysis/spec-error.ts';
import type { Facts } from '../kinds/facts/registry.ts';
import type { AnalysisRun, Metric } from '../model/analysis-run.ts';
import type { AnalysisTemplate, ClusterAnalysisTemplate } from '../model/analysis-template.ts';
import type { Shown } from '../model/kind-facts.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { LIMITS } from '../model/limits.ts';
import type { ResourceKind, Resources } from '../model/resources.ts';
import { type Family, type Labels, labelText, sampleLine } from './exposition.ts';

/** Series that are told from the objects as they are stored. */
export interface ObjectFamily extends Family {
  /** Whose objects; in this order. */
  readonly kinds: readonly ResourceKind[];
  /** The samples of one object. */
  tell(cluster: string, object: KubernetesObject): string;
}

/** Those of every kind, and what Argo's controller has of runs and templates. */
export function objectFamilies(facts: Facts): readonly ObjectFamily[] {
  return [...facts.flatMap(({ kind, shows }) => stateFamilies(kind, shows)), ...RUN_FAMILIES, ...TEMPLATE_FAMILIES];
}

type Sample = readonly [labels: Labels, value: 0 | 1];

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
      const lines = new Map<string, 0 | 1>();
      for (const [labels, value] of samples(object as Resources[K])) {
        lines.set(labelText({ cluster, namespace, name: objectName, ...labels }), value);
      }
      return [...lines].map(([labels, value]) => sampleLine(name, labels, value)).join('');
    },
  };
}

/** The phase of each object of a kind. */
function stateFamilies(kind: ResourceKind, { name, phases }: Shown): readonly ObjectFamily[] {
  const prefix = name.replaceAll(' ', '_');
  const plural = `${name.charAt(0).toUpperCase()}${name.slice(1)}s.`;
  const deprecated = `State of the ${name} (deprecated: use ${prefix}_info).`;
  return [
    gauge(`${prefix}_info`, plural, [kind], (object) => [[{ phase: phaseOf(object) }, 1]]),
    gauge(`${prefix}_phase`, deprecated, [kind], (object) => {
      const actual = phaseOf(object);
      return phases.map((phase) => [{ phase }, isIn(phase, actual)]);
    }),
  ];
}

function phaseOf(object: KubernetesObject & { readonly status?: unknown }): string {
  const { phase } = (object.status ?? {}) as { readonly phase?: unknown };
  return typeof phase === 'string' ? phase : '';
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

function dryRunOf({ spec }: AnalysisRun): ReadonlySet<string> {
  try {
    const names = spec.metrics.map(({ name }) => name);
    return findDryRun(spec.dryRun ?? [], names);
  } catch (error) {
    if (error instanceof SpecError) return new Set();
    throw error;
  }
}
