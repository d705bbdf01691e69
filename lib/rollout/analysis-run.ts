import type { AnalysisRun, Argument, DryRun, MeasurementRetention } from '../model/analysis-run.ts';
import type { AnalysisTemplateRef } from '../model/analysis-template.ts';
import type { ObjectMeta } from '../model/kubernetes.ts';
import type { TemplateSource } from '../analysis/templates.ts';
import { newRunFromTemplates, templatesFromRefs } from '../analysis/templates.ts';

const REVISION_ANNOTATION = 'rollout.argoproj.io/revision';

/** What a Rollout says of an analysis. */
export interface RolloutAnalysis {
  readonly templates?: readonly AnalysisTemplateRef[];
  readonly dryRun?: readonly DryRun[];
  readonly measurementRetention?: readonly MeasurementRetention[];
  readonly analysisRunMetadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** The Rollout that makes a run. */
export interface RolloutOwner {
  readonly metadata: ObjectMeta;
  readonly spec: { readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } };
}

/** How one run differs from another of the same Rollout. */
export interface RolloutRunDetails {
  readonly podHash: string;
  /** Put at the end of the name; empty: nothing. */
  readonly infix: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly args: readonly Argument[];
}

/**
 * The run that a Rollout makes, named `<rollout>-<hash>-<revision>[-<infix>]` and owned by it. The Rollout's selector
 * wins over all other labels.
 *
 * @throws SpecError as `templatesFromRefs` and `newRunFromTemplates`
 * @source newAnalysisRunFromRollout in rollout/analysis.go of argoproj/argo-rollouts
 */
export function newRunFromRollout(
  rollout: RolloutOwner,
  analysis: RolloutAnalysis,
  { podHash, infix, labels, args }: RolloutRunDetails,
  source: TemplateSource,
): AnalysisRun {
  const { name = '', namespace = '', uid = '', annotations } = rollout.metadata;
  const revision = annotations?.[REVISION_ANNOTATION] ?? '';
  const parts = [name, podHash, revision, ...(infix === '' ? [] : [infix])];
  const { analysisRunMetadata, dryRun = [], measurementRetention = [] } = analysis;
  return newRunFromTemplates(templatesFromRefs(analysis.templates ?? [], source), {
    metadata: {
      name: parts.join('-'),
      namespace,
      labels: { ...labels, ...analysisRunMetadata?.labels, ...rollout.spec.selector?.matchLabels },
      annotations: { [REVISION_ANNOTATION]: revision, ...analysisRunMetadata?.annotations },
      ownerReferences: [
        {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'Rollout',
          name,
          uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    args,
    dryRun,
    measurementRetention,
  });
}
