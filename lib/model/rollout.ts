import { z } from 'zod';
import { objectMeta } from './metadata.ts';
import { labelSelector, podTemplate } from './pod-template.ts';
import { rolloutStatus } from './rollout-status.ts';
import { rolloutStrategy } from './rollout-strategy.ts';
import { flag, int32, text, time } from './schema.ts';

const workloadRef = z
  .strictObject({
    apiVersion: text('API version of the workload.').exactOptional(),
    kind: text('Kind of the workload: Deployment, ReplicaSet or PodTemplate.').exactOptional(),
    name: text('Name of the workload.').exactOptional(),
    scaleDown: text('When a Deployment is scaled down: never (default), onsuccess or progressively.').exactOptional(),
  })
  .describe('Takes the pod template from another object.');
export type WorkloadRef = z.infer<typeof workloadRef>;

const rolloutSpec = z
  .strictObject({
    replicas: int32('Pods to run (default 1).').exactOptional(),
    selector: labelSelector
      .meta({
        description: 'Selects the pods of this Rollout, and no others. It cannot be changed.',
        'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: '.spec.selector is immutable' }],
      })
      .exactOptional(),
    template: podTemplate.exactOptional(),
    workloadRef: workloadRef.exactOptional(),
    minReadySeconds: int32(
      'Seconds that a new pod must be ready before it counts as available (default 0).',
    ).exactOptional(),
    rollbackWindow: z
      .strictObject({ revisions: int32('How many revisions back.').exactOptional() })
      .describe('Versions to which a rollback skips all steps.')
      .exactOptional(),
    strategy: rolloutStrategy.exactOptional(),
    revisionHistoryLimit: int32('Old ReplicaSets to keep (default 10).').exactOptional(),
    paused: flag('Pauses the Rollout.').exactOptional(),
    progressDeadlineSeconds: int32('Seconds without progress that are tolerated (default 600).').exactOptional(),
    progressDeadlineAbort: flag('Whether an update without progress is aborted.').exactOptional(),
    restartAt: time('When all pods are to be restarted.').exactOptional(),
    analysis: z
      .strictObject({
        successfulRunHistoryLimit: int32(
          'Successful AnalysisRuns and Experiments to keep (default 5).',
        ).exactOptional(),
        unsuccessfulRunHistoryLimit: int32('Other finished ones to keep (default 5).').exactOptional(),
      })
      .describe('How many analyses are kept.')
      .exactOptional(),
  })
  .describe('What to run, and how to update it.');
export type RolloutSpec = z.infer<typeof rolloutSpec>;

/**
 * Pods that are updated step by step.
 * @source Rollout in pkg/apis/rollouts/v1alpha1/types.go of argoproj/argo-rollouts
 */
export const rollout = z
  .strictObject({
    apiVersion: z.literal('argoproj.io/v1alpha1'),
    kind: z.literal('Rollout'),
    metadata: objectMeta,
    spec: rolloutSpec,
    status: rolloutStatus.exactOptional(),
  })
  .describe('Pods that are updated step by step, with analyses and a way back.');
export type Rollout = z.infer<typeof rollout>;
