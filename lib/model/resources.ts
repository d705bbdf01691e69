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
  ReplicaSet: Loose;
  Deployment: Loose;
  PodTemplate: Loose;
  Eviction: KubernetesObject;
  Service: Loose;
  Endpoints: KubernetesObject & { readonly subsets?: unknown };
  TargetGroupBinding: Loose;
  Ingress: Loose;
  VirtualService: Loose;
  DestinationRule: Loose;
  TrafficSplit: Loose;
  TraefikService: Loose;
  Event: KubernetesObject & { readonly [field: string]: unknown };
  Namespace: KubernetesObject;
}

/** Of others: whatever they are. */
type Loose = KubernetesObject & { readonly spec?: unknown; readonly status?: unknown };

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
  /** It is a subresource of objects of this kind, and is only ever created. */
  readonly of?: ResourceKind;
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
  Ingress: { apiVersion: 'networking.k8s.io/v1', plural: 'ingresses', namespaced: true, status: 'subresource' },
  VirtualService: {
    apiVersion: 'networking.istio.io/v1alpha3',
    plural: 'virtualservices',
    namespaced: true,
    status: 'subresource',
  },
  DestinationRule: {
    apiVersion: 'networking.istio.io/v1alpha3',
    plural: 'destinationrules',
    namespaced: true,
    status: 'subresource',
  },
  TrafficSplit: { apiVersion: 'split.smi-spec.io/v1alpha1', plural: 'trafficsplits', namespaced: true, status: 'own' },
  TraefikService: { apiVersion: 'traefik.io/v1alpha1', plural: 'traefikservices', namespaced: true, status: 'own' },
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
