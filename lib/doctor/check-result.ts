import { AssayError } from '../model/errors.ts';

/** What a cluster is checked for, in the order of the checks. */
export type CheckArea =
  | 'machine'
  | 'kubeconfig'
  | 'server'
  | 'identity'
  | 'clock'
  | 'rights'
  | 'resources'
  | 'webhook'
  | 'addresses'
  | 'connections';

/** One thing that was looked at. `fail`: Assay cannot do its work; `warn`: it can, with what the message says. */
export interface CheckResult {
  readonly area: CheckArea;
  /** What in particular: `create analysisruns.argoproj.io`, `http://prometheus.monitoring.svc:9090`. */
  readonly subject: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** How to mend it. */
  readonly mend?: string;
}

/** What an error says, where it is one that people can act on; else it is a bug, and goes on. */
export function messageOf(error: unknown): string {
  if (error instanceof AssayError) return error.message;
  throw error;
}
