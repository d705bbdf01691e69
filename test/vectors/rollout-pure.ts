import { parseInt } from '../../lib/expression/go/strconv.ts';
import type { CanaryStep } from '../../lib/model/canary-step.ts';
import type { PodTemplate } from '../../lib/model/pod-template.ts';
import type { Rollout, RolloutSpec } from '../../lib/model/rollout.ts';
import type { RolloutStatus, TrafficWeights } from '../../lib/model/rollout-status.ts';
import { calculatePhase, isFullyPromoted, rolloutPhase } from '../../lib/rollout/phase.ts';
import { hasProgressed, isCompleted, isHealthy, isTimedOut } from '../../lib/rollout/progress.ts';
import { isAtDesiredReplicas } from '../../lib/rollout/replicas/at-desired.ts';
import { basicCanaryReplicas } from '../../lib/rollout/replicas/basic-canary.ts';
import { maxSurge, maxUnavailable } from '../../lib/rollout/replicas/limits.ts';
import { routedCanaryReplicas } from '../../lib/rollout/replicas/routed-canary.ts';
import { currentSetWeight, desiredCanaryWeight } from '../../lib/rollout/replicas/weight.ts';
import { newReplicaSetAnnotations, REVISION_ANNOTATION, revisionOf } from '../../lib/rollout/revision.ts';
import { stepHash, stepsJson } from '../../lib/rollout/step-hash.ts';
import { stepText } from '../../lib/rollout/step-text.ts';
import { validateRollout } from '../../lib/rollout/validate.ts';
import { podTemplateHash } from '../../lib/workload/pod-template-hash.ts';
import { podTemplateJson } from '../../lib/workload/pod-template-json.ts';
import type { ReplicaSet } from '../../lib/workload/replica-set.ts';
import { differ } from './analysis-compare.ts';
import { type ReferencesVector, replayReferences } from './rollout-references.ts';

export interface PureVector {
  readonly id: string;
  readonly fn: string;
}

/** Calls what the vector names. @returns the difference, undefined if there is none */
export function replayPure(vector: PureVector): string | undefined {
  const replay = FUNCTIONS[vector.fn];
  return replay === undefined ? `${vector.fn}: unknown function` : replay(vector as never);
}

type Strings = Readonly<Record<string, string>>;

interface HashVector {
  readonly template: PodTemplate;
  readonly collisionCount?: number;
  readonly hash: string;
  readonly hashedJSON: string;
}

interface StepVector {
  readonly steps: readonly CanaryStep[] | null;
  readonly hash: string;
  readonly hashedJSON?: string;
  readonly strings: readonly string[] | null;
}

interface ReplicasVector {
  readonly rollout: Rollout;
  readonly newRS?: ReplicaSet;
  readonly stableRS?: ReplicaSet;
  readonly oldRSs?: readonly ReplicaSet[];
  readonly weights?: TrafficWeights;
  readonly out: object;
}

interface PhaseVector {
  readonly spec: RolloutSpec;
  readonly generation: number;
  readonly status: RolloutStatus;
}

interface ProgressVector {
  readonly now: string;
  readonly progressDeadlineSeconds: number;
  readonly status: RolloutStatus;
  readonly newStatus: RolloutStatus;
  readonly progressing: boolean;
  readonly timedOut: boolean;
}

interface AnnotationsVector {
  readonly rolloutAnnotations: Strings | null;
  readonly replicas: number;
  readonly replicaSetAnnotations: Strings | null;
  readonly newRevision: string;
  readonly exists: boolean;
  readonly changed: boolean;
  readonly result: Strings;
  readonly revision: number;
  readonly revisionError?: string;
}

/** Each takes what a vector has for it. */
const FUNCTIONS: Readonly<Record<string, (vector: never) => string | undefined>> = {
  podTemplateHash: ({ template, collisionCount, hash, hashedJSON }: HashVector) =>
    differ('hashedJSON', hashedJSON, podTemplateJson(template)) ??
    differ('hash', hash, podTemplateHash(template, collisionCount)),

  stepHash: ({ steps, hash, hashedJSON, strings }: StepVector) => {
    const rollout = aRollout({ strategy: { canary: steps === null ? {} : { steps: [...steps] } } });
    return (
      differ('hashedJSON', hashedJSON ?? 'null', stepsJson(steps ?? undefined)) ??
      differ('hash', hash, stepHash(rollout)) ??
      differ('strings', strings ?? [], (steps ?? []).map(stepText))
    );
  },

  basicCanary: (vector: ReplicasVector) => {
    const { rollout, newRS, stableRS, oldRSs = [] } = vector;
    return replayReplicas(vector, basicCanaryReplicas(rollout, newRS, stableRS, oldRSs));
  },

  trafficRoutedCanary: (vector: ReplicasVector) => {
    const { rollout, newRS, stableRS, weights } = vector;
    return replayReplicas(vector, routedCanaryReplicas(rollout, newRS, stableRS, weights));
  },

  rolloutPhase: ({ spec, generation, status, ...wanted }: PhaseVector) => {
    const rollout = aRollout(spec, status, { generation });
    return differOf(wanted, {
      getRolloutPhase: rolloutPhase(rollout),
      calculateRolloutPhase: calculatePhase(spec, status),
      isFullyPromoted: isFullyPromoted(rollout),
      rolloutHealthy: isHealthy(rollout, status),
      rolloutCompleted: isCompleted(status),
    });
  },

  progress: ({ now, progressDeadlineSeconds, status, newStatus, ...wanted }: ProgressVector) => {
    const rollout = aRollout({ progressDeadlineSeconds, strategy: { canary: {} } }, status);
    return differOf(wanted, {
      progressing: hasProgressed(rollout, newStatus),
      timedOut: isTimedOut(rollout, newStatus, new Date(now)),
    });
  },

  setNewReplicaSetAnnotations: (vector: AnnotationsVector) => {
    const { rolloutAnnotations, replicas, replicaSetAnnotations, newRevision, exists } = vector;
    const rollout = aRollout({ replicas }, {}, { annotations: rolloutAnnotations ?? {} });
    const got = newReplicaSetAnnotations(rollout, replicaSetAnnotations ?? undefined, newRevision, exists);
    const { annotations } = got;
    return (
      differ('result', vector.result, annotations) ??
      differ('changed', vector.changed, got.isChanged) ??
      differ('revision', vector.revision, revisionOf({ metadata: { annotations } })) ??
      differ('revisionError', vector.revisionError, whyUnreadable(annotations[REVISION_ANNOTATION]))
    );
  },

  validateRollout: ({ spec, errors }: { readonly spec: RolloutSpec; readonly errors: readonly string[] | null }) =>
    differ('errors', errors ?? [], validateRollout(aRollout(spec))),

  validateReferences: (vector: ReferencesVector) => replayReferences(vector),
};

function replayReplicas(
  vector: ReplicasVector,
  { canary, stable }: { readonly canary: number; readonly stable: number },
): string | undefined {
  const { rollout, newRS, stableRS, oldRSs = [], weights, out } = vector;
  return differOf(out, {
    newRS: canary,
    stableRS: stable,
    maxSurge: maxSurge(rollout),
    maxUnavailable: maxUnavailable(rollout),
    desiredWeight: desiredCanaryWeight(rollout, newRS, stableRS),
    currentSetWeight: currentSetWeight(rollout),
    atDesired: isAtDesiredReplicas(rollout, newRS, stableRS, oldRSs, weights),
  });
}

/** What differs of the outcomes that have these names. */
function differOf(wanted: object, got: Readonly<Record<string, unknown>>): string | undefined {
  const outcomes = Object.fromEntries(Object.entries(wanted).filter(([name]) => name in got));
  const asked = Object.fromEntries(Object.entries(got).filter(([name]) => name in wanted));
  return differ('outcomes', outcomes, asked);
}

function whyUnreadable(revision: string | undefined): string | undefined {
  if (revision === undefined) return undefined;
  try {
    parseInt(revision);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function aRollout(spec: RolloutSpec, status: RolloutStatus = {}, metadata: Rollout['metadata'] = {}): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'ro', namespace: 'default', ...metadata },
    spec,
    status,
  };
}
