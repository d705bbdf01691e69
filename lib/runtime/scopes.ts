import type { Scope } from '../model/cluster.ts';
import { REPLICA_SETS } from '../kinds/facts.ts';
import { parseLabelSelector, type Selects } from '../model/label-selector.ts';
import { INSTANCE_ID_LABEL, JOB_OWNER_LABEL } from '../model/labels.ts';

/** Which objects of a cluster are looked after. */
export interface Looked {
  /** Default: all. */
  readonly namespace?: string;
  readonly selector?: string;
  /** With it, objects that carry it as label; without it, those that carry none. */
  readonly instanceId?: string;
}

/** The AnalysisRuns and Experiments that are looked after, as API servers select them. */
export function objectScope({ namespace, selector, instanceId }: Looked): Pick<Scope, 'namespace' | 'labelSelector'> {
  const instance = instanceSelector(instanceId);
  const labelSelector = selector === undefined ? instance : `${instance},${selector}`;
  return { ...(namespace !== undefined && { namespace }), labelSelector };
}

const known = new WeakMap<Looked, Selects>();

/** Whether an AnalysisRun or an Experiment is looked after. Compiled once for each `looked`. */
export function looksAfter(looked: Looked): Selects {
  const compiled = known.get(looked) ?? compile(objectScope(looked));
  known.set(looked, compiled);
  return compiled;
}

function compile({ namespace, labelSelector }: ReturnType<typeof objectScope>): Selects {
  const hasLabels = parseLabelSelector(labelSelector);
  return (object) => hasLabels(object) && (namespace === undefined || object.metadata.namespace === namespace);
}

/**
 * What is watched: experiments and runs, what becomes of their ReplicaSets and Jobs, and the templates, which are read
 * and counted.
 */
export function scopesOf(looked: Looked): Scope[] {
  const { namespace, instanceId } = looked;
  const where = namespace === undefined ? {} : { namespace };
  const instance = instanceSelector(instanceId);
  return [
    { kind: 'AnalysisRun', ...objectScope(looked) },
    { kind: 'Experiment', ...objectScope(looked) },
    { kind: 'ReplicaSet', ...where, ...REPLICA_SETS },
    { kind: 'Job', ...where, labelSelector: JOB_OWNER_LABEL },
    { kind: 'AnalysisTemplate', ...where, labelSelector: instance },
    // Who may only look into one namespace need not be allowed to list what belongs to none.
    ...(namespace === undefined ? [{ kind: 'ClusterAnalysisTemplate', labelSelector: instance } as const] : []),
  ];
}

function instanceSelector(instanceId: string | undefined): string {
  return instanceId === undefined ? `!${INSTANCE_ID_LABEL}` : `${INSTANCE_ID_LABEL}=${instanceId}`;
}
