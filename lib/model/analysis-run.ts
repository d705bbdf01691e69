import { z } from 'zod';
import { argumentList } from './argument.ts';
import { objectMeta } from './metadata.ts';
import { dryRunList, measurementRetentionList, metricList } from './metric.ts';
import { analysisPhase } from './phase.ts';
import { flag, int32, list, text, textMap, time } from './schema.ts';

export type { Argument } from './argument.ts';
export type { DryRun, MeasurementRetention, Metric } from './metric.ts';
export type { AnalysisPhase } from './phase.ts';

const ttlStrategy = z
  .strictObject({
    secondsAfterCompletion: int32('Seconds to keep the run after it ended, however it ended.').exactOptional(),
    secondsAfterFailure: int32('Seconds to keep the run after it failed.').exactOptional(),
    secondsAfterSuccess: int32('Seconds to keep the run after it succeeded.').exactOptional(),
  })
  .describe('How long the run is kept after it ended.');
export type TtlStrategy = z.infer<typeof ttlStrategy>;

const analysisRunSpec = z
  .strictObject({
    metrics: metricList,
    args: argumentList.exactOptional(),
    terminate: flag('Ends the run before its time.').exactOptional(),
    dryRun: dryRunList.exactOptional(),
    measurementRetention: measurementRetentionList.exactOptional(),
    ttlStrategy: ttlStrategy.exactOptional(),
  })
  .describe('What to measure.');
export type AnalysisRunSpec = z.infer<typeof analysisRunSpec>;

const measurement = z.strictObject({
  phase: analysisPhase,
  message: text('What is to be said about the phase.').exactOptional(),
  startedAt: time('When measuring began.').exactOptional(),
  finishedAt: time('When it ended.').exactOptional(),
  value: text('What was measured.').exactOptional(),
  metadata: textMap('What the provider wants to remember, such as the name of a Job.').exactOptional(),
  resumeAt: time('When to look again at a measurement that is under way.').exactOptional(),
});
export type Measurement = z.infer<typeof measurement>;

/** Counts of a metric's measurements, or of a run's metrics. */
const counts = {
  count: int32('Successful, failed and inconclusive together.').exactOptional(),
  successful: int32('How many were successful.').exactOptional(),
  failed: int32('How many failed.').exactOptional(),
  inconclusive: int32('How many were inconclusive.').exactOptional(),
  error: int32('How many could not be measured.').exactOptional(),
};

const metricResult = z.strictObject({
  name: text('Name of the metric.'),
  phase: analysisPhase,
  measurements: list(measurement, 'The newest measurements, the newest last.').exactOptional(),
  message: text('What is to be said about the phase.').exactOptional(),
  ...counts,
  consecutiveError: int32('Errors in a row until now.').exactOptional(),
  dryRun: flag('Whether the metric does not count for the verdict.').exactOptional(),
  metadata: textMap('What the provider says about the metric, such as the query it sends.').exactOptional(),
  consecutiveSuccess: int32('Successful measurements in a row until now.').exactOptional(),
});
export type MetricResult = z.infer<typeof metricResult>;

const runSummary = (description: string) => z.strictObject(counts).describe(description);
export type RunSummary = z.infer<ReturnType<typeof runSummary>>;

const analysisRunStatus = z
  .strictObject({
    phase: analysisPhase,
    message: text('What is to be said about the phase.').exactOptional(),
    metricResults: list(metricResult, 'What was measured, metric by metric.').exactOptional(),
    startedAt: time('When the run began.').exactOptional(),
    runSummary: runSummary('How many metrics ended how.').exactOptional(),
    dryRunSummary: runSummary('The same for the metrics in dry-run mode.').exactOptional(),
    completedAt: time('When the run ended.').exactOptional(),
  })
  .describe('How the run stands.');
export type AnalysisRunStatus = z.infer<typeof analysisRunStatus>;

/**
 * One analysis: what to measure, and what came out.
 * @source AnalysisRun in pkg/apis/rollouts/v1alpha1/analysis_types.go of argoproj/argo-rollouts
 */
export const analysisRun = z
  .strictObject({
    apiVersion: z.literal('argoproj.io/v1alpha1'),
    kind: z.literal('AnalysisRun'),
    metadata: objectMeta,
    spec: analysisRunSpec,
    status: analysisRunStatus.exactOptional(),
  })
  .describe('One analysis: metrics to measure, and how they stand.');
export type AnalysisRun = z.infer<typeof analysisRun>;
