import { analysisRun } from './analysis-run.ts';
import { analysisTemplate, clusterAnalysisTemplate } from './analysis-template.ts';
import { experiment } from './experiment.ts';
import { rollout } from './rollout.ts';

/** The schema of each resource that Assay defines. A new one is a line here, one in `resources.ts` and one in `infra/cluster/crd.ts`. */
export const SCHEMAS = {
  AnalysisRun: analysisRun,
  AnalysisTemplate: analysisTemplate,
  ClusterAnalysisTemplate: clusterAnalysisTemplate,
  Experiment: experiment,
  Rollout: rollout,
} as const;
export type SchemaKind = keyof typeof SCHEMAS;
