import type { CheckResult } from './check-result.ts';

/** What is looked at on this machine. */
export interface Machine {
  /** `process.versions.node`. */
  readonly node: string;
  /** The oldest that Assay runs with, such as 24. */
  readonly neededMajor: number;
  /** Of Assay. */
  readonly version: string;
}

/** Whether this machine can run Assay. */
export function checkMachine({ node, neededMajor, version }: Machine): CheckResult[] {
  const about = { area: 'machine', subject: 'Node' } as const;
  const isGood = Number.parseInt(node, 10) >= neededMajor;
  return [
    { area: 'machine', subject: 'Assay', status: 'ok', message: version },
    isGood
      ? { ...about, status: 'ok', message: `${node}, which is ${neededMajor} or newer` }
      : { ...about, status: 'fail', message: `${node} is too old`, mend: `Install Node ${neededMajor} or newer.` },
  ];
}
