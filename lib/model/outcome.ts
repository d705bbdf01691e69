import type { KubernetesObject, Target } from './kubernetes.ts';

/** A Kubernetes Event to record on the object that was reconciled. */
export interface EventRecord {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** One of an outcome's events. */
export interface OutcomeEvent extends EventRecord {
  /** Another object that wants to know. Default: the one that was reconciled. */
  readonly about?: Target;
}

/** What must change in the cluster beside the status: one table of verbs, whatever the kind. */
export type Change =
  | { readonly verb: 'create'; readonly object: KubernetesObject }
  | { readonly verb: 'patch'; readonly target: Target; readonly patch: Readonly<Record<string, unknown>> }
  | { readonly verb: 'delete'; readonly target: Target };

/** A decision is data: it can be printed, compared and tested. Nothing of it has happened yet. */
export interface Outcome<Status> {
  readonly status: Status;
  /** When the object wants to be looked at again; undefined: not on its own account. May lie in the past. */
  readonly nextAt: Date | undefined;
  readonly events: readonly OutcomeEvent[];
  /** Each taken to succeed; see `Kind` for those that do not. */
  readonly changes: readonly Change[];
  /**
   * Why the step cannot be finished: once its changes are made and its events recorded it is to fail, and be tried
   * again. No status is written.
   */
  readonly failure?: string;
  /**
   * True once nothing is left to do for the object: it is labelled, in the same write where that can be, so that lists
   * leave it out. False takes the label away from kinds whose status is a subresource; undefined says nothing.
   */
  readonly finished?: boolean;
}
