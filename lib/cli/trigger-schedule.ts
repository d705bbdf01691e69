import { SpecError } from '../analysis/spec-error.ts';
import { readTemplates } from '../kinds/read-templates.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import type { Cluster } from '../model/cluster.ts';
import { formatProblem } from '../model/problem.ts';
import { chosenNamespaces } from '../schedules/chosen-namespaces.ts';
import { ANNOTATIONS } from '../schedule/annotations.ts';
import { newScheduledRun } from '../schedule/run.ts';
import { hasSchedule, readSchedule, type Schedule, type ScheduledTemplate } from '../schedule/schedule.ts';
import { InputError } from './input-error.ts';

export interface Triggering {
  readonly name: string;
  /** Where to run; undefined: in the namespace of the context, or wherever a ClusterAnalysisTemplate runs. */
  readonly namespace: string | undefined;
  readonly contextNamespace: string;
  readonly now: Date;
}

/**
 * Makes a run of a scheduled template now, suspended or not. A template of the namespace comes before one of the cluster.
 *
 * @returns the runs, one a namespace
 * @throws InputError if there is no such template, or its schedule cannot be used; AssayError if the cluster refuses
 */
export async function triggerSchedule(cluster: Cluster, triggering: Triggering): Promise<readonly AnalysisRun[]> {
  const { name, contextNamespace, now } = triggering;
  const namespace = triggering.namespace ?? contextNamespace;
  const template = await findTemplate(cluster, name, namespace);
  const schedule = requireSchedule(template, name);
  const isOfCluster = template.kind === 'ClusterAnalysisTemplate';
  const chosen = isOfCluster && triggering.namespace === undefined ? await choose(cluster, schedule, now) : [namespace];
  if (chosen.length === 0) throw new InputError(`${name}: no namespace is selected`, 'Give -n to run it in one.');
  const runs: AnalysisRun[] = [];
  for (const each of chosen) {
    const templates = await readTemplates(cluster, each, template.spec.templates ?? [], true);
    const making = { template, schedule, namespace: each, tick: undefined, now, templates };
    runs.push(await cluster.create('AnalysisRun', makeRun(making)));
  }
  return runs;
}

function makeRun(making: Parameters<typeof newScheduledRun>[0]): AnalysisRun {
  try {
    return newScheduledRun(making);
  } catch (error) {
    if (error instanceof SpecError) throw new InputError(`${making.template.metadata.name}: ${error.message}`);
    throw error;
  }
}

async function findTemplate(cluster: Cluster, name: string, namespace: string): Promise<ScheduledTemplate> {
  const own = await cluster.get('AnalysisTemplate', { namespace, name });
  const template = own ?? (await cluster.get('ClusterAnalysisTemplate', { name }));
  if (template) return template;
  throw new InputError(
    `no AnalysisTemplate "${name}" in namespace ${namespace}, and no ClusterAnalysisTemplate of that name`,
    'Give the namespace with -n; `assay schedules -A` lists what there is.',
  );
}

function requireSchedule(template: ScheduledTemplate, name: string): Schedule {
  const { schedule, problems } = readSchedule(template);
  if (schedule) return schedule;
  if (!hasSchedule(template)) {
    throw new InputError(`${name} has no schedule`, `Give it the annotation ${ANNOTATIONS.schedule}.`);
  }
  throw new InputError(`${name}: ${problems.map(formatProblem).join('; ')}`);
}

async function choose(cluster: Cluster, { namespaces }: Schedule, now: Date): Promise<readonly string[]> {
  if ('names' in namespaces) return namespaces.names;
  return chosenNamespaces(cluster, () => now)(namespaces.selector);
}
