import type { Change } from '../model/outcome.ts';
import type { Reply } from '../model/reply.ts';

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
