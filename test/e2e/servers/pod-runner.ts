import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from './api-client.ts';
import { resolveCommand, type PodSurroundings } from './container-command.ts';
import { runContainer } from './container-runner.ts';
import { timestamp, type Condition, type Container, type ContainerRecord, type Pod } from './pod.ts';
import { podStatus } from './pod-status.ts';

/** What pods need from their node. */
export interface PodSetup {
  readonly api: ApiClient;
  /** A folder for this pod alone. */
  readonly folder: string;
  readonly surroundings: PodSurroundings;
  readonly restartBackoffMs: number;
  readonly startMs: number;
}

/** A pod whose containers run. */
export interface PodRun {
  /** Ends the containers within `graceMs`, and resolves when the server knows, or knows no such pod. */
  end(graceMs: number): Promise<void>;
  /** Ends everything at once and reports nothing any more. */
  abandon(): Promise<void>;
  /** Where the output of a container goes. */
  logPath(container: string): string;
}

/** Runs a pod's containers and reports its status, over and over while the server is away, until the pod is gone. */
export function runPod(pod: Pod, { api, folder, surroundings, restartBackoffMs, startMs }: PodSetup): PodRun {
  mkdirSync(folder, { recursive: true });
  const ending = new AbortController();
  const killing = new AbortController();
  const policy = pod.spec.restartPolicy ?? 'Always';
  const records = pod.spec.containers.map((container) => newRecord(container, 'ContainerCreating'));
  const initRecords = (pod.spec.initContainers ?? []).map((container) => newRecord(container, 'PodInitializing'));
  const startTime = timestamp();
  let conditions: readonly Condition[] = pod.status?.conditions ?? [];

  const report = createReporter(api, pod, () => {
    const { podIp } = surroundings;
    const isStopping = ending.signal.aborted;
    const status = podStatus({ pod, podIp, startTime, initRecords, records, isStopping, previous: conditions });
    conditions = status.conditions;
    return status;
  });
  const logPath = (container: string): string => join(folder, `${container}.log`);
  const run = (record: ContainerRecord, containerPolicy: typeof policy): Promise<void> =>
    runContainer({
      record,
      policy: containerPolicy,
      podIp: surroundings.podIp,
      folder,
      logPath: logPath(record.container.name),
      resolve: () => resolveCommand(api, pod, record.container, surroundings),
      changed: () => report.send(),
      ending: ending.signal,
      killing: killing.signal,
      restartBackoffMs,
      startMs,
    });

  const all = (async () => {
    report.send();
    for (const record of initRecords) {
      await run(record, policy === 'Never' ? 'Never' : 'OnFailure');
      if (!('terminated' in record.state) || record.state.terminated.exitCode !== 0) return;
    }
    await Promise.all(records.map((record) => run(record, policy)));
  })();

  return {
    async end(graceMs) {
      ending.abort(graceMs);
      await all;
      report.send();
      await report.delivered();
    },
    async abandon() {
      report.close();
      ending.abort(0);
      killing.abort(); // It may have been ending already, with time left.
      await all;
    },
    logPath,
  };
}

function newRecord(container: Container, reason: string): ContainerRecord {
  return { container, state: { waiting: { reason } }, lastState: undefined, restartCount: 0, containerId: undefined };
}

interface Reporter {
  /** Sends the status as it then is: soon, once for several calls, again until the server has it. */
  send(): void;
  /** Resolves when nothing is left to send. */
  delivered(): Promise<void>;
  close(): void;
}

function createReporter(api: ApiClient, { metadata }: Pod, status: () => object): Reporter {
  const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/status`;
  let isStale = false;
  let isClosed = false;
  let delivery = Promise.resolve();
  const deliver = async (): Promise<void> => {
    while (isStale && !isClosed) {
      isStale = false;
      // With the uid the server refuses (409) to write to a namesake that came after.
      const body = { metadata: { uid: metadata.uid }, status: status() };
      const request = { method: 'PATCH', contentType: 'application/merge-patch+json', body } as const;
      const answer = await api.send(path, request).catch(() => undefined);
      if (answer?.status === 404 || answer?.status === 409) isClosed = true;
      else if (answer?.status !== 200) {
        isStale = true;
        await sleep(300);
      }
    }
  };
  return {
    send() {
      isStale = true;
      delivery = delivery.then(deliver);
    },
    delivered: () => delivery,
    close() {
      isClosed = true;
    },
  };
}
