import type { AnalysisRun } from './analysis-run.ts';
import type { AnalysisTemplate, ClusterAnalysisTemplate } from './analysis-template.ts';
import type { Experiment } from './experiment.ts';
import type { Job, KubernetesObject, Pod, Secret } from './kubernetes.ts';

/** Every resource that Assay reads or writes. */
export interface Resources {
  AnalysisRun: AnalysisRun;
  AnalysisTemplate: AnalysisTemplate;
  ClusterAnalysisTemplate: ClusterAnalysisTemplate;
  Experiment: Experiment;
  Rollout: KubernetesObject;
  Job: Job;
  Pod: Pod;
  Secret: Secret;
  ReplicaSet: KubernetesObject & { readonly spec?: unknown; readonly status?: unknown };
  Service: KubernetesObject & { readonly spec?: unknown };
  Event: KubernetesObject & { readonly [field: string]: unknown };
  Namespace: KubernetesObject;
}

export type ResourceKind = keyof Resources;

/** Where a resource stands in the API. */
export interface ResourceType {
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** A new kind is a line here and one in `Resources`. */
export const RESOURCES: Readonly<Record<ResourceKind, ResourceType>> = {
  AnalysisRun: { apiVersion: 'argoproj.io/v1alpha1', plural: 'analysisruns', namespaced: true },
  AnalysisTemplate: { apiVersion: 'argoproj.io/v1alpha1', plural: 'analysistemplates', namespaced: true },
  ClusterAnalysisTemplate: {
    apiVersion: 'argoproj.io/v1alpha1',
    plural: 'clusteranalysistemplates',
    namespaced: false,
  },
  Rollout: { apiVersion: 'argoproj.io/v1alpha1', plural: 'rollouts', namespaced: true },
  Experiment: { apiVersion: 'argoproj.io/v1alpha1', plural: 'experiments', namespaced: true },
  Job: { apiVersion: 'batch/v1', plural: 'jobs', namespaced: true },
  Pod: { apiVersion: 'v1', plural: 'pods', namespaced: true },
  Secret: { apiVersion: 'v1', plural: 'secrets', namespaced: true },
  ReplicaSet: { apiVersion: 'apps/v1', plural: 'replicasets', namespaced: true },
  Service: { apiVersion: 'v1', plural: 'services', namespaced: true },
  Event: { apiVersion: 'v1', plural: 'events', namespaced: true },
  Namespace: { apiVersion: 'v1', plural: 'namespaces', namespaced: false },
};

/** @throws RangeError for a kind that Assay does not know: a bug, never input */
export function resourceKind(kind: string): ResourceKind {
  if (Object.hasOwn(RESOURCES, kind)) return kind as ResourceKind;
  throw new RangeError(`unknown kind ${kind}`);
}
