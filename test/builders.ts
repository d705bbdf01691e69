import type {
  AnalysisRun,
  AnalysisRunSpec,
  AnalysisRunStatus,
  Measurement,
  Metric,
  MetricResult,
} from '../lib/model/analysis-run.ts';
import type {
  AnalysisTemplate,
  AnalysisTemplateSpec,
  ClusterAnalysisTemplate,
} from '../lib/model/analysis-template.ts';
import type { ClusterDocument } from '../lib/model/cluster-settings.ts';
import type { Experiment, ExperimentSpec, ExperimentStatus, TemplateSpec } from '../lib/model/experiment.ts';
import type { Rollout, RolloutSpec } from '../lib/model/rollout.ts';
import type { ObjectMeta } from '../lib/model/kubernetes.ts';

const API_VERSION = 'argoproj.io/v1alpha1';

/** One Prometheus query, measured once. */
export function aMetric(override: Partial<Metric> = {}): Metric {
  return {
    name: 'success-rate',
    successCondition: 'result[0] >= 0.95',
    provider: { prometheus: { address: 'http://prometheus.example.com:9090', query: 'up' } },
    ...override,
  };
}

/** A successful measurement of one second. */
export function aMeasurement(override: Partial<Measurement> = {}): Measurement {
  return {
    phase: 'Successful',
    value: '[1]',
    startedAt: '2026-11-05T10:00:00Z',
    finishedAt: '2026-11-05T10:00:01Z',
    ...override,
  };
}

/** How `aMetric` stands before its first measurement. */
export function aResult(override: Partial<MetricResult> = {}): MetricResult {
  return { name: 'success-rate', phase: 'Running', ...override };
}

export interface RunOverride {
  readonly metadata?: ObjectMeta;
  readonly spec?: Partial<AnalysisRunSpec>;
  readonly status?: AnalysisRunStatus;
}

/** A run of `aMetric` that has not begun. */
export function aRun({ metadata, spec, status }: RunOverride = {}): AnalysisRun {
  return {
    apiVersion: API_VERSION,
    kind: 'AnalysisRun',
    metadata: { name: 'guestbook-6fd5', namespace: 'shop', uid: '5a1c', ...metadata },
    spec: { metrics: [aMetric()], ...spec },
    ...(status && { status }),
  };
}

export interface TemplateOverride {
  readonly metadata?: ObjectMeta;
  readonly spec?: AnalysisTemplateSpec;
}

/** A template of `aMetric`. */
export function aTemplate({ metadata, spec }: TemplateOverride = {}): AnalysisTemplate {
  return {
    apiVersion: API_VERSION,
    kind: 'AnalysisTemplate',
    metadata: { name: 'success-rate', namespace: 'shop', ...metadata },
    spec: { metrics: [aMetric()], ...spec },
  };
}

/** The same for all namespaces. */
export function aClusterTemplate({ metadata, spec }: TemplateOverride = {}): ClusterAnalysisTemplate {
  return {
    apiVersion: API_VERSION,
    kind: 'ClusterAnalysisTemplate',
    metadata: { name: 'success-rate', ...metadata },
    spec: { metrics: [aMetric()], ...spec },
  };
}

/** Pods named `canary`, and a selector that finds them. */
export function aTemplateSpec(override: Partial<TemplateSpec> = {}): TemplateSpec {
  return {
    name: 'canary',
    selector: { matchLabels: { app: 'guestbook', track: 'canary' } },
    template: {
      metadata: { labels: { app: 'guestbook', track: 'canary' } },
      spec: { containers: [{ name: 'guestbook', image: 'registry.example.com/guestbook:2' }] },
    },
    ...override,
  };
}

export interface ExperimentOverride {
  readonly metadata?: ObjectMeta;
  readonly spec?: Partial<ExperimentSpec>;
  readonly status?: ExperimentStatus;
}

/** Five minutes of `aTemplateSpec` with one analysis beside it, not begun. */
export function anExperiment({ metadata, spec, status }: ExperimentOverride = {}): Experiment {
  return {
    apiVersion: API_VERSION,
    kind: 'Experiment',
    metadata: { name: 'guestbook-compare', namespace: 'shop', uid: '77e0', ...metadata },
    spec: {
      duration: '5m',
      templates: [aTemplateSpec()],
      analyses: [{ name: 'success-rate', templateName: 'success-rate' }],
      ...spec,
    },
    ...(status && { status }),
  };
}

/** A canary without steps, of two pods; a fresh object for each call. */
export function aRollout(spec: Partial<RolloutSpec> = {}): Rollout {
  return {
    apiVersion: API_VERSION,
    kind: 'Rollout',
    metadata: { name: 'guestbook', namespace: 'shop', uid: '51f2', generation: 1 },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'guestbook' } },
      template: {
        metadata: { labels: { app: 'guestbook' } },
        spec: { containers: [{ name: 'app', image: 'registry.example/guestbook:1' }] },
      },
      strategy: { canary: {} },
      ...spec,
    },
  };
}

/** A cluster that a token opens. */
export function aClusterDocument(override: Partial<ClusterDocument> = {}): ClusterDocument {
  return {
    endpoint: 'https://shop.example.com:6443',
    authentication: { token: { secret: 'assay/prod/clusters/shop' } },
    ...override,
  };
}
