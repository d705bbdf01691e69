import type {
  CanaryStep,
  HeaderMatch,
  PluginStep,
  RolloutExperimentAnalysis,
  RolloutExperimentStep,
  RolloutExperimentTemplate,
  RolloutPause,
  RouteMatch,
  SetCanaryScale,
  SetHeaderRoute,
  SetMirrorRoute,
  StringMatch,
} from '../model/canary-step.ts';
import { each, entries, type JsonForm, may, maybe, must, mustEach, orNull, set, struct } from '../model/json-form.ts';
import type { TemplateMetadata } from '../model/metadata.ts';
import type { LabelSelector } from '../model/pod-template.ts';
import type { RolloutAnalysis, RolloutArgument } from '../model/rollout-analysis.ts';

const metadata = struct<TemplateMetadata>({ labels: may, annotations: may });

/** How Go writes a label selector. */
export const SELECTOR: JsonForm = struct<LabelSelector>({
  matchLabels: may,
  matchExpressions: each(struct({ key: must(''), operator: must(''), values: may })),
});

/** How Go writes the arguments of an analysis. */
export const ARGUMENTS: JsonForm = each(
  struct<RolloutArgument>({
    name: must(''),
    value: may,
    valueFrom: maybe(
      struct<NonNullable<RolloutArgument['valueFrom']>>({
        podTemplateHashValue: set,
        fieldRef: maybe(struct({ fieldPath: must('') })),
      }),
    ),
  }),
);

const dryRun = each(struct({ metricName: must('') }));

const analysis = struct<RolloutAnalysis>({
  templates: each(struct({ templateName: must(''), clusterScope: set })),
  args: ARGUMENTS,
  dryRun,
  measurementRetention: each(struct({ metricName: must(''), limit: must(0) })),
  analysisRunMetadata: maybe(metadata),
});

const experiment = struct<RolloutExperimentStep>({
  templates: mustEach(
    struct<RolloutExperimentTemplate>({
      name: must(''),
      specRef: must(''),
      replicas: set,
      metadata,
      selector: maybe(SELECTOR),
      weight: set,
      service: maybe(struct({ name: may })),
    }),
  ),
  duration: may,
  analyses: each(
    struct<RolloutExperimentAnalysis>({
      name: must(''),
      templateName: must(''),
      clusterScope: set,
      args: ARGUMENTS,
      requiredForCompletion: may,
    }),
  ),
  dryRun,
  analysisRunMetadata: metadata,
  scaleDownDelaySeconds: set,
});

/** How Go writes what a text must be. */
export const STRING_MATCH: JsonForm = struct<StringMatch>({ exact: may, prefix: may, regex: may });

/** How Go writes a header route. */
export const HEADER_ROUTE: JsonForm = struct<SetHeaderRoute>({
  name: may,
  match: each(struct<HeaderMatch>({ headerName: must(''), headerValue: orNull(STRING_MATCH) })),
});

/** How Go writes a mirror route. */
export const MIRROR_ROUTE: JsonForm = struct<SetMirrorRoute>({
  name: must(''),
  match: each(
    struct<RouteMatch>({ method: maybe(STRING_MATCH), path: maybe(STRING_MATCH), headers: entries(STRING_MATCH) }),
  ),
  percentage: set,
});

/**
 * How Go writes steps, field by field in the order of its structures.
 *
 * @source CanaryStep in pkg/apis/rollouts/v1alpha1/types.go of argoproj/argo-rollouts
 */
export const CANARY_STEPS: JsonForm = mustEach(
  struct<CanaryStep>({
    setWeight: set,
    pause: maybe(struct<RolloutPause>({ duration: set })),
    experiment: maybe(experiment),
    analysis: maybe(analysis),
    setCanaryScale: maybe(struct<SetCanaryScale>({ weight: set, replicas: set, matchTrafficWeight: may })),
    setHeaderRoute: maybe(HEADER_ROUTE),
    setMirrorRoute: maybe(MIRROR_ROUTE),
    plugin: maybe(struct<PluginStep>({ name: must(''), config: set })),
  }),
);
