import { randomBytes } from 'node:crypto';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerCommand } from './container-command.ts';
import { findImageTrouble, warmUpMs } from './container-image.ts';
import { timestamp, type ContainerRecord, type ContainerState, type RestartPolicy, type Termination } from './pod.ts';
import { isRestarted } from './pod-status.ts';
import { startProcess, type Ending, type ServerProcess } from './server-process.ts';

/** What a container needs from its pod. */
export interface ContainerSetup {
  readonly record: ContainerRecord;
  readonly policy: RestartPolicy;
  readonly podIp: string;
  /** Where its process runs and its output goes. */
  readonly folder: string;
  readonly logPath: string;
  /** Rejects where a variable's source is missing. */
  readonly resolve: () => Promise<ContainerCommand>;
  /** Called after each change of the record. */
  readonly changed: () => void;
  /** Aborted when the pod is to end. Its reason is how long the process has for that, in milliseconds. */
  readonly ending: AbortSignal;
  /** Aborted when the process is to end at once. */
  readonly killing: AbortSignal;
  /** The wait before the second restart in milliseconds: the first is at once, later ones take twice as long, up to 10 s. */
  readonly restartBackoffMs: number;
  /** How long the first start takes, in milliseconds. */
  readonly startMs: number;
}

/** Runs a container until it has ended for good or its pod ends; the record tells how. Never rejects. */
export async function runContainer(setup: ContainerSetup): Promise<void> {
  const { record, policy, ending, restartBackoffMs, startMs } = setup;
  const become = (state: ContainerState): void => {
    record.state = state;
    setup.changed();
  };
  const trouble = findImageTrouble(record.container.image);
  if (trouble !== undefined) {
    become({ waiting: trouble.first });
    await pause(1000, ending);
    if (!ending.aborted) become({ waiting: trouble.lasting });
    return waitForAbort(ending);
  }
  if (startMs > 0) await pause(startMs, ending);
  for (let backoffMs = 0; !ending.aborted; backoffMs = Math.min(10_000, backoffMs * 2 || restartBackoffMs)) {
    const command = await resolveWhenPossible(setup, become);
    if (command === undefined) return;
    const terminated = await runOnce(setup, command, become);
    if (ending.aborted || !isRestarted(policy, terminated.exitCode)) return become({ terminated });

    record.lastState = { terminated };
    record.restartCount += 1;
    if (backoffMs > 0) {
      const message = `back-off ${backoffMs / 1000}s restarting failed container=${record.container.name}`;
      become({ waiting: { reason: 'CrashLoopBackOff', message } });
      await pause(backoffMs, ending);
    }
  }
}

async function runOnce(
  setup: ContainerSetup,
  { words, env }: ContainerCommand,
  become: (state: ContainerState) => void,
): Promise<Termination> {
  const { record, folder, logPath, ending, killing } = setup;
  const startedAt = timestamp();
  const containerID = `assay://${randomBytes(32).toString('hex')}`;
  record.containerId = containerID;
  const [executable, ...args] = words;
  if (executable === undefined) {
    record.isWarmingUp = warmUpMs(record.container.image) > 0;
    become({ running: { startedAt } });
    if (record.isWarmingUp) {
      await pause(warmUpMs(record.container.image), ending);
      record.isWarmingUp = false;
      if (!ending.aborted) become({ running: { startedAt } });
    }
    await waitForAbort(ending);
    return { exitCode: 0, reason: 'Completed', startedAt, finishedAt: timestamp(), containerID };
  }
  const child = startProcess({ command: executable, args, cwd: folder, env, logPath });
  record.isWarmingUp = record.container.readinessProbe !== undefined;
  if (child.pid !== undefined) become({ running: { startedAt } });
  void probeUntilReady(setup, child, () => become({ running: { startedAt } }));
  const end = (): void => void endAfterSleep(setup, child);
  if (ending.aborted) end();
  else ending.addEventListener('abort', end, { once: true });
  const kill = (): void => child.signal('SIGKILL');
  killing.addEventListener('abort', kill, { once: true });
  const how = await child.ended;
  ending.removeEventListener('abort', end);
  killing.removeEventListener('abort', kill);
  return { ...describeEnding(how, child, record), startedAt, finishedAt: timestamp(), containerID };
}

async function endAfterSleep({ record, ending, killing }: ContainerSetup, child: ServerProcess): Promise<void> {
  const sleepMs = (record.container.lifecycle?.preStop?.sleep?.seconds ?? 0) * 1000;
  if (sleepMs > 0) await pause(sleepMs, killing);
  await child.stop(Math.max(0, (ending.reason as number) - sleepMs));
}

/** Ready is what has answered once; nobody looks whether it still does. */
async function probeUntilReady(
  { record, podIp }: ContainerSetup,
  child: ServerProcess,
  ready: () => void,
): Promise<void> {
  const { httpGet } = record.container.readinessProbe ?? {};
  if (httpGet === undefined) return;
  const url = `http://${podIp}:${httpGet.port}${httpGet.path ?? '/'}`;
  while (!child.hasEnded()) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
    if (answer?.ok === true) {
      record.isWarmingUp = false;
      return ready();
    }
    await sleep(50);
  }
}

function describeEnding(
  { code, signal, error }: Ending,
  child: ServerProcess,
  { container }: ContainerRecord,
): { exitCode: number; reason: string; message?: string } {
  if (error !== undefined)
    return { exitCode: 128, reason: 'StartError', message: `failed to create task: ${error.message}` };
  const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  if (exitCode === 0) return { exitCode, reason: 'Completed' };
  const tellsLog = container.terminationMessagePolicy === 'FallbackToLogsOnError';
  return { exitCode, reason: 'Error', ...(tellsLog && { message: child.logTail(80).slice(-2048) }) };
}

/** `undefined` when the pod ends first. */
async function resolveWhenPossible(
  { resolve, ending }: ContainerSetup,
  become: (state: ContainerState) => void,
): Promise<ContainerCommand | undefined> {
  let told: string | undefined;
  while (!ending.aborted) {
    try {
      return await resolve();
    } catch (error) {
      const { message } = error as Error;
      if (message !== told) become({ waiting: { reason: 'CreateContainerConfigError', message } });
      told = message;
      await pause(1000, ending);
    }
  }
  return undefined;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

function waitForAbort(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
