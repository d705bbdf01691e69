import { z } from 'zod';
import { templateMetadata } from './metadata.ts';
import { dryRunList } from './metric.ts';
import { labelSelector } from './pod-template.ts';
import { rolloutAnalysis, rolloutArgumentList } from './rollout-analysis.ts';
import { anyObject, duration, flag, int32, intOrString, list, text, word } from './schema.ts';

const pause = z
  .strictObject({
    duration: intOrString(
      'How long, in seconds or as 30s, 5m or 1h. Without it: until somebody promotes.',
    ).exactOptional(),
  })
  .describe('Waits.');
export type RolloutPause = z.infer<typeof pause>;

const experimentTemplate = z.strictObject({
  name: text('Name of the template, unique in the experiment.'),
  specRef: word(['canary', 'stable'], 'Which pods to run: canary or stable.'),
  replicas: int32('Pods to run (default 1).').exactOptional(),
  metadata: templateMetadata('Labels and annotations of the pods.').exactOptional(),
  selector: labelSelector.exactOptional(),
  weight: int32('Percentage of the traffic that these pods get.').exactOptional(),
  service: z
    .strictObject({ name: text('Name of the Service (default: that of the ReplicaSet).').exactOptional() })
    .describe('Creates a Service for the pods of this template.')
    .exactOptional(),
});
export type RolloutExperimentTemplate = z.infer<typeof experimentTemplate>;

const experimentAnalysis = z.strictObject({
  name: text('Name of the analysis, unique in the experiment.'),
  templateName: text('Name of the AnalysisTemplate or ClusterAnalysisTemplate.'),
  clusterScope: flag('True for a ClusterAnalysisTemplate.').exactOptional(),
  args: rolloutArgumentList.exactOptional(),
  requiredForCompletion: flag('Whether the experiment goes on until this analysis has ended.').exactOptional(),
});
export type RolloutExperimentAnalysis = z.infer<typeof experimentAnalysis>;

const experimentStep = z
  .strictObject({
    templates: list(experimentTemplate, 'Pods to run side by side.'),
    duration: duration(
      'How long the experiment runs once all pods are available. Without it: until its analyses end.',
    ).exactOptional(),
    analyses: list(experimentAnalysis, 'Analyses to run meanwhile.').exactOptional(),
    dryRun: dryRunList.exactOptional(),
    analysisRunMetadata: templateMetadata('Labels and annotations of the AnalysisRuns.').exactOptional(),
    scaleDownDelaySeconds: int32('Seconds that the pods outlive the experiment (default 30).').exactOptional(),
  })
  .describe('Runs an Experiment and waits for its end.');
export type RolloutExperimentStep = z.infer<typeof experimentStep>;

const setCanaryScale = z
  .strictObject({
    weight: int32('Percentage of `spec.replicas`.').exactOptional(),
    replicas: int32('Number of pods.').exactOptional(),
    matchTrafficWeight: flag('As many as the weight of the traffic asks for.').exactOptional(),
  })
  .describe('Scales the canary without changing its traffic. Give one of the fields.');
export type SetCanaryScale = z.infer<typeof setCanaryScale>;

const stringMatch = (description: string) =>
  z
    .strictObject({
      exact: text('The whole text.').exactOptional(),
      prefix: text('How the text begins.').exactOptional(),
      regex: text('A regular expression.').exactOptional(),
    })
    .describe(description);
export type StringMatch = z.infer<ReturnType<typeof stringMatch>>;

const headerMatch = z.strictObject({
  headerName: text('Name of the header.'),
  headerValue: stringMatch('What its value must be. Give one of the fields.'),
});
export type HeaderMatch = z.infer<typeof headerMatch>;

const setHeaderRoute = z
  .strictObject({
    name: text('Name of the route, one of `managedRoutes`.').exactOptional(),
    match: list(headerMatch, 'Headers of the requests. Without it the route is removed.').exactOptional(),
  })
  .describe('Sends requests with certain headers to the canary.');
export type SetHeaderRoute = z.infer<typeof setHeaderRoute>;

const routeMatch = z.strictObject({
  method: stringMatch('What the HTTP method must be.').exactOptional(),
  path: stringMatch('What the path must be.').exactOptional(),
  headers: z
    .record(z.string(), stringMatch('What the value of the header must be.'))
    .describe('What headers must be, by name.')
    .exactOptional(),
});
export type RouteMatch = z.infer<typeof routeMatch>;

const setMirrorRoute = z
  .strictObject({
    name: text('Name of the route, one of `managedRoutes`.'),
    match: list(routeMatch, 'Which requests. Without it the route is removed.').exactOptional(),
    percentage: int32('Percentage of them that is mirrored (default 100).').exactOptional(),
  })
  .describe('Mirrors requests to the canary.');
export type SetMirrorRoute = z.infer<typeof setMirrorRoute>;

const pluginStep = z
  .strictObject({
    name: text('Name of the plugin.'),
    config: anyObject('What the plugin is told.').exactOptional(),
  })
  .describe('Calls a step plugin.');
export type PluginStep = z.infer<typeof pluginStep>;

/**
 * One step of a canary: exactly one of the fields.
 * @source CanaryStep in pkg/apis/rollouts/v1alpha1/types.go of argoproj/argo-rollouts
 */
export const canaryStep = z.strictObject({
  setWeight: int32('Percentage of the traffic for the canary.').exactOptional(),
  pause: pause.exactOptional(),
  experiment: experimentStep.exactOptional(),
  analysis: rolloutAnalysis('Runs an analysis and waits for its end.').exactOptional(),
  setCanaryScale: setCanaryScale.exactOptional(),
  setHeaderRoute: setHeaderRoute.exactOptional(),
  setMirrorRoute: setMirrorRoute.exactOptional(),
  plugin: pluginStep.exactOptional(),
});
export type CanaryStep = z.infer<typeof canaryStep>;
