import { Command, Option } from 'commander';
import type { Template } from '../analysis/templates.ts';
import { AssayError } from '../model/errors.ts';
import type { Cluster, ListQuery } from '../model/cluster.ts';
import { listAll } from '../model/list-pages.ts';
import { openLocalHttp } from '../http/local-http.ts';
import { openRemoteCluster } from '../local/remote-cluster.ts';
import { SCHEDULE_LABEL } from '../schedule/annotations.ts';
import { scheduleOwner, type ScheduledRun, seeRun } from '../schedule/run.ts';
import { hasSchedule, readSchedule, type ScheduledTemplate } from '../schedule/schedule.ts';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';
import { paintPhases } from './phase-style.ts';
import { type ListedSchedule, scheduleCells, scheduleRow } from './schedule-rows.ts';
import { textTable } from './text-table.ts';
import { triggerSchedule } from './trigger-schedule.ts';

interface SchedulesOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly output: 'table' | 'json';
}

const HELP = `
Lists the AnalysisTemplates of a namespace, and the ClusterAnalysisTemplates, that have a schedule (the annotation
assay.dev/schedule): their last run and its verdict, their next tick, and why a run is missing, where one is.

  assay schedules trigger NAME   makes a run now, whatever the schedule says

Examples:
  assay schedules -A
  assay schedules --context production -n shop -o json
  assay schedules trigger nightly-latency -n shop`;

/** `assay schedules`: shows the schedules of a cluster, and triggers one. */
export function command(console: Console, exitWith: (code: ExitCode) => void): Command {
  return new Command('schedules')
    .description('Show the schedules of templates in a cluster, or trigger one.')
    .argument('[action]', '`trigger`, to make a run now')
    .argument('[name]', 'the template to trigger')
    .option('--kubeconfig <file>', 'default: as kubectl finds it')
    .option('--context <name>', 'context in the kubeconfig (default: the current one)')
    .option('-n, --namespace <name>', "namespace to look into (default: the context's, or default)")
    .option('-A, --all-namespaces', 'look into all namespaces')
    .addOption(new Option('-o, --output <format>', 'what to print').choices(['table', 'json']).default('table'))
    .addHelpText('after', HELP)
    .action(async (action: string | undefined, name: string | undefined, options: SchedulesOptions) => {
      checkAction(action, name);
      const { cluster, namespace } = await openRemoteCluster({ ...options, http: openLocalHttp(), now });
      try {
        if (name === undefined) await list(cluster, options, namespace ?? 'default', console);
        else await trigger(name, cluster, options, namespace ?? 'default', console);
        exitWith(EXIT.ok);
      } finally {
        await cluster.close();
      }
    });
}

function now(): Date {
  return new Date();
}

function checkAction(action: string | undefined, name: string | undefined): void {
  if (action !== undefined && action !== 'trigger') {
    throw new InputError(`unknown action "${action}"`, 'Known: trigger.');
  }
  if (action === 'trigger' && name === undefined) throw new InputError('trigger what? Give the name of a template.');
}

async function trigger(
  name: string,
  cluster: Cluster,
  options: SchedulesOptions,
  contextNamespace: string,
  { out }: Console,
): Promise<void> {
  const runs = await triggerSchedule(cluster, {
    name,
    namespace: options.namespace,
    contextNamespace,
    now: new Date(),
  });
  if (options.output === 'json') out.write(`${JSON.stringify(runs, null, 2)}\n`);
  else for (const { metadata } of runs) out.write(`${metadata.namespace}/${metadata.name} created\n`);
}

async function list(
  cluster: Cluster,
  options: SchedulesOptions,
  contextNamespace: string,
  { out, err }: Console,
): Promise<void> {
  const where: ListQuery = options.allNamespaces ? {} : { namespace: options.namespace ?? contextNamespace };
  const schedules = await readSchedules(cluster, where, (text) => err.write(`assay: ${text}\n`));
  const at = now();
  const rows = schedules.map((schedule) => scheduleRow(schedule, at));
  if (options.output === 'json') {
    out.write(`${JSON.stringify(rows, null, 2)}\n`);
  } else if (rows.length === 0) {
    err.write(`No schedules${where.namespace === undefined ? '' : ` in namespace ${where.namespace}`}.\n`);
  } else {
    for (const line of textTable(scheduleCells(rows))) out.write(`${paintPhases(line, out.paint)}\n`);
  }
}

/** Those of the namespace, or of all, and those of the cluster; by namespace and name, as API servers list them. */
async function readSchedules(
  cluster: Cluster,
  where: ListQuery,
  note: (text: string) => void,
): Promise<readonly ListedSchedule[]> {
  const templates = await listAll(cluster, 'AnalysisTemplate', where);
  const ofCluster = await listAll(cluster, 'ClusterAnalysisTemplate', {}).catch((error: unknown) => {
    if (!(error instanceof AssayError) || error.code !== 'ASSAY_CLUSTER_DENIED') throw error;
    note('ClusterAnalysisTemplates are left out: they may not be listed');
    return [];
  });
  const all: readonly ScheduledTemplate[] = [...templates, ...ofCluster].filter(hasSchedule);
  const runs = await listRuns(cluster, where);
  return Promise.all(
    all.map(async (template) => ({
      template,
      runs: runs.get(template.metadata.uid ?? '') ?? [],
      namespaces: await namespacesOf(cluster, template, where.namespace),
      templates: {
        template: (name: string) => findNamed(templates, name, template.metadata.namespace ?? where.namespace),
        clusterTemplate: (name: string) => findNamed(ofCluster, name, undefined),
      },
    })),
  );
}

function findNamed(templates: readonly ScheduledTemplate[], name: string, namespace?: string): Template | undefined {
  return templates.find(({ metadata }) => metadata.name === name && (!namespace || metadata.namespace === namespace));
}

async function listRuns(cluster: Cluster, where: ListQuery): Promise<ReadonlyMap<string, readonly ScheduledRun[]>> {
  const runs = await listAll(cluster, 'AnalysisRun', { ...where, labelSelector: SCHEDULE_LABEL });
  const byOwner = Map.groupBy(runs, (run) => scheduleOwner(run) ?? '');
  return new Map([...byOwner].map(([owner, own]) => [owner, own.map(seeRun)]));
}

/** Where a template runs, within the namespace that is looked into; undefined where that may not be asked. */
async function namespacesOf(
  cluster: Cluster,
  template: ScheduledTemplate,
  only: string | undefined,
): Promise<readonly string[] | undefined> {
  if (template.kind === 'AnalysisTemplate') return [template.metadata.namespace ?? ''];
  const { schedule } = readSchedule(template);
  if (schedule === undefined) return [];
  const { namespaces } = schedule;
  const names = 'names' in namespaces ? namespaces.names : await selectNamespaces(cluster, namespaces.selector);
  return only === undefined ? names : names?.filter((name) => name === only);
}

async function selectNamespaces(cluster: Cluster, labelSelector: string): Promise<readonly string[] | undefined> {
  try {
    const found = await listAll(cluster, 'Namespace', { labelSelector });
    return found.map(({ metadata }) => metadata.name ?? '');
  } catch (error) {
    if (error instanceof AssayError && error.code === 'ASSAY_CLUSTER_DENIED') return undefined;
    throw error;
  }
}
