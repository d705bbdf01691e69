import type { Cluster } from '../model/cluster.ts';

/** What becomes of each method of a cluster that is wrapped: it goes through untouched, or something stands before it. */
export type Wrapping = {
  readonly [Method in Exclude<keyof Cluster, 'name' | 'apiVersions'>]-?: 'as is' | NonNullable<Cluster[Method]>;
};

/**
 * Puts something before a cluster. The table names every method of the port, so that a new one does not compile until
 * each wrapper has said what it does with it; what `cluster` has beyond the port goes through untouched.
 */
export function wrap<C extends Cluster>(cluster: C, wrapping: Wrapping): C {
  const changed = Object.entries(wrapping).filter(([, how]) => how !== 'as is');
  return { ...cluster, ...Object.fromEntries(changed) };
}
