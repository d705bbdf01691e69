import { isFinished } from '../analysis/phases.ts';
import type { CachedCluster } from '../clusters/store/cached.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import type { Log } from '../model/ports.ts';
import { type ObjectRef, refOf } from '../model/ref.ts';
import type { Timers } from '../model/timers.ts';
import { memoryQueue } from '../queues/memory.ts';
import { systemTimers } from '../queues/system-timers.ts';
import { findNextTick } from '../schedule/plan.ts';
import { scheduleOwner, seeRun } from '../schedule/run.ts';
import { hasSchedule, type ScheduledTemplate } from '../schedule/schedule.ts';
import { type ChosenNamespaces, chosenNamespaces } from '../schedules/chosen-namespaces.ts';
import { scheduleMemory, type ScheduleMemory } from '../schedules/schedule-memory.ts';
import { keepSchedule } from '../schedules/keep-schedule.ts';
import { errorFields } from '../log/error-fields.ts';

export interface ServeSchedulesOptions {
  /** With stores of AnalysisRuns and of both kinds of templates: nothing else is listed but chosen namespaces. */
  readonly clusters: readonly CachedCluster[];
  readonly log: Log;
  readonly now: () => Date;
  /** Default: those of the process. */
  readonly timers?: Timers;
}

export interface ServedSchedules {
  /** Looks at every schedule, whatever the timers say: the clock may have been set, a step may have failed. */
  resync(): void;
  /** Begins nothing more, and lets what is under way end. */
  stop(): Promise<void>;
}

const TEMPLATE_KINDS = ['AnalysisTemplate', 'ClusterAnalysisTemplate'] as const;

/** Keeps the schedules of clusters in one process: a timer at each tick, woken by changed templates and ended runs. */
export function serveSchedules({ clusters, log, now, timers = systemTimers }: ServeSchedulesOptions): ServedSchedules {
  const kept = new Map(clusters.map((cluster) => [cluster.name, keptCluster(cluster, now)]));
  const queue = memoryQueue({
    work,
    now,
    timers,
    onFailure: (ref, error, retryInMs) => log.error('schedule not kept', { ...ref, ...errorFields(error), retryInMs }),
  });

  async function work(ref: ObjectRef): Promise<void> {
    const known = kept.get(ref.cluster);
    const template = known && findTemplate(known.cluster, ref);
    if (!template || !hasSchedule(template)) return;
    const { cluster, runs, memory, namespaces } = known;
    const own = [...(runs.get(ref.uid)?.values() ?? [])].map(seeRun);
    const selects = (run: AnalysisRun) => cluster.selects('AnalysisRun', run);
    const at = now();
    await keepSchedule(template, own, { cluster, log, now, memory, namespaces, selects });
    const { schedule } = memory.scheduleOf(template);
    // A tick may have come meanwhile.
    const nextAt = schedule && findNextTick(schedule, at);
    if (nextAt) void queue.send(ref, nextAt);
  }

  function look(cluster: CachedCluster): void {
    for (const kind of TEMPLATE_KINDS) {
      for (const template of cluster.stored(kind)) {
        if (hasSchedule(template)) void queue.send(refOf(cluster.name, template), now());
      }
    }
  }

  for (const { cluster, runs, memory } of kept.values()) {
    for (const kind of TEMPLATE_KINDS) {
      cluster.onChange(kind, (template, _previous, type) => {
        if (type === 'DELETED') memory.forget(template);
        // Until all is listed, a run may be missing that is there.
        else if (cluster.synced() && hasSchedule(template)) void queue.send(refOf(cluster.name, template), now());
      });
    }
    cluster.onChange('AnalysisRun', (run, previous, type) => {
      const owner = scheduleOwner(run);
      if (owner === undefined) return;
      noteRun(runs, owner, run, type === 'DELETED');
      const isNews =
        type === 'DELETED' || (previous && isFinished(run.status?.phase) !== isFinished(previous.status?.phase));
      const template = isNews && cluster.synced() ? findOwner(cluster, run, owner) : undefined;
      if (template) void queue.send(refOf(cluster.name, template), now());
    });
    void cluster.whenSynced().then(() => look(cluster));
  }

  return {
    resync: () => clusters.filter((cluster) => cluster.synced()).forEach(look),
    stop: () => queue.stop(),
  };
}

interface KeptCluster {
  readonly cluster: CachedCluster;
  /** The runs of each template, by its uid and theirs. */
  readonly runs: Map<string, Map<string, AnalysisRun>>;
  readonly memory: ScheduleMemory;
  readonly namespaces: ChosenNamespaces;
}

function keptCluster(cluster: CachedCluster, now: () => Date): KeptCluster {
  return { cluster, runs: new Map(), memory: scheduleMemory(), namespaces: chosenNamespaces(cluster, now) };
}

function noteRun(runs: KeptCluster['runs'], owner: string, run: AnalysisRun, isGone: boolean): void {
  const own = runs.get(owner) ?? new Map<string, AnalysisRun>();
  if (isGone) own.delete(run.metadata.uid ?? '');
  else own.set(run.metadata.uid ?? '', run);
  if (own.size > 0) runs.set(owner, own);
  else runs.delete(owner);
}

function findTemplate(
  cluster: CachedCluster,
  { kind, namespace, name, uid }: ObjectRef,
): ScheduledTemplate | undefined {
  const template =
    kind === 'ClusterAnalysisTemplate'
      ? cluster.peek('ClusterAnalysisTemplate', { name })
      : cluster.peek('AnalysisTemplate', { namespace, name });
  return template?.metadata.uid === uid ? template : undefined;
}

function findOwner(cluster: CachedCluster, { metadata }: AnalysisRun, uid: string): ScheduledTemplate | undefined {
  const owner = metadata.ownerReferences?.find((reference) => reference.uid === uid);
  if (owner === undefined) return undefined;
  const { kind, name } = owner;
  return findTemplate(cluster, { cluster: cluster.name, kind, namespace: metadata.namespace ?? '', name, uid });
}
