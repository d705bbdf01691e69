import { setTimeout as sleep } from 'node:timers/promises';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { ControlPlane } from '../e2e/servers/control-plane.ts';
import { waitFor } from '../e2e/servers/wait-for.ts';

/** Runs of one Prometheus metric that all succeed. */
export interface RunLoad {
  readonly namespace: string;
  /** Of their names; default `run`. */
  readonly prefix?: string;
  readonly runs: number;
  /** Over how long the runs are created: 0 is as fast as the API server takes them. */
  readonly overSeconds: number;
  readonly intervalSeconds: number;
  readonly measurements: number;
}

function runsPath(namespace: string): string {
  return `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/analysisruns`;
}

/** Ten requests at a time, none before its turn. */
export async function createRuns(load: RunLoad, plane: ControlPlane, address: string): Promise<void> {
  const { namespace, prefix = 'run', runs, overSeconds, intervalSeconds, measurements } = load;
  const metric = {
    name: 'success',
    interval: `${intervalSeconds}s`,
    count: measurements,
    successCondition: 'len(result) > 0 && result[0] >= 0.95',
    provider: { prometheus: { address, query: 'success_ratio' } },
  };
  const startedMs = Date.now();
  let next = 0;
  const create = async (): Promise<void> => {
    for (let index = next++; index < runs; index = next++) {
      await sleep(Math.max(startedMs + (index * overSeconds * 1000) / runs - Date.now(), 0));
      const metadata = { name: `${prefix}-${index}` };
      const body = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', metadata, spec: { metrics: [metric] } };
      await plane.api.call(runsPath(namespace), { method: 'POST', body });
    }
  };
  await Promise.all(Array.from({ length: 10 }, create));
}

/** Lists seldom, since the API server shares the machine. Gives up two intervals after the last run should have ended. */
export async function finishedRuns(
  { namespace, prefix = 'run', intervalSeconds, measurements }: RunLoad,
  plane: ControlPlane,
): Promise<readonly AnalysisRun[]> {
  await sleep((measurements - 1) * intervalSeconds * 1000);
  const look = async () => {
    const { items } = await plane.api.call<{ items: readonly AnalysisRun[] }>(runsPath(namespace));
    const runs = items.filter(({ metadata: { name = '' } }) => name.startsWith(`${prefix}-`));
    return runs.every(({ status }) => status?.completedAt !== undefined) && runs;
  };
  return waitFor('every run to end', look, { timeoutMs: intervalSeconds * 2000 + 60_000, everyMs: 3000 });
}

/** How late each measurement after the first began, told from the stored times, which are whole seconds. */
export function storedLateness(runs: readonly AnalysisRun[], { intervalSeconds }: RunLoad, quantile = 0.99): number {
  const late = runs.flatMap(({ status }) => {
    const measurements = status?.metricResults?.[0]?.measurements ?? [];
    return measurements.slice(1).map(({ startedAt = '' }, index) => {
      const { finishedAt = '' } = measurements[index] ?? {};
      return (Date.parse(startedAt) - Date.parse(finishedAt)) / 1000 - intervalSeconds;
    });
  });
  return late.toSorted((a, b) => a - b)[Math.ceil(late.length * quantile) - 1] ?? Infinity;
}
