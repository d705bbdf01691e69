import { z } from 'zod';
import { argumentList } from './argument.ts';
import { objectMeta, templateMetadata } from './metadata.ts';
import { dryRunList, measurementRetentionList } from './metric.ts';
import { analysisPhase } from './phase.ts';
import { labelSelector, podTemplate } from './pod-template.ts';
import { duration, flag, int32, list, text, time, word } from './schema.ts';

const templateService = z
  .strictObject({ name: text('Name of the Service (default: that of the ReplicaSet).').exactOptional() })
  .describe('Creates a Service for the pods of this template.');

const templateSpec = z.strictObject({
  name: text('Name of the template, unique in the experiment.'),
  replicas: int32('Pods to run (default 1).').exactOptional(),
  minReadySeconds: int32(
    'Seconds that a new pod must be ready before it counts as available (default 0).',
  ).exactOptional(),
  selector: labelSelector,
  template: podTemplate,
  service: templateService.exactOptional(),
});
export type TemplateSpec = z.infer<typeof templateSpec>;

const experimentAnalysis = z.strictObject({
  name: text('Name of the analysis, unique in the experiment.'),
  templateName: text('Name of the AnalysisTemplate or ClusterAnalysisTemplate.'),
  clusterScope: flag('True for a ClusterAnalysisTemplate.').exactOptional(),
  args: argumentList.exactOptional(),
  requiredForCompletion: flag('Whether the experiment goes on until this analysis has ended.').exactOptional(),
});
export type ExperimentAnalysis = z.infer<typeof experimentAnalysis>;

const experimentSpec = z
  .strictObject({
    templates: list(templateSpec, 'Pods to run side by side, one ReplicaSet each.'),
    duration: duration(
      'How long the experiment runs once all pods are available. Without it: until it is ended or an analysis is.',
    ).exactOptional(),
    progressDeadlineSeconds: int32('Seconds in which the pods must become available (default 600).').exactOptional(),
    terminate: flag('Ends the experiment before its time.').exactOptional(),
    analyses: list(experimentAnalysis, 'Analyses to run meanwhile.').exactOptional(),
    scaleDownDelaySeconds: int32('Seconds that the pods outlive the experiment (default 30).').exactOptional(),
    dryRun: dryRunList.exactOptional(),
    measurementRetention: measurementRetentionList.exactOptional(),
    analysisRunMetadata: templateMetadata('Labels and annotations of the AnalysisRuns.').exactOptional(),
  })
  .describe('What to run and to measure.');
export type ExperimentSpec = z.infer<typeof experimentSpec>;

const templateStatusCode = word(
  ['', 'Progressing', 'Running', 'Successful', 'Failed', 'Error'],
  'Progressing, Running, Successful, Failed or Error.',
);
export type TemplateStatusCode = z.infer<typeof templateStatusCode>;

const templateStatus = z.strictObject({
  name: text('Name of the template.'),
  replicas: int32('Pods that are there.'),
  updatedReplicas: int32('Pods that are as the template wants them.'),
  readyReplicas: int32('Pods that are ready.'),
  availableReplicas: int32('Pods that have been ready for minReadySeconds.'),
  collisionCount: int32('How often the name of the ReplicaSet was taken.').exactOptional(),
  status: templateStatusCode.exactOptional(),
  message: text('What is to be said about the status.').exactOptional(),
  lastTransitionTime: time('When the ReplicaSet last made progress.').exactOptional(),
  serviceName: text('Name of the Service of this template.').exactOptional(),
  podTemplateHash: text('Hash in the name and the labels of the ReplicaSet.').exactOptional(),
});
export type TemplateStatus = z.infer<typeof templateStatus>;

const experimentCondition = z.strictObject({
  type: word(
    ['InvalidSpec', 'Completed', 'Progressing', 'Running', 'ReplicaFailure'],
    'InvalidSpec, Completed, Progressing, Running or ReplicaFailure.',
  ),
  status: word(['True', 'False', 'Unknown'], 'True, False or Unknown.'),
  lastUpdateTime: time('When the condition was last written.'),
  lastTransitionTime: time('When its status last changed.'),
  reason: text('Why, in one word.'),
  message: text('Why, in a sentence.'),
});
export type ExperimentCondition = z.infer<typeof experimentCondition>;

const experimentAnalysisRunStatus = z.strictObject({
  name: text('Name of the analysis.'),
  analysisRun: text('Name of its AnalysisRun.'),
  phase: analysisPhase,
  message: text('What is to be said about the phase.').exactOptional(),
});
export type ExperimentAnalysisRunStatus = z.infer<typeof experimentAnalysisRunStatus>;

const experimentStatus = z
  .strictObject({
    phase: analysisPhase.exactOptional(),
    message: text('What is to be said about the phase.').exactOptional(),
    templateStatuses: list(templateStatus, 'How the pods of each template stand.').exactOptional(),
    availableAt: time('When all pods had become available; the duration counts from here.').exactOptional(),
    conditions: list(experimentCondition, 'Conditions of the experiment.').exactOptional(),
    analysisRuns: list(experimentAnalysisRunStatus, 'How the analyses stand.').exactOptional(),
  })
  .describe('How the experiment stands.');
export type ExperimentStatus = z.infer<typeof experimentStatus>;

/**
 * Pods of several templates side by side for a while, and analyses of them.
 * @source Experiment in pkg/apis/rollouts/v1alpha1/experiment_types.go of argoproj/argo-rollouts
 */
export const experiment = z
  .strictObject({
    apiVersion: z.literal('argoproj.io/v1alpha1'),
    kind: z.literal('Experiment'),
    metadata: objectMeta,
    spec: experimentSpec,
    status: experimentStatus.exactOptional(),
  })
  .describe('Pods of several templates that run side by side, with analyses of them.');
export type Experiment = z.infer<typeof experiment>;
