import { z } from 'zod';
import { templateMetadata } from './metadata.ts';
import { dryRunList, measurementRetentionList } from './metric.ts';
import { flag, int32, list, text, word } from './schema.ts';

const valueFrom = z
  .strictObject({
    podTemplateHashValue: word(
      ['Stable', 'Latest'],
      'The hash of the stable pods or of the latest ones: Stable or Latest.',
    ).exactOptional(),
    fieldRef: z
      .strictObject({ fieldPath: text("Path within the Rollout, such as metadata.labels['region'].") })
      .describe('Takes the value from a field of the Rollout.')
      .exactOptional(),
  })
  .describe('Where the value is found when the analysis begins.');

const rolloutArgument = z.strictObject({
  name: text('Name, as used in {{args.<name>}}.'),
  value: text('Value.').exactOptional(),
  valueFrom: valueFrom.exactOptional(),
});
export type RolloutArgument = z.infer<typeof rolloutArgument>;

export const rolloutArgumentList = list(rolloutArgument, 'Values for the arguments of the templates.');

const templateRef = z.strictObject({
  templateName: text('Name of the template.').exactOptional(),
  clusterScope: flag('True for a ClusterAnalysisTemplate.').exactOptional(),
});

const fields = {
  templates: list(templateRef, 'Templates whose metrics are measured.').exactOptional(),
  args: rolloutArgumentList.exactOptional(),
  dryRun: dryRunList.exactOptional(),
  measurementRetention: measurementRetentionList.exactOptional(),
  analysisRunMetadata: templateMetadata('Labels and annotations of the AnalysisRun.').exactOptional(),
};

/** @source RolloutAnalysis in pkg/apis/rollouts/v1alpha1/types.go of argoproj/argo-rollouts */
export const rolloutAnalysis = (description: string) => z.strictObject(fields).describe(description);
export type RolloutAnalysis = z.infer<ReturnType<typeof rolloutAnalysis>>;

/** @source RolloutAnalysisBackground in pkg/apis/rollouts/v1alpha1/types.go of argoproj/argo-rollouts */
export const backgroundAnalysis = z
  .strictObject({
    ...fields,
    startingStep: int32('Step at which the analysis begins, counted from 0 (default: the first).').exactOptional(),
  })
  .describe('Analysis that runs beside the steps.');
export type BackgroundAnalysis = z.infer<typeof backgroundAnalysis>;
