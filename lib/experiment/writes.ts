import type { Change, KubernetesObject } from '../model/outcome.ts';

/** An object that was looked for, or why it was not found, in the words of the API server. */
export type Found<T> = { readonly object: T } | { readonly problem: string };

/** What became of a change. */
export type Reply =
  /** It was made, or there was nothing to delete. `object`: as it is now in the cluster. */
  | { readonly went: 'done'; readonly object?: KubernetesObject }
  /** Nothing was created: `found` has the name. */
  | { readonly went: 'exists'; readonly found: Found<KubernetesObject> }
  /** `message` in the words of the API server; a conflict means that somebody else wrote in between. */
  | { readonly went: 'failed'; readonly message: string; readonly isConflict?: boolean };

/**
 * The changes of one decision, and what they give.
 *
 * What an experiment becomes depends on what its writes give: a name may be taken, by something of its own or
 * somebody else's, a quota may be used up. So a decision is made as if every write succeeded, and made anew, with the
 * replies that were really had, when one did not. The same replies give the same changes up to the next one, hence
 * whoever applies them goes on where it was:
 *
 *     const replies: Reply[] = [];
 *     let outcome = reconcileExperiment(seen, now);
 *     while (replies.length < outcome.changes.length) {
 *       replies.push(await apply(outcome.changes[replies.length]));
 *       outcome = reconcileExperiment({ ...seen, replies }, now);
 *     }
 *
 * (deciding anew only after a reply that `isSurprise`). A list of fallbacks beside each change would be no smaller: a
 * failure alters the status, the events, the next time and most changes after it.
 */
export class Writes {
  readonly changes: Change[] = [];
  private readonly replies: readonly Reply[];

  constructor(replies: readonly Reply[] = []) {
    this.replies = replies;
  }

  /** Adds a change. @returns what it gave, or success if that is not known yet */
  make(change: Change): Reply {
    this.changes.push(change);
    return this.replyTo(this.changes.length - 1);
  }

  /** Whether nothing is written: there are no changes, or only names that are taken. */
  get areWithoutEffect(): boolean {
    return this.changes.every((_change, index) => this.replyTo(index).went === 'exists');
  }

  private replyTo(index: number): Reply {
    return this.replies[index] ?? { went: 'done' };
  }
}

/** Whether a reply is not what a decision takes for granted: it has to be made anew. */
export function isSurprise(reply: Reply): boolean {
  return reply.went !== 'done';
}
