import type { ReplicaSet } from '../workload/replica-set.ts';
import { isObject } from '../model/is-object.ts';
import { POD_HASH_LABEL } from '../model/labels.ts';
import { namedServices } from '../model/rollout-services.ts';
import { routeKey } from './routing/open-routing.ts';
import { hashOf } from './versions.ts';
import { statusOf, type Work } from './work.ts';

/**
 * Whether traffic may still reach the pods of a ReplicaSet: by the status, or by a Service or route as it is.
 * @source isReplicaSetReferenced in rollout/replicaset.go of argoproj/argo-rollouts
 */
export function isReferenced(work: Work, replicaSet: ReplicaSet): boolean {
  const hash = hashOf(replicaSet);
  if (hash === '') return false;
  const { stableRS, currentPodHash, blueGreen, canary } = statusOf(work.rollout);
  const told = [
    stableRS,
    currentPodHash,
    blueGreen?.activeSelector,
    blueGreen?.previewSelector,
    canary?.weights?.canary.podTemplateHash,
    canary?.weights?.stable.podTemplateHash,
  ];
  return told.includes(hash) || isSelected(work, hash) || isSubset(work, hash);
}

/** Of those that Argo asks, which are not the two of ping-pong; one that was switched in this step counts as it is now. */
function isSelected({ rollout, services, seen }: Work, hash: string): boolean {
  return namedServices(rollout).some(({ path, name }) => {
    if (path.includes('.pingPong.')) return false;
    const service = services.get(name) ?? seen.services.get(name);
    return service?.spec?.selector?.[POD_HASH_LABEL] === hash;
  });
}

/** Where Istio splits traffic by labels, Services say nothing. */
function isSubset({ rollout, seen }: Work, hash: string): boolean {
  const name = rollout.spec.strategy?.canary?.trafficRouting?.istio?.destinationRule?.name;
  const { namespace = '' } = rollout.metadata;
  if (name === undefined) return false;
  const found = seen.routes.get(routeKey({ kind: 'DestinationRule', namespace, name }));
  if (found === undefined) return false;
  if ('problem' in found) return true;
  const { spec } = found.object;
  const subsets = isObject(spec) && Array.isArray(spec['subsets']) ? (spec['subsets'] as readonly unknown[]) : [];
  return subsets.some((subset) => {
    const labels = isObject(subset) ? subset['labels'] : undefined;
    return isObject(labels) && labels[POD_HASH_LABEL] === hash;
  });
}
