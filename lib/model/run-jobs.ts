import type { Job, Pod } from './kubernetes.ts';

/** The Jobs of one run. Whatever else is in its namespace, or anywhere, is not there: by whatever name it is asked for. */
export interface RunJobs {
  /**
   * Creates a Job in the run's namespace, as the run's own.
   * @throws AssayError ASSAY_CLUSTER_EXISTS where the name is taken, be it by another's
   */
  create(job: Job): Promise<Job>;
  get(name: string): Promise<Job | undefined>;
  list(): Promise<readonly Job[]>;
  /** With its pods. One that is gone, or never was the run's, is no error. */
  delete(job: Job): Promise<void>;
  /** The pods that a Job of the run selects. */
  podsOf(job: Job): Promise<readonly Pod[]>;
}
