import { resolveExperimentArgument } from '../analysis/experiment-arguments.ts';
import { findName } from '../analysis/names.ts';
import { isFinished } from '../analysis/phases.ts';
import { SpecError } from '../analysis/spec-error.ts';
import { newRunFromTemplates, templatesFromRefs } from '../analysis/templates.ts';
import type { AnalysisRun, Argument } from '../model/analysis-run.ts';
import type { ExperimentAnalysis, ExperimentAnalysisRunStatus } from '../model/experiment.ts';
import { INSTANCE_ID_LABEL, POD_HASH_LABEL } from '../model/labels.ts';
import { findAnalysisStatus } from './lifecycle.ts';
import { tellPhase } from './tell-phase.ts';
import { note, ownerReference, type Work } from './work.ts';

/**
 * Sees to one analysis: before the pods are available, that its template exists; then, that it has a run; then, what
 * the run has come to.
 *
 * @returns how the analysis stands then
 * @source reconcileAnalysisRun in experiments/experiment.go of argoproj/argo-rollouts
 */
export function reconcileAnalysis(work: Work, analysis: ExperimentAnalysis): ExperimentAnalysisRunStatus {
  const before = findAnalysisStatus(work.experiment.status, analysis.name) ?? {
    name: analysis.name,
    analysisRun: '',
    phase: '' as const,
  };
  const after = nextStatus(work, analysis, before);
  tellPhase(work, before, after);
  return after;
}

function nextStatus(
  work: Work,
  analysis: ExperimentAnalysis,
  before: ExperimentAnalysisRunStatus,
): ExperimentAnalysisRunStatus {
  if (work.experiment.status?.availableAt === undefined) return verify(work, analysis, before);
  if (before.analysisRun === '') return work.isTerminating ? before : start(work, analysis, before);
  return isFinished(before.phase) ? before : follow(work, before);
}

/** Templates that these refer to are not looked at yet. */
function verify(
  { seen }: Work,
  { name, templateName, clusterScope = false }: ExperimentAnalysis,
  before: ExperimentAnalysisRunStatus,
): ExperimentAnalysisRunStatus {
  const { templates } = seen;
  const isThere = clusterScope ? templates.clusterTemplate(templateName) : templates.template(templateName);
  if (isThere) return before;
  const kind = clusterScope ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
  const problem = `${kind.toLowerCase()}.argoproj.io "${templateName}" not found`;
  return { ...before, phase: 'Error', message: `${kind} verification failed for analysis '${name}': ${problem}` };
}

function start(
  work: Work,
  analysis: ExperimentAnalysis,
  before: ExperimentAnalysisRunStatus,
): ExperimentAnalysisRunStatus {
  try {
    const run = newRun(work, analysis);
    const { name } = findName(run, (taken) => take(work, run, taken));
    return { ...before, phase: 'Pending', analysisRun: name };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const message = `Failed to create AnalysisRun for analysis '${analysis.name}': ${error.message}`;
    return { ...before, phase: 'Error', message };
  }
}

/** Asks for a name by creating the run. @returns the run that has the name already */
function take({ writes }: Work, run: AnalysisRun, name: string): AnalysisRun | undefined {
  const reply = writes.make({ verb: 'create', object: { ...run, metadata: { ...run.metadata, name } } });
  if (reply.went === 'done') return undefined;
  if (reply.went === 'failed') throw new SpecError(reply.message);
  if ('problem' in reply.found) throw new SpecError(reply.found.problem);
  return reply.found.object as AnalysisRun;
}

/**
 * The run that an analysis starts, named `<experiment>-<analysis>`.
 *
 * @throws SpecError if templates or arguments are wrong or missing
 * @source newAnalysisRun in experiments/experiment.go of argoproj/argo-rollouts
 */
function newRun(work: Work, { name, templateName, clusterScope = false, args }: ExperimentAnalysis): AnalysisRun {
  const { experiment, seen } = work;
  const { metadata, spec } = experiment;
  const resolved = (args ?? []).map((arg) => resolveArgument(work, arg));
  const templates = templatesFromRefs([{ templateName, clusterScope }], seen.templates);
  const instanceId = metadata.labels?.[INSTANCE_ID_LABEL] ?? '';
  const labels = { ...(instanceId !== '' && { [INSTANCE_ID_LABEL]: instanceId }), ...spec.analysisRunMetadata?.labels };
  const { annotations } = spec.analysisRunMetadata ?? {};
  return newRunFromTemplates(templates, {
    metadata: {
      name: `${metadata.name ?? ''}-${name}`,
      namespace: metadata.namespace ?? '',
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(annotations && Object.keys(annotations).length > 0 && { annotations }),
      ownerReferences: [ownerReference(experiment)],
    },
    args: resolved,
    dryRun: spec.dryRun ?? [],
    measurementRetention: spec.measurementRetention ?? [],
  });
}

/** Where a value was to be taken from is forgotten. */
function resolveArgument({ experiment, replicaSets }: Work, { name, value }: Argument): Argument {
  if (value === undefined || value === null) return { name };
  const templates = experiment.spec.templates.flatMap((template) => {
    const metadata = replicaSets.get(template.name)?.metadata;
    if (metadata === undefined) return [];
    const podTemplateHash = metadata.labels?.[POD_HASH_LABEL] ?? '';
    return { name: template.name, replicaSetName: metadata.name ?? '', podTemplateHash };
  });
  const { duration } = experiment.spec;
  const { availableAt } = experiment.status ?? {};
  return { name, value: resolveExperimentArgument(value, { availableAt, duration, templates }) };
}

/**
 * What a run has come to. Once the experiment has no use for it, it is stopped; but how it ended is still told, or an
 * experiment that waits for it would wait for ever, as it does in Argo.
 */
function follow(work: Work, before: ExperimentAnalysisRunStatus): ExperimentAnalysisRunStatus {
  const found = work.seen.runs.get(before.analysisRun) ?? {
    problem: `analysisruns.argoproj.io "${before.analysisRun}" not found`,
  };
  if ('problem' in found) return { ...before, phase: 'Error', message: found.problem };
  const run = found.object;
  if (work.isTerminating && !isFinished(run.status?.phase)) {
    const problem = endRun(work, before.name, run);
    return problem === undefined ? before : { ...before, phase: 'Error', message: problem };
  }
  const { message: _old, ...rest } = before;
  const { phase = '', message = '' } = run.status ?? {};
  return { ...rest, phase, ...(message !== '' && { message }) };
}

/** Stops a run, unless it is bound to stop already. @returns what went wrong, undefined: nothing */
export function endRun(work: Work, analysis: string, run: AnalysisRun): string | undefined {
  if (run.spec.terminate === true) return undefined;
  const { name = '', namespace = '', uid } = run.metadata;
  note(work, 'AnalysisRunTerminating', `Terminating ${analysis} (${name})`);
  const { apiVersion, kind } = run;
  const target = { apiVersion, kind, namespace, name, ...(uid !== undefined && { uid }) };
  const reply = work.writes.make({ verb: 'patch', target, patch: { spec: { terminate: true } } });
  return reply.went === 'failed' ? reply.message : undefined;
}
