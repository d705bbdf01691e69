import { AssayError, isAbout } from '../model/errors.ts';
import { parseLabelSelector } from '../model/label-selector.ts';
import type { Cluster, ListQuery } from '../model/cluster.ts';
import { listPages } from '../model/list-pages.ts';
import type { Ports } from '../model/ports.ts';
import { refOf } from '../model/ref.ts';
import { SCHEDULE_LABEL } from '../schedule/annotations.ts';
import { scheduleLabel } from '../schedule/names.ts';
import { findOpenTick } from '../schedule/plan.ts';
import { scheduleOwner, type ScheduledRun, seeRun } from '../schedule/run.ts';
import { hasSchedule, type ScheduledTemplate } from '../schedule/schedule.ts';
import { chosenNamespaces } from './chosen-namespaces.ts';
import { scheduleMemory, type ScheduleMemory } from './schedule-memory.ts';
import { findNamespaces, keepSchedule, type Scheduler } from './keep-schedule.ts';
import { type Looked, objectScope, scopesOf } from '../runtime/scopes.ts';
import { errorFields } from '../log/error-fields.ts';

/** So many schedules are kept at once. */
const AT_ONCE = 10;

/** From here on one list of all scheduled runs is cheaper than one for each template. */
const MANY = 50;

/**
 * Keeps the schedules of a cluster, for who looks at it every minute: each kind of template is listed once, and runs
 * are listed only of templates with a tick that is not known to have had its run. Each run that is made is asked a step
 * of at once.
 *
 * API servers select by labels and not by annotations, so all templates are listed, page by page; of each only what has
 * a schedule is kept.
 *
 * @param memories  what is kept of clusters between two looks, by name: a process that begins without it does the same,
 *                  and asks more
 * @throws AssayError if the queue does not take a message; what the cluster has against it is logged
 */
export async function resyncSchedules(
  name: string,
  looked: Looked,
  ports: Ports,
  memories: Map<string, ScheduleMemory>,
): Promise<void> {
  const cluster = ports.clusters.get(name);
  const memory = memories.get(name) ?? scheduleMemory();
  memories.set(name, memory);
  const { log, now, queue } = ports;
  const scheduler: Scheduler = {
    cluster,
    log,
    now,
    memory,
    namespaces: chosenNamespaces(cluster, now),
    selects: selectsOf(looked),
    onRun: async (run) => queue.send(refOf(name, run), now()),
  };
  try {
    const open = await listOpen(looked, scheduler);
    const runs = await listRuns(open, looked, cluster);
    await eachInTurn(open, scheduler, async (template) =>
      keepSchedule(template, runs.get(template.metadata.uid ?? '') ?? [], scheduler),
    );
  } catch (error) {
    logFailure(error, scheduler);
  }
}

/**
 * The templates of both kinds that have a tick to look into. Each page is gone before the next is read: garbage that
 * lives no longer costs next to nothing. A kind that may not be listed leaves the other alone.
 */
async function listOpen(looked: Looked, scheduler: Scheduler): Promise<ScheduledTemplate[]> {
  const open: ScheduledTemplate[] = [];
  const uids = new Set<string>();
  let isWhole = true;
  const sift = async (templates: readonly ScheduledTemplate[]): Promise<void> => {
    const scheduled = templates.filter(hasSchedule);
    for (const { metadata } of scheduled) uids.add(metadata.uid ?? '');
    const mayBeOpen = scheduled.filter((template) => isWanted(template, scheduler));
    await eachInTurn(mayBeOpen, scheduler, async (template) => {
      if (await isOpen(template, scheduler)) open.push(template);
    });
  };
  for (const { kind, namespace, labelSelector } of scopesOf(looked)) {
    if (kind !== 'AnalysisTemplate' && kind !== 'ClusterAnalysisTemplate') continue;
    const query = {
      ...(namespace !== undefined && { namespace }),
      ...(labelSelector !== undefined && { labelSelector }),
    };
    try {
      for await (const { items } of listPages(scheduler.cluster, kind, query)) await sift(items);
    } catch (error) {
      isWhole = false;
      logFailure(error, scheduler, { kind });
    }
  }
  if (isWhole) scheduler.memory.keepOnly(uids);
  return open;
}

/** Whether it is worth a closer look: there is something to be said of it, or a tick that is not known to be had. */
function isWanted(template: ScheduledTemplate, { memory, now }: Scheduler): boolean {
  const { schedule } = memory.scheduleOf(template);
  if (schedule === undefined) return true;
  const tick = findOpenTick(template, schedule, now());
  if (tick === undefined || template.kind === 'ClusterAnalysisTemplate') return tick !== undefined;
  const known = memory.tickOf(template, template.metadata.namespace ?? '');
  return known === undefined || known.getTime() < tick.getTime();
}

/** Whether a template has a tick that is not known to have had its run; what is wrong with it is told meanwhile. */
async function isOpen(template: ScheduledTemplate, scheduler: Scheduler): Promise<boolean> {
  const { schedule } = scheduler.memory.scheduleOf(template);
  if (schedule === undefined) {
    await keepSchedule(template, [], scheduler);
    return false;
  }
  const tick = findOpenTick(template, schedule, scheduler.now());
  if (tick === undefined) return false;
  const namespaces = await findNamespaces(template, schedule, scheduler);
  return namespaces.some((namespace) => {
    const known = scheduler.memory.tickOf(template, namespace);
    return known === undefined || known < tick;
  });
}

/** The runs of templates, by the uid of the template. Of each only what decisions look at is kept. */
async function listRuns(
  templates: readonly ScheduledTemplate[],
  { namespace }: Looked,
  cluster: Cluster,
): Promise<ReadonlyMap<string, readonly ScheduledRun[]>> {
  const runs = new Map<string, ScheduledRun[]>(templates.map(({ metadata }) => [metadata.uid ?? '', []]));
  const note = async (query: ListQuery): Promise<void> => {
    for await (const { items } of listPages(cluster, 'AnalysisRun', query)) {
      for (const run of items) runs.get(scheduleOwner(run) ?? '')?.push(seeRun(run));
    }
  };
  const where = (template?: ScheduledTemplate): ListQuery => {
    const within = template?.metadata.namespace ?? namespace;
    const labelSelector = template ? `${SCHEDULE_LABEL}=${scheduleLabel(template)}` : SCHEDULE_LABEL;
    return { labelSelector, ...(within !== undefined && { namespace: within }) };
  };
  const lists = templates.length > MANY ? [where()] : templates.map(where);
  for (let first = 0; first < lists.length; first += AT_ONCE) {
    const some = lists.slice(first, first + AT_ONCE);
    await Promise.all(some.map(note));
  }
  return runs;
}

/** A few at once. One that fails leaves the others alone. */
async function eachInTurn(
  templates: readonly ScheduledTemplate[],
  scheduler: Scheduler,
  work: (template: ScheduledTemplate) => Promise<void>,
): Promise<void> {
  const left = [...templates].values();
  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (const template of left) {
      const { namespace = '', name } = template.metadata;
      const about = { namespace, template: name };
      await work(template).catch((error: unknown) => logFailure(error, scheduler, about));
    }
  });
  await Promise.all(workers);
}

/** What is no AssayError is a bug; and without the queue nothing goes on. */
function logFailure(error: unknown, { cluster, log }: Scheduler, about: Readonly<Record<string, unknown>> = {}): void {
  if (!(error instanceof AssayError) || isAbout(error, 'QUEUE')) throw error;
  log.warn('schedules not kept', { cluster: cluster.name, ...about, ...errorFields(error) });
}

function selectsOf(looked: Looked): Scheduler['selects'] {
  const { namespace, labelSelector } = objectScope(looked);
  const hasLabels = parseLabelSelector(labelSelector);
  return (run) => hasLabels(run) && (namespace === undefined || run.metadata.namespace === namespace);
}
