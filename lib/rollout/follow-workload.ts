import { replicasIn, type ReplicaSet } from '../workload/replica-set.ts';
import { revisionOf } from './revision.ts';
import { StepFailure } from '../workload/step-failure.ts';
import { targetOf } from '../workload/target.ts';
import { statusOf, type Work } from './work.ts';

/**
 * Takes pods from the Deployment whose template the Rollout uses while the first version of the Rollout gets them.
 * What goes wrong is passed over: it is tried at each look.
 *
 * @param wanted  the pods that the latest ReplicaSet is to have
 * @source reconcileNewReplicaSet in rollout/replicaset.go of argoproj/argo-rollouts
 */
export function followWorkload(work: Work, latest: ReplicaSet, wanted: number): void {
  const { spec } = work.rollout;
  const { phase, readyReplicas = 0 } = statusOf(work.rollout);
  if (revisionOf(latest) !== 1 || spec.workloadRef?.scaleDown !== 'progressively') return;
  try {
    if (phase === 'Healthy') {
      scaleWorkload(work, 0);
    } else if (spec.replicas !== undefined && (readyReplicas > 0 || replicasIn(latest) > wanted)) {
      scaleWorkload(work, spec.replicas - readyReplicas);
    }
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
  }
}

/**
 * Gives the Deployment its pods.
 * @throws StepFailure if it is not there, or cannot be written
 * @source scaleDeployment in rollout/scale_utils.go of argoproj/argo-rollouts
 */
export function scaleWorkload({ rollout, seen, writes }: Work, wanted: number): void {
  const { deployment } = seen;
  if (deployment === undefined) {
    throw new StepFailure(`deployments.apps "${rollout.spec.workloadRef?.name ?? ''}" not found`);
  }
  const replicas = Math.max(0, wanted);
  if (replicas === deployment.spec?.replicas) return;
  const reply = writes.make({ verb: 'patch', target: targetOf(deployment), patch: { spec: { replicas } } });
  if (reply.went === 'failed') throw new StepFailure(reply.message);
}
