import type { AnalysisRun } from './analysis-run.ts';
import type { AnalysisTemplate, ClusterAnalysisTemplate } from './analysis-template.ts';
import type { Experiment } from './experiment.ts';
import type { Job, KubernetesObject, Pod, Secret } from './kubernetes.ts';
import type { Rollout } from './rollout.ts';

/** Every resource that Assay reads or writes. */
export interface Resources {
  AnalysisRun: AnalysisRun;
  AnalysisTemplate: AnalysisTemplate;
  ClusterAnalysisTemplate: ClusterAnalysisTemplate;
  Experiment: Experiment;
  Rollout: Rollout;
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
  /**
   * Where the status is written: in the `own` object, with everything else (or there is none); or through the
   * `subresource` alone, which takes nothing but the status, and which no other write reaches.
   */
  readonly status: 'own' | 'subresource';
}

/** A new kind is a line here and one in `Resources`. */
export const RESOURCES: Readonly<Record<ResourceKind, ResourceType>> = {
  AnalysisRun: { apiVersion: 'argoproj.io/v1alpha1', plural: 'analysisruns', namespaced: true, status: 'own' },
  AnalysisTemplate: {
    apiVersion: 'argoproj.io/v1alpha1',
    plural: 'analysistemplates',
    namespaced: true,
    status: 'own',
  },
  ClusterAnalysisTemplate: {
    apiVersion: 'argoproj.io/v1alpha1',
    plural: 'clusteranalysistemplates',
    namespaced: false,
    status: 'own',
  },
  Rollout: { apiVersion: 'argoproj.io/v1alpha1', plural: 'rollouts', namespaced: true, status: 'subresource' },
  Experiment: { apiVersion: 'argoproj.io/v1alpha1', plural: 'experiments', namespaced: true, status: 'own' },
  Job: { apiVersion: 'batch/v1', plural: 'jobs', namespaced: true, status: 'subresource' },
  Pod: { apiVersion: 'v1', plural: 'pods', namespaced: true, status: 'subresource' },
  Secret: { apiVersion: 'v1', plural: 'secrets', namespaced: true, status: 'own' },
  ReplicaSet: { apiVersion: 'apps/v1', plural: 'replicasets', namespaced: true, status: 'subresource' },
  Service: { apiVersion: 'v1', plural: 'services', namespaced: true, status: 'subresource' },
  Event: { apiVersion: 'v1', plural: 'events', namespaced: true, status: 'own' },
  Namespace: { apiVersion: 'v1', plural: 'namespaces', namespaced: false, status: 'subresource' },
};

/** @throws RangeError for a kind that Assay does not know: a bug, never input */
export function resourceKind(kind: string): ResourceKind {
  if (Object.hasOwn(RESOURCES, kind)) return kind as ResourceKind;
  throw new RangeError(`unknown kind ${kind}`);
}
