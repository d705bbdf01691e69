import type { KubernetesObject } from '../model/kubernetes.ts';
import { readSchedule, type ReadSchedule, type ScheduledTemplate } from '../schedule/schedule.ts';

/**
 * What a process remembers of the schedules of a cluster. It spares work and repetition, and nothing rests on it: what
 * is forgotten is found in the cluster again.
 */
export interface ScheduleMemory {
  /** What the annotations of a template ask for: read once a version. */
  scheduleOf(template: ScheduledTemplate): ReadSchedule;
  /** The newest tick of a template in a namespace that is known to have had its run. */
  tickOf(template: KubernetesObject, namespace: string): Date | undefined;
  noteTick(template: KubernetesObject, namespace: string, tick: Date | undefined): void;
  /** Whether this is news about a template in a namespace: something else than what was said last. */
  isNews(template: KubernetesObject, namespace: string, text: string): boolean;
  /** There is nothing to be said any more: the same text would be news again. */
  allWell(template: KubernetesObject, namespace: string): void;
  forget(template: KubernetesObject): void;
  /** Forgets all templates but these. */
  keepOnly(uids: ReadonlySet<string>): void;
}

export function scheduleMemory(): ScheduleMemory {
  const ticks = new Map<string, Map<string, Date>>();
  const told = new Map<string, Map<string, string>>();
  const read = new Map<string, { readonly version: string | undefined; readonly result: ReadSchedule }>();
  return {
    scheduleOf(template) {
      const version = template.metadata.resourceVersion;
      const before = read.get(uidOf(template));
      if (before?.version === version && before) return before.result;
      const result = readSchedule(template);
      read.set(uidOf(template), { version, result });
      return result;
    },
    tickOf: (template, namespace) => ticks.get(uidOf(template))?.get(namespace),
    noteTick(template, namespace, tick) {
      const before = ticks.get(uidOf(template))?.get(namespace);
      if (tick && (!before || tick > before)) placeOf(ticks, template).set(namespace, tick);
    },
    isNews(template, namespace, text) {
      const last = placeOf(told, template);
      if (last.get(namespace) === text) return false;
      last.set(namespace, text);
      return true;
    },
    allWell: (template, namespace) => void told.get(uidOf(template))?.delete(namespace),
    forget(template) {
      for (const map of [ticks, told, read]) map.delete(uidOf(template));
    },
    keepOnly(uids) {
      for (const map of [ticks, told, read]) for (const uid of map.keys()) if (!uids.has(uid)) map.delete(uid);
    },
  };
}

function placeOf<T>(map: Map<string, Map<string, T>>, template: KubernetesObject): Map<string, T> {
  const place = map.get(uidOf(template)) ?? new Map<string, T>();
  map.set(uidOf(template), place);
  return place;
}

function uidOf({ metadata }: KubernetesObject): string {
  return metadata.uid ?? '';
}
