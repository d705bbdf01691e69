import { z } from 'zod';
import { argumentList } from './argument.ts';
import { objectMeta } from './metadata.ts';
import { dryRunList, measurementRetentionList, metricList } from './metric.ts';
import { flag, list, text } from './schema.ts';

const analysisTemplateRef = z.strictObject({
  templateName: text('Name of the template.').exactOptional(),
  clusterScope: flag('True for a ClusterAnalysisTemplate.').exactOptional(),
});
export type AnalysisTemplateRef = z.infer<typeof analysisTemplateRef>;

const analysisTemplateSpec = z
  .strictObject({
    metrics: metricList.exactOptional(),
    args: argumentList.exactOptional(),
    dryRun: dryRunList.exactOptional(),
    measurementRetention: measurementRetentionList.exactOptional(),
    templates: list(analysisTemplateRef, 'Further templates whose metrics and arguments are added.').exactOptional(),
  })
  .describe('What to measure.');
export type AnalysisTemplateSpec = z.infer<typeof analysisTemplateSpec>;

/**
 * What AnalysisRuns of a namespace are made from.
 * @source AnalysisTemplate in pkg/apis/rollouts/v1alpha1/analysis_types.go of argoproj/argo-rollouts
 */
export const analysisTemplate = z
  .strictObject({
    apiVersion: z.literal('argoproj.io/v1alpha1'),
    kind: z.literal('AnalysisTemplate'),
    metadata: objectMeta,
    spec: analysisTemplateSpec,
  })
  .describe('A template that AnalysisRuns of its namespace are made from.');
export type AnalysisTemplate = z.infer<typeof analysisTemplate>;

/** The same for the AnalysisRuns of all namespaces. */
export const clusterAnalysisTemplate = z
  .strictObject({
    apiVersion: z.literal('argoproj.io/v1alpha1'),
    kind: z.literal('ClusterAnalysisTemplate'),
    metadata: objectMeta,
    spec: analysisTemplateSpec,
  })
  .describe('A template that AnalysisRuns of all namespaces are made from.');
export type ClusterAnalysisTemplate = z.infer<typeof clusterAnalysisTemplate>;
