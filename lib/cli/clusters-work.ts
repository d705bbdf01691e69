import { kindsFor } from '../kinds/registry.ts';
import type { Cluster } from '../model/cluster.ts';
import type { ClusterSettings } from '../model/cluster-settings.ts';
import { isObject } from '../model/is-object.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { FINISHED_LABEL } from '../model/labels.ts';
import { listPages } from '../model/list-pages.ts';
import { lastTimeIn, overdueMs } from '../runtime/overdue.ts';
import { objectScope } from '../runtime/scopes.ts';

/** What the objects of a cluster tell of how it is looked after. */
export interface Work {
  /** Objects that are not finished. */
  readonly unfinished: number;
  /** Whether there are more than were looked at. */
  readonly isMore: boolean;
  /** The latest moment that a status tells of; undefined: nothing was ever done here. */
  readonly lastLook: Date | undefined;
  /** How long the most forgotten of them should have had a step by now. */
  readonly latenessSeconds: number;
}

/** Of one kind; a command is no reason to hold up an API server. */
const MOST_PAGES = 4;

/** Looks at what is unfinished in a cluster, 2,000 objects a kind at most; where nothing is, at what was finished. */
export async function lookAtWork(cluster: Pick<Cluster, 'list'>, settings: ClusterSettings, now: Date): Promise<Work> {
  const scope = objectScope(settings);
  let [unfinished, latenessMs, lastMs, isMore] = [0, 0, -Infinity, false];
  const note = (object: KubernetesObject): void => void (lastMs = Math.max(lastMs, lastTimeIn(object, now)));
  for (const { facts, load } of kindsFor(settings)) {
    const query = { ...scope, labelSelector: `${FINISHED_LABEL}!=true,${scope.labelSelector}` };
    let pages = 0;
    for await (const { items, continue: more = '' } of listPages(cluster, facts.kind, query)) {
      const kind = await load();
      for (const object of items) {
        const isDone = facts.ends.includes(phaseOf(object));
        if (!isDone) unfinished += 1;
        note(object);
        latenessMs = Math.max(latenessMs, latenessOf(object, now, kind));
      }
      pages += 1;
      if (pages < MOST_PAGES || more === '') continue;
      isMore = true;
      break;
    }
  }
  if (lastMs === -Infinity) {
    const { items } = await cluster.list('AnalysisRun', { ...scope, limit: 500 });
    for (const object of items) note(object);
  }
  return {
    unfinished,
    isMore,
    lastLook: lastMs === -Infinity ? undefined : new Date(lastMs),
    latenessSeconds: Math.round(latenessMs / 1000),
  };
}

/** What cannot even be told of an object is its own affair. */
function latenessOf(object: KubernetesObject, now: Date, kind: Parameters<typeof overdueMs>[2]): number {
  try {
    return overdueMs(object, now, kind);
  } catch {
    return 0;
  }
}

function phaseOf(object: KubernetesObject): string {
  const status: unknown = 'status' in object ? object.status : undefined;
  const phase = isObject(status) ? status['phase'] : undefined;
  return typeof phase === 'string' ? phase : '';
}
