import type { TemplateSource } from '../analysis/templates.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import type { Experiment } from '../model/experiment.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import type { LoadBalancer, Registration } from '../model/load-balancer.ts';
import type { LabelSelector, PodTemplate } from '../model/pod-template.ts';
import type { Found, Reply } from '../model/reply.ts';
import type { Rollout } from '../model/rollout.ts';
import type { RoutedObject } from './routers/router.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';

/** The parts of a Service that matter here. */
export interface Service extends KubernetesObject {
  readonly spec?: { readonly selector?: Readonly<Record<string, string>>; readonly ports?: unknown };
}

/** The parts of a pod that matter here. */
export interface RolloutPod extends KubernetesObject {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastTransitionTime?: string;
    }[];
  };
}

/** What a Rollout may take its pod template from; a PodTemplate has it at the top. */
export interface Workload extends KubernetesObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: LabelSelector;
    readonly template?: PodTemplate;
  };
  readonly template?: PodTemplate;
}

/** All a decision may look at. */
export interface SeenRollout {
  readonly rollout: Rollout;
  /** Of the namespace, in any order; those of others are passed over. So are those below. */
  readonly replicaSets: readonly ReplicaSet[];
  readonly analysisRuns: readonly AnalysisRun[];
  readonly experiments: readonly Experiment[];
  /** By name. One that is missing here does not exist. */
  readonly services: ReadonlyMap<string, Service>;
  /** Objects that traffic routers look after, by their `routeKey`. One that is missing here does not exist. */
  readonly routes: ReadonlyMap<string, Found<RoutedObject>>;
  /** Of kinds of routers that stand in another version in this cluster than `RESOURCES` says. */
  readonly apiVersions?: Readonly<Record<string, string>>;
  /** Load balancers of AWS by their DNS names, those that `neededLoadBalancers` names. Absent: nobody looks at them. */
  readonly loadBalancers?: ReadonlyMap<string, Found<LoadBalancer>> | undefined;
  /**
   * Whether target groups of AWS have the pods of Services, by the names of these, those that `neededRegistrations` tells.
   * Absent: nobody looks.
   */
  readonly registrations?: ReadonlyMap<string, Found<readonly Registration[]>> | undefined;
  /** Names of those that routers find by labels, by the `routeListKey`; the objects are in `routes`. */
  readonly routeLists?: ReadonlyMap<string, Found<readonly string[]>>;
  /** Pods of the Rollout's selector; wanted where they are restarted, or labelled by their role. */
  readonly pods: readonly RolloutPod[];
  readonly templates: TemplateSource;
  /** What `spec.workloadRef` names. */
  readonly workload?: Found<Workload>;
  /** The Deployment of that name, wanted where its pods may be taken. */
  readonly deployment?: Workload;
  /** What the changes of this very decision have given so far: see `Writes`. */
  readonly replies?: readonly Reply[];
}

/** Where nothing beside the Rollout was looked at, or is there. */
export const NOTHING_SEEN: Omit<SeenRollout, 'rollout'> = {
  replicaSets: [],
  analysisRuns: [],
  experiments: [],
  services: new Map(),
  routes: new Map(),
  pods: [],
  templates: { template: () => undefined, clusterTemplate: () => undefined },
};
