import { ArgumentError } from '../analysis/spec-error.ts';
import type { RolloutExperimentAnalysis, RolloutExperimentTemplate } from '../model/canary-step.ts';
import type { Experiment, ExperimentAnalysis, TemplateSpec } from '../model/experiment.ts';
import { INSTANCE_ID_LABEL, POD_HASH_LABEL } from '../model/labels.ts';
import { buildRolloutArguments } from './analysis-arguments.ts';
import { latestOf } from './current-step.ts';
import { REVISION_ANNOTATION } from './revision.ts';
import { hashOf, wantedHash } from './versions.ts';
import { StepFailure } from '../workload/step-failure.ts';
import { ownerReference } from './targets.ts';
import { statusOf, type Work } from './work.ts';

/**
 * The experiment of the current step, named `<rollout>-<hash>-<revision>-<step>`.
 *
 * @throws StepFailure if a template names other pods than `canary` or `stable`, or an argument is wrong
 * @source GetExperimentFromTemplate in rollout/experiment.go of argoproj/argo-rollouts
 */
export function newExperiment(work: Work): Experiment {
  const { rollout } = work;
  const { metadata, spec } = rollout;
  const step = latestOf(rollout, ({ experiment }) => experiment);
  const hash = wantedHash(rollout);
  const revision = metadata.annotations?.[REVISION_ANNOTATION] ?? '';
  const { duration = '', dryRun = [], analysisRunMetadata, scaleDownDelaySeconds, analyses = [] } = step ?? {};
  const instanceId = metadata.labels?.[INSTANCE_ID_LABEL] ?? '';
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Experiment',
    metadata: {
      name: `${metadata.name}-${hash}-${revision}-${statusOf(rollout).currentStepIndex ?? 0}`,
      namespace: metadata.namespace ?? '',
      ownerReferences: [ownerReference(rollout)],
      labels: {
        ...metadata.labels,
        [POD_HASH_LABEL]: hash,
        ...(instanceId !== '' && { [INSTANCE_ID_LABEL]: instanceId }),
      },
      annotations: { [REVISION_ANNOTATION]: revision },
    },
    spec: {
      templates: (step?.templates ?? []).map((template) => templateOf(work, template)),
      ...(duration !== '' && { duration }),
      ...(spec.progressDeadlineSeconds !== undefined && { progressDeadlineSeconds: spec.progressDeadlineSeconds }),
      ...(analyses.length > 0 && { analyses: analyses.map((analysis) => analysisOf(work, analysis)) }),
      ...(scaleDownDelaySeconds !== undefined && { scaleDownDelaySeconds }),
      ...(dryRun.length > 0 && { dryRun }),
      ...(analysisRunMetadata && { analysisRunMetadata }),
    },
  };
}

function templateOf({ versions }: Work, wanted: RolloutExperimentTemplate): TemplateSpec {
  const { name, specRef, replicas, weight, service, selector: ownSelector, metadata = {} } = wanted;
  const refs = { canary: versions.latest, stable: versions.stable } as Record<string, typeof versions.latest>;
  const replicaSet = refs[specRef];
  if (replicaSet === undefined) throw new StepFailure('Invalid template step SpecRef: must be canary or stable');
  const { template = {}, minReadySeconds = 0, selector = {} } = replicaSet.spec ?? {};
  const base = ownSelector ?? selector;
  const labels = metadata.labels ?? {};
  const hasLabels = Object.keys(labels).length > 0;
  return {
    name,
    ...(replicas !== undefined && { replicas }),
    ...(minReadySeconds !== 0 && { minReadySeconds }),
    selector: hasLabels ? { ...base, matchLabels: { ...base.matchLabels, ...labels } } : base,
    template: {
      ...template,
      metadata: {
        ...template.metadata,
        ...(hasLabels && { labels: { ...template.metadata?.labels, ...labels } }),
        ...(metadata.annotations && { annotations: { ...template.metadata?.annotations, ...metadata.annotations } }),
      },
    },
    ...((weight !== undefined || service) && { service: service?.name ? { name: service.name } : {} }),
  };
}

function analysisOf({ rollout, versions }: Work, analysis: RolloutExperimentAnalysis): ExperimentAnalysis {
  const { name, templateName, clusterScope, requiredForCompletion } = analysis;
  const hashes = { latest: hashOf(versions.latest), stable: hashOf(versions.stable) };
  const args = argumentsOf(analysis, hashes, rollout);
  return {
    name,
    templateName,
    ...(clusterScope === true && { clusterScope }),
    ...(args.length > 0 && { args: [...args] }),
    ...(requiredForCompletion === true && { requiredForCompletion }),
  };
}

function argumentsOf({ args = [] }: RolloutExperimentAnalysis, ...rest: Context) {
  try {
    const built = buildRolloutArguments(args, ...rest);
    if (built.problem !== undefined) throw new StepFailure(built.problem);
    return built.args;
  } catch (error) {
    throw error instanceof ArgumentError ? new StepFailure(error.message) : error;
  }
}

type Context = [hashes: Parameters<typeof buildRolloutArguments>[1], rollout: Work['rollout']];
