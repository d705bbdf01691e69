/** Set to `true` on an object with nothing left to do, so that lists of the unfinished stay short on the server's side. */
export const FINISHED_LABEL = 'assay.dev/finished';

/** Tells apart what several controllers in one cluster look after, as Argo's own sharding does. */
export const INSTANCE_ID_LABEL = 'argo-rollouts.argoproj.io/controller-instance-id';

/** On a Job, and on its pods: the uid of the AnalysisRun that it was made for. */
export const JOB_OWNER_LABEL = 'analysisrun.argoproj.io/uid';

/** Ties ReplicaSets, pods and analyses to one version of a Rollout's pods. */
export const POD_HASH_LABEL = 'rollouts-pod-template-hash';
