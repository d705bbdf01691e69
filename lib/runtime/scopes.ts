import type { Scope } from '../model/cluster.ts';
import { factsFor, type Facts, namedKinds, ownedOf } from '../kinds/facts/registry.ts';
import { parseLabelSelector, type Selects } from '../model/label-selector.ts';
import { INSTANCE_ID_LABEL } from '../model/labels.ts';
import { type ClusterRouters, routedKindsOf } from '../model/cluster-routers.ts';
import { RESOURCES } from '../model/resources.ts';

/** Which objects of a cluster are looked after. */
export interface Looked {
  /** Default: all. */
  readonly namespace?: string;
  readonly selector?: string;
  /** With it, objects that carry it as label; without it, those that carry none. */
  readonly instanceId?: string;
  /** Whether Rollouts are looked after too. Default: no. */
  readonly rollouts?: boolean;
  /** Traffic routers whose objects are followed. Default: none, they are read where they are wanted. */
  readonly routers?: ClusterRouters;
}

/** The objects that are looked after, as API servers select them. */
export function objectScope({ namespace, selector, instanceId }: Looked): Pick<Scope, 'namespace' | 'labelSelector'> {
  const instance = instanceSelector(instanceId);
  const labelSelector = selector === undefined ? instance : `${instance},${selector}`;
  return { ...(namespace !== undefined && { namespace }), labelSelector };
}

const known = new WeakMap<Looked, Selects>();

/** Whether an object is looked after. Compiled once for each `looked`. */
export function looksAfter(looked: Looked): Selects {
  const compiled = known.get(looked) ?? compile(objectScope(looked));
  known.set(looked, compiled);
  return compiled;
}

function compile({ namespace, labelSelector }: ReturnType<typeof objectScope>): Selects {
  const hasLabels = parseLabelSelector(labelSelector);
  return (object) => hasLabels(object) && (namespace === undefined || object.metadata.namespace === namespace);
}

/** What is watched: the objects that are looked after, what becomes of those that they own, what they name, and what is read for them. */
export function scopesOf(looked: Looked, facts: Facts = factsFor(looked)): Scope[] {
  const { namespace, instanceId, rollouts = false, routers } = looked;
  const where = namespace === undefined ? {} : { namespace };
  const kinds = facts.map(({ kind }) => kind);
  // All of them are followed then, also those that are owned.
  const named = namedKinds(facts).filter((kind) => !kinds.includes(kind));
  const read = [...new Set(facts.flatMap(({ reads }) => reads))].filter((kind) => !kinds.includes(kind));
  return [
    ...kinds.map((kind) => ({ kind, ...objectScope(looked) })),
    ...ownedOf(facts).flatMap(({ kind, labelSelector, uidLabel, ownerKinds }): Scope[] => {
      if (labelSelector === undefined || named.includes(kind)) return [];
      // A label that names the owner is nobody else's; any other may be on what is owned by others.
      return [{ kind, ...where, labelSelector, ...(uidLabel === undefined && { ownerKind: ownerKinds }) }];
    }),
    ...[...named, ...(rollouts ? routedKindsOf(routers) : [])].map((kind) => ({ kind, ...where, isOptional: true })),
    ...read.flatMap((kind): Scope[] => {
      const labelSelector = instanceSelector(instanceId);
      if (RESOURCES[kind].namespaced) return [{ kind, ...where, labelSelector }];
      // Who may only look into one namespace need not be allowed to list what belongs to none.
      return namespace === undefined ? [{ kind, labelSelector }] : [];
    }),
  ];
}

function instanceSelector(instanceId: string | undefined): string {
  return instanceId === undefined ? `!${INSTANCE_ID_LABEL}` : `${INSTANCE_ID_LABEL}=${instanceId}`;
}
