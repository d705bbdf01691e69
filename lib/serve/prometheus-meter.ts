import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { providerTypeOf } from '../analysis/provider-type.ts';
import { findDryRun } from '../analysis/rules.ts';
import { SpecError } from '../analysis/spec-error.ts';
import { FACTS, type Facts } from '../kinds/facts/registry.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import type { AnalysisTemplate, ClusterAnalysisTemplate } from '../model/analysis-template.ts';
import type { Shown } from '../model/kind-facts.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { findMalformation } from '../model/malformed.ts';
import type { MeasurementTimes, Meter } from '../model/ports.ts';
import type { ObjectRef } from '../model/ref.ts';
import type { ResourceKind, Resources } from '../model/resources.ts';

/** The objects of a cluster, of which the gauges are made anew at each scrape. */
export interface Inventory {
  /** Of the cluster. */
  readonly name: string;
  stored<K extends ResourceKind>(kind: K): readonly Resources[K][];
}

export interface PrometheusMeter {
  readonly meter: Meter;
  /** From now on the steps of an object count. */
  meet(ref: ObjectRef): void;
  /** Drops the series of an object that was deleted; a step that was under way does not bring them back. */
  forget(ref: ObjectRef): void;
  /** The page for a scrape, in Prometheus' text format. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

const OBJECT = ['cluster', 'namespace', 'name'] as const;
/** Of a metric. */
const PHASES = ['Pending', 'Error', 'Failed', 'Successful', 'Running', 'Inconclusive'] as const;

/**
 * The metrics that Argo's controller has of each kind, under its names and labels, with `cluster` beside them, and how
 * late measurements begin.
 * @source controller/metrics of argoproj/argo-rollouts
 */
export function prometheusMeter(readInventory: () => readonly Inventory[], facts: Facts = FACTS): PrometheusMeter {
  const register = new Registry();
  const registers = [register];
  const steps = new Map<string, Steps>(facts.map(({ kind, shows }) => [kind, openSteps(registers, shows)]));
  const lateness = new Histogram({
    name: 'assay_measurement_lateness_seconds',
    help: 'Start of a measurement minus the end of the one before plus the interval.',
    labelNames: ['cluster'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 30, 60],
    registers,
  });
  const states = facts.map(({ kind, shows }) => ({ kind, ...openStates(registers, shows) }));
  const gauges = openGauges(registers);
  const endings = rememberEndings();
  const known = new Set<string>();

  return {
    meter: {
      stepped(ref, seconds) {
        if (known.has(ref.uid)) steps.get(ref.kind)?.took.observe(objectLabels(ref), seconds);
      },
      failed(ref) {
        if (known.has(ref.uid)) steps.get(ref.kind)?.failed.inc(objectLabels(ref));
      },
      measured({ cluster, uid }, times) {
        const late = known.has(uid) ? endings.lateSeconds(uid, times) : undefined;
        if (late !== undefined) lateness.observe({ cluster }, late);
      },
    },
    meet: ({ uid }) => void known.add(uid),
    forget(ref) {
      known.delete(ref.uid);
      endings.forget(ref.uid);
      steps.get(ref.kind)?.took.remove(objectLabels(ref));
      steps.get(ref.kind)?.failed.remove(objectLabels(ref));
    },
    async render() {
      for (const gauge of Object.values(gauges)) gauge.reset();
      for (const state of states) state.reset();
      for (const inventory of readInventory()) {
        const { name } = inventory;
        for (const state of states) {
          for (const object of readable(inventory.stored(state.kind))) state.show(name, object);
        }
        for (const run of readable(inventory.stored('AnalysisRun'))) showMetrics(gauges, name, run);
        const templates = [...inventory.stored('AnalysisTemplate'), ...inventory.stored('ClusterAnalysisTemplate')];
        for (const template of readable(templates)) showTemplate(gauges, name, template);
      }
      return { contentType: register.contentType, body: await register.metrics() };
    },
  };
}

function readable<T extends KubernetesObject>(objects: readonly T[]): readonly T[] {
  return objects.filter((object) => findMalformation(object) === undefined);
}

type Steps = ReturnType<typeof openSteps>;

function openSteps(registers: Registry[], { name }: Shown) {
  const prefix = prefixOf(name);
  const object = `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
  return {
    took: new Histogram({
      name: `${prefix}_reconcile`,
      help: `Seconds that a step of ${object} took, all that it reads and writes included.`,
      labelNames: OBJECT,
      buckets: [0.01, 0.15, 0.25, 0.5, 1],
      registers,
    }),
    failed: new Counter({
      name: `${prefix}_reconcile_error`,
      help: `Steps of ${object} that failed and are tried again.`,
      labelNames: OBJECT,
      registers,
    }),
  };
}

/**
 * Statuses keep whole seconds, so what they say of lateness is up to a second too much. This process knows better of
 * the measurements that it took itself.
 */
function rememberEndings() {
  const byRun = new Map<string, Map<string, number>>();
  return {
    /** Undefined for a first measurement, which waits for nothing. */
    lateSeconds(
      uid: string,
      { metric, startedMs, finishedMs, previousMs, intervalMs }: MeasurementTimes,
    ): number | undefined {
      const endings = byRun.get(uid) ?? new Map<string, number>();
      byRun.set(uid, endings);
      const knownMs = endings.get(metric);
      endings.set(metric, finishedMs);
      if (previousMs === undefined || intervalMs === undefined) return undefined;
      const isSame = knownMs !== undefined && Math.floor(knownMs / 1000) * 1000 === previousMs;
      return Math.max(startedMs - (isSame ? knownMs : previousMs) - intervalMs, 0) / 1000;
    },
    forget: (uid: string) => void byRun.delete(uid),
  };
}

function prefixOf(name: string): string {
  return name.replaceAll(' ', '_');
}

function openGauge<const Label extends string>(
  registers: Registry[],
  name: string,
  help: string,
  ...labels: readonly Label[]
) {
  return new Gauge({ name, help, labelNames: [...OBJECT, ...labels], registers });
}

/** The phase of each object of a kind. */
function openStates(registers: Registry[], { name, phases }: Shown) {
  const prefix = prefixOf(name);
  const plural = `${name.charAt(0).toUpperCase()}${name.slice(1)}s.`;
  const deprecated = `State of the ${name} (deprecated: use ${prefix}_info).`;
  const info = openGauge(registers, `${prefix}_info`, plural, 'phase');
  const state = openGauge(registers, `${prefix}_phase`, deprecated, 'phase');
  return {
    reset() {
      info.reset();
      state.reset();
    },
    show(cluster: string, object: KubernetesObject & { readonly status?: unknown }) {
      const labels = labelsOf(cluster, object);
      const phase = phaseOf(object);
      info.set({ ...labels, phase }, 1);
      for (const each of phases) state.set({ ...labels, phase: each }, isIn(each, phase));
    },
  };
}

function phaseOf({ status }: { readonly status?: unknown }): string {
  const { phase } = (status ?? {}) as { readonly phase?: unknown };
  return typeof phase === 'string' ? phase : '';
}

type Gauges = ReturnType<typeof openGauges>;

function openGauges(registers: Registry[]) {
  const gauge = <const Label extends string>(name: string, help: string, ...labels: readonly Label[]) =>
    openGauge(registers, name, help, ...labels);
  return {
    metricType: gauge('analysis_run_metric_type', 'Type of a metric of the analysis run.', 'metric', 'type'),
    metricPhase: gauge(
      'analysis_run_metric_phase',
      'State of a metric of the analysis run.',
      'metric',
      'type',
      'dry_run',
      'phase',
    ),
    templateInfo: gauge('analysis_template_info', 'Analysis templates.'),
    templateMetricInfo: gauge('analysis_template_metric_info', 'Metrics of analysis templates.', 'type', 'metric'),
  };
}

function showMetrics(gauges: Gauges, cluster: string, run: AnalysisRun): void {
  const labels = labelsOf(cluster, run);
  const dryRun = dryRunOf(run);
  for (const metric of run.spec.metrics) {
    const type = providerTypeOf(metric.provider);
    const result = run.status?.metricResults?.find(({ name }) => name === metric.name);
    const metricLabels = { ...labels, metric: metric.name, type };
    gauges.metricType.set(metricLabels, 1);
    for (const each of PHASES) {
      const dry_run = String(dryRun.has(metric.name));
      gauges.metricPhase.set({ ...metricLabels, dry_run, phase: each }, isIn(each, result?.phase ?? ''));
    }
  }
}

function showTemplate(gauges: Gauges, cluster: string, template: AnalysisTemplate | ClusterAnalysisTemplate): void {
  const labels = labelsOf(cluster, template);
  gauges.templateInfo.set(labels, 1);
  for (const { name, provider } of template.spec.metrics ?? []) {
    gauges.templateMetricInfo.set({ ...labels, type: providerTypeOf(provider), metric: name }, 1);
  }
}

/** What has not begun counts as pending. */
function isIn(phase: string, actual: string): 0 | 1 {
  return phase === (actual || 'Pending') ? 1 : 0;
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

function labelsOf(cluster: string, { metadata: { namespace = '', name = '' } }: KubernetesObject) {
  return objectLabels({ cluster, namespace, name });
}

function objectLabels({ cluster, namespace, name }: Pick<ObjectRef, 'cluster' | 'namespace' | 'name'>) {
  return { cluster, namespace, name };
}
