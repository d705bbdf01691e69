import { z } from 'zod';
import { analysisPhase } from './phase.ts';
import { anyObject, duration, flag, int32, int64, list, text, time, word } from './schema.ts';

const pauseCondition = z.strictObject({
  reason: word(
    ['InconclusiveAnalysisRun', 'InconclusiveExperiment', 'CanaryPauseStep', 'BlueGreenPause'],
    'InconclusiveAnalysisRun, InconclusiveExperiment, CanaryPauseStep or BlueGreenPause.',
  ),
  startTime: time('Since when.'),
});
export type PauseCondition = z.infer<typeof pauseCondition>;
export type PauseReason = PauseCondition['reason'];

const rolloutCondition = z.strictObject({
  type: word(
    ['InvalidSpec', 'Available', 'Progressing', 'ReplicaFailure', 'Paused', 'Completed', 'Healthy'],
    'InvalidSpec, Available, Progressing, ReplicaFailure, Paused, Completed or Healthy.',
  ),
  status: word(['True', 'False', 'Unknown'], 'True, False or Unknown.'),
  lastUpdateTime: time('When the condition was last written.'),
  lastTransitionTime: time('When its status last changed.'),
  reason: text('Why, in one word.'),
  message: text('Why, in a sentence.'),
});
export type RolloutCondition = z.infer<typeof rolloutCondition>;
export type RolloutConditionType = RolloutCondition['type'];

const analysisRunStatus = (description: string) =>
  z
    .strictObject({
      name: text('Name of the AnalysisRun.'),
      status: analysisPhase,
      message: text('What is to be said about the phase.').exactOptional(),
    })
    .describe(description);
export type RolloutAnalysisRunStatus = z.infer<ReturnType<typeof analysisRunStatus>>;

const weightDestination = z.strictObject({
  weight: int32('Percentage of the traffic.'),
  serviceName: text('Service that gets it.').exactOptional(),
  podTemplateHash: text('Hash of the pods that get it.').exactOptional(),
});
export type WeightDestination = z.infer<typeof weightDestination>;

const trafficWeights = z
  .strictObject({
    canary: weightDestination.describe('Traffic of the canary.'),
    stable: weightDestination.describe('Traffic of the stable pods.'),
    additional: list(weightDestination, 'Traffic of others, such as experiments.').exactOptional(),
    verified: flag('Whether the load balancer was seen to do so; absent where this cannot be seen.').exactOptional(),
  })
  .describe('How the traffic was split last.');
export type TrafficWeights = z.infer<typeof trafficWeights>;

const stepPluginStatus = z.strictObject({
  index: int32('Index of the step.'),
  name: text('Name of the plugin.'),
  operation: word(['Run', 'Terminate', 'Abort'], 'Run, Terminate or Abort.'),
  phase: word(
    ['', 'Running', 'Successful', 'Failed', 'Error'],
    'Running, Successful, Failed or Error.',
  ).exactOptional(),
  message: text('What is to be said about the phase.').exactOptional(),
  startedAt: time('When the plugin was first called.').exactOptional(),
  updatedAt: time('When it was last called.').exactOptional(),
  finishedAt: time('When it was done.').exactOptional(),
  backoff: duration('How long to wait before it is called again.').exactOptional(),
  executions: int32('How often it was called.').exactOptional(),
  disabled: flag('Whether the plugin is switched off.').exactOptional(),
  status: anyObject('What the plugin wants to remember.').exactOptional(),
});
export type StepPluginStatus = z.infer<typeof stepPluginStatus>;

const canaryStatus = z
  .strictObject({
    currentStepAnalysisRunStatus: analysisRunStatus('The AnalysisRun of the current step.').exactOptional(),
    currentBackgroundAnalysisRunStatus: analysisRunStatus('The AnalysisRun beside the steps.').exactOptional(),
    currentExperiment: text('Name of the Experiment of the current step.').exactOptional(),
    weights: trafficWeights.exactOptional(),
    stablePingPong: word(
      ['', 'ping', 'pong'],
      'Which of the two Services is the stable one: ping or pong.',
    ).exactOptional(),
    stepPluginStatuses: list(stepPluginStatus, 'How the step plugins stand.').exactOptional(),
  })
  .describe('How the canary stands.');
export type CanaryStatus = z.infer<typeof canaryStatus>;

const blueGreenStatus = z
  .strictObject({
    previewSelector: text('Hash of the pods of the preview Service.').exactOptional(),
    activeSelector: text('Hash of the pods of the active Service.').exactOptional(),
    scaleUpPreviewCheckPoint: flag('Whether the new pods are being scaled up from the preview.').exactOptional(),
    prePromotionAnalysisRunStatus: analysisRunStatus('The AnalysisRun before the promotion.').exactOptional(),
    postPromotionAnalysisRunStatus: analysisRunStatus('The AnalysisRun after the promotion.').exactOptional(),
  })
  .describe('How the blue-green update stands.');
export type BlueGreenStatus = z.infer<typeof blueGreenStatus>;

const awsResource = (description: string) =>
  z
    .strictObject({
      name: text('Name of the resource.'),
      arn: text('ARN of the resource.'),
      fullName: text('Full name of the resource, as metrics use it.').exactOptional(),
    })
    .describe(description);

const albStatus = z.strictObject({
  loadBalancer: awsResource('The load balancer.').exactOptional(),
  canaryTargetGroup: awsResource('The target group of the canary.').exactOptional(),
  stableTargetGroup: awsResource('The target group of the stable pods.').exactOptional(),
  ingress: text('Name of the Ingress.').exactOptional(),
});
export type AlbStatus = z.infer<typeof albStatus>;

const durationStatus = z
  .strictObject({
    rolloutStartedAt: time('When the update began.').exactOptional(),
    manualPauseStartedAt: time('Since when the update waits for somebody.').exactOptional(),
    totalManualPauseDurationSeconds: int64('Seconds that it waited for somebody before.').exactOptional(),
    finishedAt: time('When the update ended.').exactOptional(),
    completionStatus: text('How the update ended.').exactOptional(),
  })
  .describe('How long the update takes.');
export type RolloutDurationStatus = z.infer<typeof durationStatus>;

/** @source RolloutStatus in pkg/apis/rollouts/v1alpha1/types.go of argoproj/argo-rollouts */
export const rolloutStatus = z
  .strictObject({
    abort: flag('Aborts the update.').exactOptional(),
    pauseConditions: list(pauseCondition, 'Why the update waits. Emptied: it goes on.').exactOptional(),
    controllerPause: flag('Whether the controller, and nobody else, paused the update.').exactOptional(),
    abortedAt: time('When the update was aborted.').exactOptional(),
    currentPodHash: text('Hash of the pods that are wanted.').exactOptional(),
    currentStepHash: text('Hash of the steps.').exactOptional(),
    replicas: int32('Pods that are there.').exactOptional(),
    updatedReplicas: int32('Pods that are as the template wants them.').exactOptional(),
    readyReplicas: int32('Pods that are ready.').exactOptional(),
    availableReplicas: int32('Pods that have been ready for minReadySeconds.').exactOptional(),
    currentStepIndex: int32('The step that is being done, counted from 0.').exactOptional(),
    collisionCount: int32('How often the name of a ReplicaSet was taken.').exactOptional(),
    observedGeneration: text('The generation that the status belongs to.').exactOptional(),
    conditions: list(rolloutCondition, 'Conditions of the Rollout.').exactOptional(),
    canary: canaryStatus.exactOptional(),
    blueGreen: blueGreenStatus.exactOptional(),
    HPAReplicas: int32('Pods that a HorizontalPodAutoscaler counts.').exactOptional(),
    selector: text('Selects the pods that a HorizontalPodAutoscaler counts.').exactOptional(),
    stableRS: text('Hash of the stable pods.').exactOptional(),
    restartedAt: time('The `restartAt` that was last done.').exactOptional(),
    promoteFull: flag('Promotes the update past all steps, analyses and pauses.').exactOptional(),
    phase: word(
      ['', 'Healthy', 'Degraded', 'Progressing', 'Paused'],
      'Healthy, Degraded, Progressing or Paused.',
    ).exactOptional(),
    message: text('What is to be said about the phase.').exactOptional(),
    workloadObservedGeneration: text('The generation of the workload that was last seen.').exactOptional(),
    alb: albStatus.describe('The load balancer.').exactOptional(),
    albs: list(albStatus, 'The load balancers, where there are several Ingresses.').exactOptional(),
    duration: durationStatus.exactOptional(),
  })
  .describe('How the Rollout stands.');
export type RolloutStatus = z.infer<typeof rolloutStatus>;
export type RolloutPhase = NonNullable<RolloutStatus['phase']>;
