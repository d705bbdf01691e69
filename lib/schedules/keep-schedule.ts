import { readTemplates } from '../kinds/read-templates.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import { AssayError } from '../model/errors.ts';
import { findMalformation } from '../model/malformed.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Change, EventRecord } from '../model/outcome.ts';
import type { Log } from '../model/ports.ts';
import { formatProblem } from '../model/problem.ts';
import { findNewestTick, findOpenTick, plan } from '../schedule/plan.ts';
import { type ScheduledRun, scheduleOwner } from '../schedule/run.ts';
import type { Schedule, ScheduledTemplate } from '../schedule/schedule.ts';
import { apply } from '../runtime/apply.ts';
import type { ChosenNamespaces } from './chosen-namespaces.ts';
import type { ScheduleMemory } from './schedule-memory.ts';
import { recordEvent } from '../runtime/record-events.ts';
import { cut } from '../model/cut.ts';

/** What keeping schedules needs of the world. */
export interface Scheduler {
  readonly cluster: Cluster;
  readonly log: Log;
  readonly now: () => Date;
  readonly memory: ScheduleMemory;
  readonly namespaces: ChosenNamespaces;
  /** Whether a run would be looked after here. Where it would not, somebody else makes it. */
  readonly selects: (run: AnalysisRun) => boolean;
  /** Told of each run that was made. */
  readonly onRun?: (run: AnalysisRun) => Promise<void>;
}

/**
 * Does for one template what its schedule asks for by now: makes the run of the latest tick, ends those it replaces,
 * deletes old ones, and tells on the template what is wrong. Doing it twice, or in two places at once, does no harm.
 *
 * @param runs  of the template, all of them
 * @throws AssayError if the cluster cannot be asked just now, once all namespaces have had their turn
 */
export async function keepSchedule(
  template: ScheduledTemplate,
  runs: readonly ScheduledRun[],
  scheduler: Scheduler,
): Promise<void> {
  const malformation = findMalformation(template);
  const { schedule, problems } = scheduler.memory.scheduleOf(template);
  if (malformation !== undefined || problems.length > 0) {
    const message = malformation ?? problems.map(formatProblem).join('; ');
    await tell(template, '', { type: 'Warning', reason: 'InvalidSchedule', message }, scheduler);
  } else {
    scheduler.memory.allWell(template, '');
  }
  if (malformation !== undefined || schedule === undefined) return;
  const chosen = await findNamespaces(template, schedule, scheduler);
  // Where the template runs no more, its old runs are still looked after.
  const left = new Set(runs.map(({ namespace }) => namespace).filter((namespace) => !chosen.includes(namespace)));
  const keep = async (namespace: string, as: Schedule) => keepIn(namespace, template, as, runs, scheduler);
  const ends = await Promise.allSettled([
    ...chosen.map((namespace) => keep(namespace, schedule)),
    ...[...left].map((namespace) => keep(namespace, { ...schedule, isSuspended: true })),
  ]);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  noteWhole(template, schedule, chosen, scheduler);
}

/** Once all namespaces have had a tick, they need not be looked up again before the next. */
function noteWhole(
  template: ScheduledTemplate,
  schedule: Schedule,
  namespaces: readonly string[],
  { memory, now }: Scheduler,
): void {
  const tick = findOpenTick(template, schedule, now());
  const isHad = (namespace: string) => (memory.tickOf(template, namespace)?.getTime() ?? 0) >= (tick?.getTime() ?? 0);
  if (tick && namespaces.length > 0 && namespaces.every(isHad)) memory.noteTick(template, ALL, tick);
}

/** Where runs of a template are to be; none where it has no tick to make up for. */
export async function findNamespaces(
  template: ScheduledTemplate,
  schedule: Schedule,
  scheduler: Scheduler,
): Promise<readonly string[]> {
  if (template.kind === 'AnalysisTemplate') return [template.metadata.namespace ?? ''];
  const { namespaces } = schedule;
  if ('names' in namespaces) return namespaces.names;
  const tick = findOpenTick(template, schedule, scheduler.now());
  const known = scheduler.memory.tickOf(template, ALL);
  if (tick === undefined || (known && known >= tick)) return [];
  const found = await listNamespaces(template, namespaces.selector, scheduler);
  if (found?.length === 0) {
    const message = `No namespace has the labels ${namespaces.selector}: no runs are made`;
    await tell(template, ALL, { type: 'Warning', reason: 'NoNamespaces', message }, scheduler);
  }
  return found ?? [];
}

/** Under what the memory keeps what concerns all namespaces of a template: none is called so. */
const ALL = '*';

/** Undefined where it is not allowed. */
async function listNamespaces(
  template: ScheduledTemplate,
  labelSelector: string,
  scheduler: Scheduler,
): Promise<readonly string[] | undefined> {
  try {
    const names = await scheduler.namespaces(labelSelector);
    if (names.length > 0) scheduler.memory.allWell(template, ALL);
    return names;
  } catch (error) {
    if (!(error instanceof AssayError) || error.retry) throw error;
    const message = `Namespaces cannot be listed: ${error.words}`;
    await tell(template, ALL, { type: 'Warning', reason: 'NoNamespaces', message }, scheduler);
    return undefined;
  }
}

async function keepIn(
  namespace: string,
  template: ScheduledTemplate,
  schedule: Schedule,
  all: readonly ScheduledRun[],
  scheduler: Scheduler,
): Promise<void> {
  const { cluster, memory } = scheduler;
  const at = scheduler.now();
  const runs = all.filter((run) => run.namespace === namespace);
  memory.noteTick(template, namespace, findNewestTick(runs));
  const knownTick = memory.tickOf(template, namespace);
  const templates = await readTemplates(cluster, namespace, template.spec.templates ?? [], true);
  const { changes, tick, skipped } = plan({ template, schedule, namespace, runs, knownTick, templates }, at);
  const told = skipped ?? (tick && (await makeRun(namespace, template, changes, scheduler)));
  if (told === undefined) memory.allWell(template, namespace);
  else await tell(template, namespace, told, scheduler);
  // Late enough, or with its run, a tick stays so; what was in its way may go.
  const isSettled = told === undefined || told.reason === 'MissSchedule';
  if (isSettled) memory.noteTick(template, namespace, findOpenTick(template, schedule, at));
  await deleteOld(template, changes, scheduler);
}

/** Ends what is to be replaced, and creates the run. @returns what went wrong, where something did */
async function makeRun(
  namespace: string,
  template: ScheduledTemplate,
  changes: readonly Change[],
  scheduler: Scheduler,
): Promise<EventRecord | undefined> {
  const { cluster, log, onRun } = scheduler;
  const made = changes.find(({ verb }) => verb === 'create');
  const run = made?.verb === 'create' ? servedRun(made.object as AnalysisRun, template, scheduler) : undefined;
  if (run === undefined) return undefined;
  for (const change of changes.filter(({ verb }) => verb === 'patch')) {
    const reply = await apply(change, cluster);
    if (reply.went === 'failed' && change.verb === 'patch') {
      return failedCreate(namespace, `${change.target.name} cannot be ended first: ${reply.message}`);
    }
  }
  const reply = await apply({ verb: 'create', object: run }, cluster);
  if (reply.went === 'failed') return failedCreate(namespace, reply.message);
  const name = run.metadata.name ?? '';
  if (reply.went === 'exists') {
    const isOurs = 'object' in reply.found && scheduleOwner(reply.found.object) === template.metadata.uid;
    return isOurs ? undefined : failedCreate(namespace, `the name ${name} is taken`);
  }
  log.info('run scheduled', { cluster: cluster.name, namespace, template: template.metadata.name, run: name });
  await onRun?.(reply.object as AnalysisRun);
  await record(
    template,
    { type: 'Normal', reason: 'SuccessfulCreate', message: `Created run ${placed(namespace, name)}` },
    scheduler,
  );
  return undefined;
}

function failedCreate(namespace: string, message: string): EventRecord {
  return { type: 'Warning', reason: 'FailedCreate', message: `Cannot make a run in ${namespace}: ${message}` };
}

/** With the labels of the template where only then it is looked after here; undefined: it never is. */
function servedRun(run: AnalysisRun, template: ScheduledTemplate, { selects }: Scheduler): AnalysisRun | undefined {
  if (selects(run)) return run;
  const labels = { ...template.metadata.labels, ...run.metadata.labels };
  const labelled = { ...run, metadata: { ...run.metadata, labels } };
  return selects(labelled) ? labelled : undefined;
}

async function deleteOld(template: ScheduledTemplate, changes: readonly Change[], scheduler: Scheduler): Promise<void> {
  for (const change of changes) {
    if (change.verb !== 'delete') continue;
    const reply = await apply(change, scheduler.cluster);
    const { namespace, name } = change.target;
    if (reply.went !== 'failed') continue;
    const message = `Cannot delete run ${placed(namespace, name)}: ${reply.message}`;
    await tell(template, `${namespace}/history`, { type: 'Warning', reason: 'FailedDelete', message }, scheduler);
  }
}

function placed(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** Longer messages are refused. @source ValidateEventCreate of k8s.io/kubernetes/pkg/apis/core/validation */
const LONGEST_MESSAGE = 1000;

/** Records an Event about the template, unless it was the last one here already. */
async function tell(
  template: ScheduledTemplate,
  namespace: string,
  event: EventRecord,
  scheduler: Scheduler,
): Promise<void> {
  const message = cut(event.message, LONGEST_MESSAGE);
  if (!scheduler.memory.isNews(template, namespace, `${event.reason} ${message}`)) return;
  const { cluster, log } = scheduler;
  const { name, namespace: home } = template.metadata;
  const fields = { cluster: cluster.name, namespace: home ?? '', template: name, reason: event.reason };
  log[event.type === 'Warning' ? 'warn' : 'info'](message, fields);
  await record(template, { ...event, message }, scheduler);
}

async function record(template: ScheduledTemplate, event: EventRecord, { cluster, log }: Scheduler): Promise<void> {
  const { apiVersion, kind, metadata } = template;
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = metadata;
  const fields = { cluster: cluster.name, namespace, template: name };
  await recordEvent({ apiVersion, kind, namespace, name, uid, resourceVersion }, event, { cluster, log, fields });
}
