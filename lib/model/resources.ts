import type { AnalysisRun } from './analysis-run.ts';
import type { AnalysisTemplate, ClusterAnalysisTemplate } from './analysis-template.ts';
import type { Experiment } from './experiment.ts';
import type { Job, KubernetesObject, Pod, Secret } from './kubernetes.ts';
import type { ResourceType } from './resource-type.ts';
import type { Rollout } from './rollout.ts';
import { ROUTED_TYPES, type RoutedKind } from './router-rows.ts';

/** Every resource that Assay reads or writes. */
export interface Resources extends Readonly<Record<RoutedKind, Loose>> {
  AnalysisRun: AnalysisRun;
  AnalysisTemplate: AnalysisTemplate;
  ClusterAnalysisTemplate: ClusterAnalysisTemplate;
  Experiment: Experiment;
  Rollout: Rollout;
  Job: Job;
  Pod: Pod;
  Secret: Secret;
  ReplicaSet: Loose;
  Deployment: Loose;
  PodTemplate: Loose;
  Eviction: KubernetesObject;
  Service: Loose;
  Endpoints: KubernetesObject & { readonly subsets?: unknown };
  TargetGroupBinding: Loose;
  Event: KubernetesObject & { readonly [field: string]: unknown };
  Namespace: KubernetesObject;
}

/** Of others: whatever they are. */
type Loose = KubernetesObject & { readonly spec?: unknown; readonly status?: unknown };

export type ResourceKind = keyof Resources;

/** A new kind is a line here and one in `Resources`; those of traffic routers are in their rows. */
export const RESOURCES: Readonly<Record<ResourceKind, ResourceType>> = {
  ...ROUTED_TYPES,
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
  Deployment: { apiVersion: 'apps/v1', plural: 'deployments', namespaced: true, status: 'subresource' },
  PodTemplate: { apiVersion: 'v1', plural: 'podtemplates', namespaced: true, status: 'own' },
  Eviction: { apiVersion: 'policy/v1', plural: 'evictions', namespaced: true, status: 'own', of: 'Pod' },
  Service: { apiVersion: 'v1', plural: 'services', namespaced: true, status: 'subresource' },
  Endpoints: { apiVersion: 'v1', plural: 'endpoints', namespaced: true, status: 'own' },
  TargetGroupBinding: {
    apiVersion: 'elbv2.k8s.aws/v1beta1',
    plural: 'targetgroupbindings',
    namespaced: true,
    status: 'subresource',
  },
  Event: { apiVersion: 'v1', plural: 'events', namespaced: true, status: 'own' },
  Namespace: { apiVersion: 'v1', plural: 'namespaces', namespaced: false, status: 'subresource' },
};

export function isResourceKind(kind: string): kind is ResourceKind {
  return Object.hasOwn(RESOURCES, kind);
}

/** @throws RangeError for a kind that Assay does not know: a bug, never input */
export function resourceKind(kind: string): ResourceKind {
  if (isResourceKind(kind)) return kind;
  throw new RangeError(`unknown kind ${kind}`);
}
