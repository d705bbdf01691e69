import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { providerTypeOf } from '../analysis/provider-type.ts';
import { findDryRun } from '../analysis/rules.ts';
import { SpecError } from '../analysis/spec-error.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import type { AnalysisTemplate, ClusterAnalysisTemplate } from '../model/analysis-template.ts';
import type { Experiment } from '../model/experiment.ts';
import { findMalformation } from '../model/malformed.ts';
import type { MeasurementTimes, Meter } from '../model/ports.ts';
import type { ObjectRef } from '../model/ref.ts';

/** What the gauges are made of, read anew at each scrape. */
export interface Inventory {
  readonly cluster: string;
  readonly runs: readonly AnalysisRun[];
  readonly experiments: readonly Experiment[];
  readonly templates: readonly (AnalysisTemplate | ClusterAnalysisTemplate)[];
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
const PHASES = ['Pending', 'Error', 'Failed', 'Successful', 'Running', 'Inconclusive'] as const;
/** Argo's has no series for experiments that failed; `experiment_info` tells of them. */
const EXPERIMENT_PHASES = PHASES.filter((phase) => phase !== 'Failed');

/**
 * The metrics that Argo's controller has of analysis and experiments, under its names and labels, with `cluster` beside them, and
 * how late measurements begin.
 * @source controller/metrics of argoproj/argo-rollouts
 */
export function prometheusMeter(readInventory: () => readonly Inventory[]): PrometheusMeter {
  const register = new Registry();
  const registers = [register];
  const steps = new Map([
    ['AnalysisRun', openSteps(registers, 'analysis_run', 'an analysis run')],
    ['Experiment', openSteps(registers, 'experiment', 'an experiment')],
  ]);
  const lateness = new Histogram({
    name: 'assay_measurement_lateness_seconds',
    help: 'Start of a measurement minus the end of the one before plus the interval.',
    labelNames: ['cluster'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 30, 60],
    registers,
  });
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
      for (const { cluster, runs, experiments, templates } of readInventory()) {
        for (const run of readable(runs)) showRun(gauges, cluster, run);
        for (const experiment of readable(experiments)) showExperiment(gauges, cluster, experiment);
        for (const template of readable(templates)) showTemplate(gauges, cluster, template);
      }
      return { contentType: register.contentType, body: await register.metrics() };
    },
  };
}

function readable<T extends object>(objects: readonly T[]): readonly T[] {
  return objects.filter((object) => findMalformation(object) === undefined);
}

function openSteps(registers: Registry[], prefix: string, object: string) {
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

type Gauges = ReturnType<typeof openGauges>;

function openGauges(registers: Registry[]) {
  const gauge = <const Label extends string>(name: string, help: string, ...labels: readonly Label[]) =>
    new Gauge({ name, help, labelNames: [...OBJECT, ...labels], registers });
  return {
    runInfo: gauge('analysis_run_info', 'Analysis runs.', 'phase'),
    runPhase: gauge('analysis_run_phase', 'State of the analysis run (deprecated: use analysis_run_info).', 'phase'),
    experimentInfo: gauge('experiment_info', 'Experiments.', 'phase'),
    experimentPhase: gauge('experiment_phase', 'State of the experiment (deprecated: use experiment_info).', 'phase'),
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

function showRun(gauges: Gauges, cluster: string, run: AnalysisRun): void {
  const labels = objectLabels({ cluster, namespace: run.metadata.namespace, name: run.metadata.name });
  const phase = run.status?.phase ?? '';
  gauges.runInfo.set({ ...labels, phase }, 1);
  for (const each of PHASES) gauges.runPhase.set({ ...labels, phase: each }, isIn(each, phase));

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

function showExperiment(gauges: Gauges, cluster: string, { metadata, status }: Experiment): void {
  const labels = objectLabels({ cluster, namespace: metadata.namespace, name: metadata.name });
  const phase = status?.phase ?? '';
  gauges.experimentInfo.set({ ...labels, phase }, 1);
  for (const each of EXPERIMENT_PHASES) gauges.experimentPhase.set({ ...labels, phase: each }, isIn(each, phase));
}

function showTemplate(
  gauges: Gauges,
  cluster: string,
  { metadata, spec }: AnalysisTemplate | ClusterAnalysisTemplate,
): void {
  const labels = objectLabels({ cluster, namespace: metadata.namespace, name: metadata.name });
  gauges.templateInfo.set(labels, 1);
  for (const { name, provider } of spec.metrics ?? []) {
    gauges.templateMetricInfo.set({ ...labels, type: providerTypeOf(provider), metric: name }, 1);
  }
}

/** A run that has not begun counts as pending. */
function isIn(phase: (typeof PHASES)[number], actual: string): 0 | 1 {
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

function objectLabels({
  cluster,
  namespace = '',
  name = '',
}: {
  cluster: string;
  namespace?: string | undefined;
  name?: string | undefined;
}) {
  return { cluster, namespace, name };
}
