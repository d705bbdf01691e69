import type { KubernetesObject } from './kubernetes.ts';

/** An object that was looked for, or why it was not found, in the words of the API server. */
export type Found<T> = { readonly object: T } | { readonly problem: string };

/** What became of a change. */
export type Reply =
  /** It was made, or there was nothing to delete. `object`: as it is now in the cluster. */
  | { readonly went: 'done'; readonly object?: KubernetesObject }
  /** Nothing was created: `found` has the name. */
  | { readonly went: 'exists'; readonly found: Found<KubernetesObject> }
  | Failed;

interface Failed {
  readonly went: 'failed';
  /** In the words of the API server. */
  readonly message: string;
  /** Somebody else wrote in between. */
  readonly isConflict?: boolean;
  /** Not now, but later: a disruption budget forbids it, for one. */
  readonly isRateLimited?: boolean;
}

/** Whether a reply is not what a decision takes for granted: it has to be made anew. */
export function isSurprise(reply: Reply): boolean {
  return reply.went !== 'done';
}
