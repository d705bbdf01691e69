import { timestamp, type Condition, type ContainerRecord, type Pod, type PodPhase, type RestartPolicy } from './pod.ts';

/** What a status is made from. */
export interface PodSituation {
  readonly pod: Pod;
  readonly podIp: string;
  readonly startTime: string;
  readonly initRecords: readonly ContainerRecord[];
  readonly records: readonly ContainerRecord[];
  /** Whether the pod is being deleted: then nothing restarts, and what has ended has ended for good. */
  readonly isStopping: boolean;
  /** What was published before: conditions that stay as they are keep their transition times. */
  readonly previous: readonly Condition[];
}

/** A status, ready to be sent. */
export interface PodReport {
  readonly phase: PodPhase;
  readonly conditions: readonly Condition[];
  readonly [field: string]: unknown;
}

/** The status of a pod, as a kubelet would report it. */
export function podStatus(situation: PodSituation): PodReport {
  const { podIp, startTime, initRecords, records } = situation;
  const phase = phaseOf(situation);
  return {
    phase,
    conditions: conditionsOf(situation, phase),
    hostIP: '127.0.0.1',
    hostIPs: [{ ip: '127.0.0.1' }],
    podIP: podIp,
    podIPs: [{ ip: podIp }],
    startTime,
    ...(initRecords.length > 0 && { initContainerStatuses: initRecords.map((record) => containerStatus(record)) }),
    containerStatuses: records.map((record) => containerStatus(record)),
  };
}

/** Whether a container that ended with `exitCode` is started again. */
export function isRestarted(policy: RestartPolicy, exitCode: number): boolean {
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

function phaseOf({ pod, initRecords, records, isStopping }: PodSituation): PodPhase {
  const policy = isStopping ? 'Never' : (pod.spec.restartPolicy ?? 'Always');
  const initFailed = initRecords.some((record) => hasFailed(record) && policy === 'Never');
  if (initFailed) return 'Failed';
  const isOver = records.every(({ state }) => 'terminated' in state && !isRestarted(policy, state.terminated.exitCode));
  if (isOver) return records.some((record) => hasFailed(record)) ? 'Failed' : 'Succeeded';
  if (isStopping && records.every(({ state }) => !('running' in state))) return 'Failed';
  const isStarting = records.some(({ state, lastState }) => 'waiting' in state && lastState === undefined);
  return isStarting ? 'Pending' : 'Running';
}

function conditionsOf(situation: PodSituation, phase: PodPhase): Condition[] {
  const { initRecords, records, previous } = situation;
  const isInitialized = initRecords.every(({ state }) => 'terminated' in state && state.terminated.exitCode === 0);
  const waiting = initRecords.filter((record) => !('terminated' in record.state) || hasFailed(record));
  const unready = records.filter((record) => !isReady(record));
  const readiness = unready.length === 0 ? {} : notReadyReason(phase, unready);
  const conditions: Condition[] = [
    condition('PodReadyToStartContainers', true),
    condition('Initialized', isInitialized, {
      reason: 'ContainersNotInitialized',
      message: `containers with incomplete status: ${nameList(waiting)}`,
    }),
    condition('Ready', unready.length === 0, readiness),
    condition('ContainersReady', unready.length === 0, readiness),
    condition('PodScheduled', true),
  ];
  return conditions.map((next) => {
    const before = previous.find(({ type }) => type === next.type);
    const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime : undefined;
    return { ...next, lastTransitionTime: lastTransitionTime ?? timestamp() };
  });
}

function condition(type: string, isTrue: boolean, why: { reason?: string; message?: string } = {}): Condition {
  return isTrue ? { type, status: 'True' } : { type, status: 'False', ...why };
}

function notReadyReason(phase: PodPhase, unready: readonly ContainerRecord[]): { reason: string; message?: string } {
  if (phase === 'Succeeded') return { reason: 'PodCompleted' };
  if (phase === 'Failed') return { reason: 'PodFailed' };
  return { reason: 'ContainersNotReady', message: `containers with unready status: ${nameList(unready)}` };
}

function containerStatus(record: ContainerRecord): object {
  const { container, state, lastState, restartCount, containerId } = record;
  const { name, image } = container;
  return {
    name,
    image,
    imageID: containerId === undefined ? '' : image,
    containerID: containerId ?? '',
    restartCount,
    started: 'running' in state,
    ready: isReady(record),
    state,
    lastState: { ...lastState },
  };
}

function isReady({ container, state, isWarmingUp }: ContainerRecord): boolean {
  return 'running' in state && isWarmingUp !== true && !container.image.startsWith('never-ready/');
}

function hasFailed({ state }: ContainerRecord): boolean {
  return 'terminated' in state && state.terminated.exitCode !== 0;
}

function nameList(records: readonly ContainerRecord[]): string {
  return `[${records.map(({ container }) => container.name).join(' ')}]`;
}
