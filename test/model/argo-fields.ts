import type { SchemaKind } from '../../lib/model/schemas.ts';
import table from './argo-fields.json' with { type: 'json' };
import type { FieldFact } from './field-table.ts';

type Table = Readonly<Record<string, FieldFact>>;

/**
 * Every field of Argo's CRDs and what they say of it, without the inside of pods and Jobs.
 * @source manifests/crds of argoproj/argo-rollouts at 9f8d111, whose two templates have the same fields
 */
export const ARGO_FIELDS: Readonly<Record<SchemaKind, Table>> = {
  AnalysisRun: table.AnalysisRun as Table,
  AnalysisTemplate: table.AnalysisTemplate as Table,
  ClusterAnalysisTemplate: table.AnalysisTemplate as Table,
  Experiment: table.Experiment as Table,
  Rollout: table.Rollout as Table,
};
