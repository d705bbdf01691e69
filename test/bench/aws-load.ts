import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import { changeEvent } from '../../lib/model/change-event.ts';
import type { Deployment } from '../e2e/aws/deployment.ts';
import { openWatchedLink } from '../e2e/servers/aws/watched-link.ts';
import type { ControlPlane } from '../e2e/servers/control-plane.ts';
import { waitFor } from '../e2e/servers/wait-for.ts';

/** What is to be measured. */
export interface Load {
  /** Begins the names of its runs: lower-case letters. */
  readonly name: string;
  readonly runs: number;
  /** Of each run; all are due at once. */
  readonly metrics: number;
  readonly intervalSeconds: number;
  /** Of each metric. */
  readonly measurements: number;
}

/** A Prometheus whose queries are noted as they pass. */
export interface WatchedPrometheus {
  readonly url: string;
  /** When each run and metric asked, in milliseconds. */
  readonly asked: ReadonlyMap<string, readonly number[]>;
  stop(): Promise<void>;
}

/** A matcher that every series passes, as it stands in the body of a request: `{run!="NAME"}`. */
const RUN_IN_QUERY = /run%21%3D%22([\w-]+)%22/g;

export async function watchPrometheus(url: string): Promise<WatchedPrometheus> {
  const asked = new Map<string, number[]>();
  const link = await openWatchedLink(url, RUN_IN_QUERY, ([, name = '']) => {
    const times = asked.get(name);
    if (times) times.push(performance.now());
    else asked.set(name, [performance.now()]);
  });
  return { url: link.url, asked, stop: () => link.stop() };
}

/**
 * Creates the runs evenly over one interval, a cluster after the other in turn, and tells the bus of each as its
 * cluster's webhook would. A cluster is a namespace of the API server.
 */
export async function createRuns(
  load: Load,
  clusters: readonly string[],
  plane: ControlPlane,
  { account }: Deployment,
  address: string,
): Promise<void> {
  const startedMs = Date.now();
  const create = async (index: number): Promise<void> => {
    const cluster = clusters[index % clusters.length] ?? '';
    await sleep(Math.max(startedMs + (index * load.intervalSeconds * 1000) / load.runs - Date.now(), 0));
    const name = `${load.name}-${index}`;
    const body = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisRun',
      metadata: { name },
      spec: { metrics: metricsOf(name, load, address) },
    };
    const { metadata } = await plane.api.call<AnalysisRun>(runsPath(cluster), { method: 'POST', body });
    const ref = { cluster, kind: 'AnalysisRun', namespace: cluster, name, uid: metadata.uid ?? '' };
    const { source, detailType, detail } = changeEvent({ ref, verb: 'Created' });
    const entry = { EventBusName: account.busArn, Source: source, DetailType: detailType };
    await account.events.send(new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(detail) }] }));
  };
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < load.runs; index = next++) await create(index);
  };
  await Promise.all(Array.from({ length: 10 }, worker));
}

function metricsOf(run: string, { metrics, intervalSeconds, measurements }: Load, address: string): object[] {
  return Array.from({ length: metrics }, (_, index) => ({
    name: `success-${index}`,
    interval: `${intervalSeconds}s`,
    count: measurements,
    successCondition: 'len(result) > 0 && result[0] >= 0.95',
    provider: { prometheus: { address, query: `success_ratio{run!="${run}-m${index}"}` } },
  }));
}

/** Lists seldom, since the API server shares the machine. Gives up a minute after the last run should have ended. */
export async function finishedRuns(
  { name, intervalSeconds, measurements }: Load,
  clusters: readonly string[],
  plane: ControlPlane,
): Promise<readonly AnalysisRun[]> {
  await sleep((measurements - 1) * intervalSeconds * 1000);
  const look = async () => {
    const lists = await Promise.all(
      clusters.map(async (cluster) => plane.api.call<{ items: readonly AnalysisRun[] }>(runsPath(cluster))),
    );
    const runs = lists.flatMap(({ items }) => items).filter(({ metadata }) => metadata.name?.startsWith(`${name}-`));
    return runs.every(({ status }) => status?.completedAt !== undefined) && runs;
  };
  const patience = { timeoutMs: intervalSeconds * 2000 + measurements * 2000 + 60_000, everyMs: 3000 };
  return waitFor('every run to end', look, patience);
}

/** How late each measurement after the first was, in seconds: later than the one before and the interval. Ascending. */
export function latenessOf(load: Load, asked: WatchedPrometheus['asked']): readonly number[] {
  const late = [...asked]
    .filter(([name]) => name.startsWith(`${load.name}-`))
    .flatMap(([, times]) => times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0)));
  return late.map((ms) => ms / 1000 - load.intervalSeconds).toSorted((a, b) => a - b);
}

function runsPath(namespace: string): string {
  return `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/analysisruns`;
}
