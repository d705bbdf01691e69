import { POD_HASH_LABEL } from '../model/labels.ts';
import { areCountsOld, availableIn, replicasIn, type ReplicaSet } from '../workload/replica-set.ts';
import type { Service } from './seen.ts';
import { hashOf } from './versions.ts';
import { StepFailure } from '../workload/step-failure.ts';
import { seenTargetOf } from './targets.ts';
import { note, type Work } from './work.ts';

/** On a Service: the Rollout that switches it. */
export const MANAGED_BY_ANNOTATION = 'argo-rollouts.argoproj.io/managed-by-rollouts';

/** The version of the pods that a Service selects; empty: it does not go by versions. */
export function selectedHash(service: Service | undefined): string {
  return service?.spec?.selector?.[POD_HASH_LABEL] ?? '';
}

/** @throws StepFailure if it is not there */
export function serviceOf({ seen }: Work, name: string): Service {
  const service = seen.services.get(name);
  if (service === undefined) throw new StepFailure(`service "${name}" not found`);
  return service;
}

/**
 * Makes a Service select the pods of a version.
 *
 * @returns the Service as it is then
 * @throws StepFailure if it cannot be written
 * @source switchServiceSelector in rollout/service.go of argoproj/argo-rollouts
 */
export function switchService(work: Work, service: Service, hash: string): Service {
  const { metadata, spec } = service;
  const { name = '' } = metadata;
  const before = spec?.selector?.[POD_HASH_LABEL];
  const isManaged = isAdopted(service);
  if (before === hash && isManaged) return service;
  const annotations = { [MANAGED_BY_ANNOTATION]: work.rollout.metadata.name ?? '' };
  const selector = { [POD_HASH_LABEL]: hash };
  const patch = { ...(!isManaged && { metadata: { annotations } }), spec: { selector } };
  const reply = work.writes.make({ verb: 'patch', target: seenTargetOf(service), patch });
  if (reply.went === 'failed') throw new StepFailure(reply.message);
  note(work, 'SwitchService', `Switched selector for service '${name}' from '${before ?? ''}' to '${hash}'`);
  const switched = { ...service, spec: { ...spec, selector: { ...spec?.selector, ...selector } } };
  work.services.set(name, switched);
  return switched;
}

function isAdopted({ metadata }: Service): boolean {
  return metadata.annotations?.[MANAGED_BY_ANNOTATION] !== undefined;
}

/**
 * Makes a Service select the pods of a ReplicaSet once there are any; all of them, before its first switch.
 *
 * @param awaitsPods  whether the pods must be available
 * @throws StepFailure if the Service is not there, or cannot be written
 * @source ensureSVCTargets in rollout/service.go of argoproj/argo-rollouts
 */
export function pointService(
  work: Work,
  name: string | undefined,
  replicaSet: ReplicaSet | undefined,
  awaitsPods: boolean,
): void {
  if (replicaSet === undefined || name === undefined || name === '') return;
  const service = work.services.get(name) ?? serviceOf(work, name);
  const hash = hashOf(replicaSet);
  if (selectedHash(service) === hash) return;
  const available = areCountsOld(replicaSet) ? 0 : availableIn(replicaSet);
  const wanted = replicasIn(replicaSet);
  const isFull = wanted !== 0 && available !== 0 && available >= wanted;
  if (awaitsPods && (available <= 0 || (!isAdopted(service) && !isFull))) return;
  switchService(work, service, hash);
}
