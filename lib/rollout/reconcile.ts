import type { OutcomeEvent, Change } from '../model/outcome.ts';
import type { RolloutStatus } from '../model/rollout-status.ts';
import { reconcileBlueGreen } from './blue-green/reconcile.ts';
import { reconcileCanary } from './canary/reconcile.ts';
import { writeClaims } from './claim.ts';
import { replicasOf } from './defaults.ts';
import type { Ending } from './ending.ts';
import { refuseSpec, refuseWorkload } from './invalid-spec.ts';
import { isAborted } from './intent.ts';
import { createReplicaSet } from './new-replica-set.ts';
import { openWork } from './open-work.ts';
import { followPause } from './paused-conditions.ts';
import { isFullyPromoted } from './phase.ts';
import { checkReferences } from './references/check.ts';
import { resolveWorkload } from './resolve-workload.ts';
import { desiredReplicasOf } from './revision.ts';
import { followScaling } from './scaling.ts';
import type { SeenRollout } from './seen.ts';
import { selectorFailure } from './selector.ts';
import { toStored } from './stored.ts';
import { selectedHash } from './switch-service.ts';
import { syncRevision } from './sync-revision.ts';
import { seenTargetOf } from './targets.ts';
import { validateRollout } from './validate.ts';
import { isActive } from './versions.ts';
import { StepFailure, within } from '../workload/step-failure.ts';
import { statusOf, type Work } from './work.ts';

/** What is to be done about a Rollout. Nothing of it has happened yet. */
export interface Decision {
  /** In this order; each taken to succeed. */
  readonly changes: readonly Change[];
  readonly events: readonly OutcomeEvent[];
  /** What the status becomes once the changes are made; undefined: it stays. */
  readonly status?: RolloutStatus;
  /** Events that are told once the status is stored. */
  readonly eventsOnceStored: readonly OutcomeEvent[];
  /** When to look again, in milliseconds since 1970, in the order in which that was decided. */
  readonly wakesMs: readonly number[];
  /** All that the changes do is undone by later ones: there is nothing new to be seen. */
  readonly isUndone?: true;
  /** Why it is to be tried again, soon. */
  readonly failure?: string;
  /** Nothing can be done, and the status tells why. */
  readonly isRefused?: true;
}

/** Decides what becomes of a Rollout. Pure: the clock is an argument and nothing is written. */
export function reconcileRollout(seen: SeenRollout, now: Date): Decision {
  const resolved = resolveWorkload(seen.rollout, seen.workload);
  const work = openWork(seen, resolved, now);
  const { status, failure, isRefused, eventsOnceStored = [] } = tryAll(work, resolved.problem);
  return {
    changes: work.writes.changes,
    events: work.events,
    ...(status && { status: toStored(status) }),
    eventsOnceStored,
    wakesMs: work.wakesMs,
    ...(areSwitchesUndone(work) && { isUndone: true }),
    ...(failure !== undefined && { failure }),
    ...(isRefused && { isRefused }),
  };
}

/**
 * The canary Service of an aborted update is pointed at the pods that were given up, while they are there, and back at the
 * stable ones with the traffic, in each look. Argo's controller is woken by both writes, again and again.
 */
function areSwitchesUndone({ writes, services, seen }: Work): boolean {
  const areAllOfServices = writes.changes.every(
    (change) => change.verb === 'patch' && change.target.kind === 'Service' && services.has(change.target.name),
  );
  const switched = [...services].map(([name, service]) => [seen.services.get(name), service] as const);
  return areAllOfServices && switched.every(([before, after]) => selectedHash(before) === selectedHash(after));
}

function tryAll(work: Work, problem: string | undefined): Ending {
  try {
    return advance(work, problem);
  } catch (error) {
    if (error instanceof StepFailure) return { failure: error.message };
    throw error;
  }
}

/** @source syncHandler in rollout/controller.go of argoproj/argo-rollouts */
function advance(work: Work, problem: string | undefined): Ending {
  if (work.rollout.metadata.deletionTimestamp !== undefined) return {};
  // Nobody can tell then which ReplicaSets are its own.
  const unusable = selectorFailure(work.rollout.spec.selector ?? {});
  if (unusable !== undefined) return refuseSpec(work, validateRollout(work.rollout)[0] ?? unusable);
  writeClaims(work.claim, work.writes);
  if (problem !== undefined) return refuseWorkload(work, problem);
  const [invalid = checkReferences(work.rollout, work.seen)] = validateRollout(work.rollout);
  if (invalid !== undefined) return refuseSpec(work, invalid);
  const created = work.versions.latest === undefined ? createReplicaSet(work) : undefined;
  if (created) return created;
  if (isFullyPromoted(work.rollout) && isAborted(work.intent, statusOf(work.rollout))) work.intent.dropsAbort = true;
  if (work.rollout.spec.replicas === undefined) return writeReplicas(work);
  return followPause(work) ?? reconcileStrategy(work);
}

/** Autoscalers need a number to work on. */
function writeReplicas({ rollout, writes }: Work): Ending {
  const patch = { spec: { replicas: replicasOf(rollout) } };
  const reply = writes.make({ verb: 'patch', target: seenTargetOf(rollout), patch });
  return reply.went === 'failed' ? { failure: reply.message } : {};
}

function reconcileStrategy(work: Work): Ending {
  within('failed to getAllReplicaSetsAndSyncRevision in isScalingEvent', () => syncRevision(work));
  if (isScaled(work)) return followScaling(work);
  return work.rollout.spec.strategy?.blueGreen ? reconcileBlueGreen(work) : reconcileCanary(work);
}

/**
 * Whether somebody has changed the number of pods: then nothing else is seen to.
 * @source isScalingEvent in rollout/sync.go of argoproj/argo-rollouts
 */
function isScaled({ rollout, versions }: Work): boolean {
  const wanted = replicasOf(rollout);
  return [versions.latest, versions.stable].some((replicaSet) => {
    if (!isActive(replicaSet)) return false;
    const noted = desiredReplicasOf(replicaSet);
    return noted !== undefined && noted !== wanted;
  });
}
