import { resolveExperimentArgument } from '../../lib/analysis/experiment-arguments.ts';
import { POD_HASH_LABEL } from '../../lib/model/labels.ts';
import { conclude, findDueMs } from '../../lib/experiment/conclude.ts';
import {
  areRequiredSuccessful,
  desiredReplicas,
  isDurationOver,
  isTerminating,
} from '../../lib/experiment/lifecycle.ts';
import { podTemplateHash } from '../../lib/workload/pod-template-hash.ts';
import { podTemplateJson } from '../../lib/workload/pod-template-json.ts';
import { isSameReplicaSet } from '../../lib/experiment/replica-set.ts';
import type { ReplicaSet } from '../../lib/workload/replica-set.ts';
import { toStored } from '../../lib/experiment/stored.ts';
import type { Experiment, ExperimentSpec, ExperimentStatus } from '../../lib/model/experiment.ts';
import type { PodTemplate } from '../../lib/model/pod-template.ts';
import { differ } from './analysis-compare.ts';

interface HashVector {
  readonly fn: 'podTemplateHash';
  readonly template: PodTemplate;
  readonly collisionCount?: number;
  readonly hash: string;
  readonly hashedJSON: string;
}

interface EqualVector {
  readonly fn: 'isReplicaSetSemanticallyEqual';
  readonly wanted: ReplicaSet;
  readonly existing: ReplicaSet;
  readonly experimentUid: string;
  readonly result: boolean;
}

interface StatusVector {
  readonly fn: 'calculateStatus';
  readonly now: string;
  readonly spec: ExperimentSpec;
  readonly status: ExperimentStatus;
  readonly terminating: boolean;
  readonly passedDuration: boolean;
  readonly requiredSuccessful: boolean;
  readonly desiredReplicas: Readonly<Record<string, number>>;
  readonly result: {
    readonly phase: string;
    readonly message: string;
    readonly availableAt: string | null;
    readonly conditions: unknown;
    readonly requeue: readonly number[];
  };
}

interface ArgumentVector {
  readonly fn: 'resolveExperimentArgsValue';
  readonly value: string;
  readonly duration: string;
  readonly status: ExperimentStatus;
  readonly templates: readonly string[];
  readonly replicaSets: Readonly<Record<string, { name: string; labels: Readonly<Record<string, string>> | null }>>;
  readonly result?: string;
  readonly error?: string;
}

export type PureVector = { readonly id: string } & (HashVector | EqualVector | StatusVector | ArgumentVector);

/** Calls what the vector names. @returns the difference, undefined if there is none */
export function replayPure(vector: PureVector): string | undefined {
  if (vector.fn === 'podTemplateHash') return replayHash(vector);
  if (vector.fn === 'isReplicaSetSemanticallyEqual') return replayEqual(vector);
  return vector.fn === 'calculateStatus' ? replayStatus(vector) : replayArgument(vector);
}

function replayHash({ template, collisionCount, hash, hashedJSON }: HashVector): string | undefined {
  return (
    differ('hashedJSON', hashedJSON, podTemplateJson(template)) ??
    differ('hash', hash, podTemplateHash(template, collisionCount))
  );
}

function replayEqual({ wanted, existing, experimentUid, result }: EqualVector): string | undefined {
  const name = wanted.metadata.annotations?.['experiment.argoproj.io/name'] ?? '';
  const experiment = anExperiment({ templates: [] }, {}, { name, uid: experimentUid });
  return differ('result', result, isSameReplicaSet(wanted, existing, experiment));
}

function replayStatus(vector: StatusVector): string | undefined {
  const { spec, status, result } = vector;
  const now = new Date(vector.now);
  const experiment = anExperiment(spec, status);
  const desired = spec.templates.map((template) => [template.name, desiredReplicas(experiment, template)]);
  const after = conclude(experiment, status, now);
  const dueMs = findDueMs({ ...experiment, status: after }, now);
  const { phase = '', message = '', availableAt = null, conditions = null } = toStored(after);
  const requeue = dueMs === undefined ? [] : [(dueMs - now.getTime()) / 1000];
  return (
    differ('terminating', vector.terminating, isTerminating(experiment)) ??
    differ('passedDuration', vector.passedDuration, isDurationOver(spec, status, now)) ??
    differ('requiredSuccessful', vector.requiredSuccessful, areRequiredSuccessful(spec, status)) ??
    differ('desiredReplicas', vector.desiredReplicas, Object.fromEntries(desired)) ??
    differ('result', result, { phase, message, availableAt, conditions, requeue })
  );
}

function replayArgument(vector: ArgumentVector): string | undefined {
  const { value, duration, status, replicaSets } = vector;
  const templates = vector.templates.flatMap((name) => {
    const replicaSet = replicaSets[name];
    if (!replicaSet) return [];
    return { name, replicaSetName: replicaSet.name, podTemplateHash: replicaSet.labels?.[POD_HASH_LABEL] ?? '' };
  });
  const facts = { availableAt: status.availableAt, duration, templates };
  const got = attempt(() => resolveExperimentArgument(value, facts));
  return differ('error', vector.error, got.error) ?? differ('result', vector.result, got.result);
}

function attempt(run: () => string): { readonly result?: string; readonly error?: string } {
  try {
    return { result: run() };
  } catch (error) {
    if (error instanceof TypeError || !(error instanceof Error)) throw error;
    return { error: error.message };
  }
}

function anExperiment(
  spec: ExperimentSpec,
  status: ExperimentStatus,
  metadata = { name: 'ex', uid: 'uid-ex' },
): Experiment {
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Experiment', metadata, spec, status };
}
