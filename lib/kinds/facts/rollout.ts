import type { KindFacts } from '../../model/kind-facts.ts';
import type { KubernetesObject } from '../../model/kubernetes.ts';
import { POD_HASH_LABEL } from '../../model/labels.ts';
import { mergePatch } from '../../model/merge-patch.ts';
import type { Rollout } from '../../model/rollout.ts';
import { servicesOf } from '../../model/rollout-services.ts';
import { rolloutState, SHOWN_ROLLOUT_PHASES } from '../../model/rollout-state.ts';
import { ROLLOUT_TURNS } from '../../model/rollout-turns.ts';
import { areCountsOld, replicasIn, surelyAvailableIn, type ReplicaSet } from '../../workload/replica-set.ts';

/** Rollouts: pods in ReplicaSets, updated step by step, with analyses and experiments on the way. */
export const ROLLOUT: KindFacts<'Rollout'> = {
  kind: 'Rollout',
  owns: [
    { kind: 'ReplicaSet', labelSelector: POD_HASH_LABEL, isNews: () => true, mayWaitMs: countedWithinMs },
    { kind: 'AnalysisRun', isNews: hasNews },
    { kind: 'Experiment', isNews: hasNews },
  ],
  reads: ['AnalysisTemplate', 'ClusterAnalysisTemplate'],
  names: [
    { kind: 'Service', namesIn: (object) => servicesOf(object as Rollout), isNews: isServiceNews },
    { kind: 'Deployment', namesIn: (object) => workloadsIn(object as Rollout) },
  ],
  needs: [
    { kind: 'Rollout', subresource: 'status', verbs: ['patch'] },
    { kind: 'ReplicaSet', verbs: ['create', 'delete', 'get', 'list', 'patch'] },
    { kind: 'AnalysisRun', verbs: ['create', 'delete', 'get', 'list', 'patch'] },
    { kind: 'Experiment', verbs: ['create', 'delete', 'get', 'list', 'patch'] },
    { kind: 'AnalysisTemplate', verbs: ['get'] },
    { kind: 'ClusterAnalysisTemplate', verbs: ['get'] },
    { kind: 'Service', verbs: ['get', 'patch'] },
    { kind: 'Pod', verbs: ['list', 'patch'], without: 'no labels and annotations of canary and stable pods' },
    { kind: 'Pod', subresource: 'eviction', verbs: ['create'], without: 'no restarts (`restartAt`)' },
    { kind: 'Deployment', verbs: ['get', 'list', 'patch'], without: 'no Rollouts with `workloadRef`' },
  ],
  shows: {
    name: 'rollout',
    phases: SHOWN_ROLLOUT_PHASES,
    stateOf: (object) => rolloutState(object as Rollout),
    countsEvents: true,
  },
  // There is always a next update.
  ends: [],
  turns: ROLLOUT_TURNS,
};

type WithStatus = KubernetesObject & {
  readonly status?: { readonly phase?: unknown; readonly message?: unknown; readonly templateStatuses?: unknown };
};

/** Pods that were made are mostly available before this, and then both are told by one status. */
const MADE_MS = 5_000;
const GONE_MS = 1_000;

function countedWithinMs(object: ReplicaSet, previous: ReplicaSet): number {
  if (!isOnlyCounted(object, previous)) return 0;
  return haveOnlyCome(object.status, previous.status) ? MADE_MS : GONE_MS;
}

/** Where pods go, an update may wait for the last of them. */
function haveOnlyCome(after: ReplicaSet['status'] = {}, before: ReplicaSet['status'] = {}): boolean {
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = after;
  const { replicas: had = 0, readyReplicas: hadReady = 0, availableReplicas: hadAvailable = 0 } = before;
  return replicas >= had && readyReplicas >= hadReady && availableReplicas >= hadAvailable;
}

/**
 * Of the pods that it is to have as many are available as before, by counts that are as new: those that come and go beside
 * these are only counted. A ReplicaSet that is to have none is waited for.
 */
function isOnlyCounted(object: ReplicaSet, previous: ReplicaSet): boolean {
  return (
    replicasIn(object) > 0 &&
    areCountsOld(object) === areCountsOld(previous) &&
    surelyAvailableIn(object) === surelyAvailableIn(previous) &&
    mergePatch(withoutCounts(previous), withoutCounts(object)) === undefined
  );
}

function withoutCounts({ metadata, spec, status = {} }: ReplicaSet): Readonly<Record<string, unknown>> {
  const { resourceVersion: _version, ...rest } = metadata;
  return { metadata: rest, spec, conditions: status.conditions };
}

/** Measurements are none. */
function hasNews(object: WithStatus, previous: WithStatus | undefined, isDeleted: boolean): boolean {
  return isDeleted || previous === undefined || mergePatch(toldBy(previous), toldBy(object)) !== undefined;
}

function toldBy({ status = {} }: WithStatus): Readonly<Record<string, unknown>> {
  const { phase, message, templateStatuses } = status;
  return { phase, message, templateStatuses };
}

/** While an update is aborted, each look points its canary Service at the one version and back at the other. */
function isServiceNews(owner: KubernetesObject, service: Selecting, isDeleted: boolean): boolean {
  const { spec, status = {} } = owner as Rollout;
  const { canaryService, trafficRouting } = spec.strategy?.canary ?? {};
  const isSwitched = status.abort === true && trafficRouting !== undefined && service.metadata.name === canaryService;
  const hash = service.spec?.selector?.[POD_HASH_LABEL];
  return isDeleted || !isSwitched || (hash !== status.stableRS && hash !== status.currentPodHash);
}

type Selecting = KubernetesObject & { readonly spec?: { readonly selector?: Readonly<Record<string, string>> } };

function workloadsIn({ spec }: Rollout): readonly string[] {
  const { kind, name } = spec.workloadRef ?? {};
  return kind === 'Deployment' && name !== undefined ? [name] : [];
}
