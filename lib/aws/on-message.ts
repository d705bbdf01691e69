import { factsFor, factsOf } from '../kinds/facts/registry.ts';
import { kindsFor } from '../kinds/registry.ts';
import type { ClusterSettings } from '../model/cluster-settings.ts';
import { AssayError, isAbout } from '../model/errors.ts';
import { CLUSTER_KIND, clusterMessage, isFromBus, type Message, parseMessage } from '../model/message.ts';
import { formatRef, type ObjectRef } from '../model/ref.ts';
import type { StepTime } from '../model/ports.ts';
import { RESOURCES, resourceKind } from '../model/resources.ts';
import { withDeadline } from './deadline.ts';
import { errorFields } from '../log/error-fields.ts';
import type { Runtime } from './functions.ts';
import { ownObject } from './own-object.ts';
import { recordEvent } from '../runtime/record-events.ts';
import { resync } from '../runtime/resync.ts';
import { looksAfter } from '../runtime/scopes.ts';
import { step } from '../runtime/step.ts';

/** One message as SQS delivers it. */
export interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
}

/** The answer to SQS: these return to the queue, the others are done. */
export interface BatchAnswer {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

/** What is left of an invocation for everything beside the steps. */
const MARGIN_MS = 1000;
/** What is left of a step when its requests have ended, for writing what came of them. */
const WRITING_MS = 4000;
/** Of an invocation, so that a step that had to wait for its turn has as long as one that had not. */
const REQUEST_SHARE = 0.75;
/**
 * A webhook tells of a change before the API server has stored it, which other webhooks may hold up. A step that comes too
 * early is taken again after 1, 2, 4 and 8 s; what is not stored by then has been refused, or the next look finds it.
 */
const EARLY_TRIES = 4;
/** A step that fails for now is tried again after 1, 2, 4, … 60 s; then the next look at the cluster finds it again. */
const TRIES = 7;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

/**
 * Takes the steps that messages ask for, all at once, and says which messages are to return: those that nobody
 * understands (but for events, which come from outside, and are logged and done), those whose step had no time left, and those that met a bug. They end in the dead-letter queue, whose
 * alarm shows them. A cluster that fails for now is tried again by a message of its own, so that it never gets there.
 */
export async function onMessages(
  records: readonly QueueRecord[],
  runtime: Runtime,
  remainingMs: () => number,
): Promise<BatchAnswer> {
  const leftMs = () => remainingMs() - MARGIN_MS;
  const requestMs = () => leftMs() - WRITING_MS;
  const time = { mostMs: requestMs() * REQUEST_SHARE, leftMs: requestMs };
  const read = records.map((record) => ({ ...record, message: parseMessage(record.body) }));
  const asked = read.flatMap(({ message }) => (message ? eachOf(message) : []));
  const looks = asked.filter(({ ref }) => ref.kind === CLUSTER_KIND).map(({ ref }) => ref.cluster);
  await runtime.clusters.refresh(
    asked.map(({ ref }) => ref.cluster),
    new Set(looks),
  );
  const outcomes = await Promise.allSettled(read.map((record) => onRecord(record, runtime, leftMs, time)));
  const failed = records.filter((_, index) => outcomes[index]?.status === 'rejected');
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

async function onRecord(
  { messageId, body, message }: QueueRecord & { readonly message: Message | undefined },
  runtime: Runtime,
  leftMs: () => number,
  time: StepTime,
): Promise<void> {
  const { queue } = runtime.ports;
  try {
    if (!message && isFromBus(body)) {
      runtime.ports.log.warn('event ignored', { messageId, why: 'no object of its sender', event: body.slice(0, 500) });
      return;
    }
    if (!message) throw new RangeError(`no message: ${body.slice(0, 500)}`);
    const work = (signal: AbortSignal) => {
      const ports = { ...runtime.ports, signal, time };
      return allOf(eachOf(message).map((each) => queue.during(() => onMessage(each, { ...runtime, ports }))));
    };
    await withDeadline(formatRef(message.ref), leftMs(), work);
  } catch (error) {
    runtime.ports.log.error('message failed', { messageId, ...errorFields(error) });
    throw error;
  }
}

/** A message for each cluster that one asks to look at. */
function eachOf(message: Message): readonly Message[] {
  const { ref, more } = message;
  return more ? [ref.cluster, ...more].map((name) => clusterMessage(name)) : [message];
}

/** Waits for all of them, whatever becomes of some. @throws what the first of those that failed did */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(works);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

async function onMessage(message: Message, runtime: Runtime): Promise<void> {
  const { ref } = message;
  try {
    const settings = runtime.clusters.settingsOf(ref.cluster);
    if (!settings) return ignore(ref, 'cluster not served', runtime);
    if (ref.kind === CLUSTER_KIND) await lookAt(ref.cluster, settings, runtime);
    else if (factsOf(ref.kind, factsFor(settings))) await takeStep(message, settings, runtime);
    else ignore(ref, 'kind not known', runtime);
  } catch (error) {
    const isOver = runtime.ports.signal?.aborted === true;
    if (isOver || !(error instanceof AssayError) || isAbout(error, 'QUEUE')) throw error;
    await afterFailure(message, error, runtime);
  }
}

/** What is overdue, and what is scheduled. */
async function lookAt(cluster: string, settings: ClusterSettings, { ports, schedules }: Runtime): Promise<void> {
  // Once a minute and cluster: what a container is made for is a step, mostly.
  const { resyncSchedules } = await import('../schedules/resync-schedules.ts');
  const looks = [
    resync(cluster, settings, ports, kindsFor(settings)),
    resyncSchedules(cluster, settings, ports, schedules),
  ];
  await Promise.all(looks);
}

function ignore(ref: ObjectRef, why: string, { ports }: Runtime): void {
  ports.log.info('message ignored', { object: formatRef(ref), why });
}

async function takeStep(message: Message, settings: ClusterSettings, { ports, turns }: Runtime): Promise<void> {
  const { ref, version = '', before = '', tries = 0 } = message;
  const told = { isOurs: looksAfter(settings), facts: factsFor(settings), before };
  const own = ownObject(ref, ports.clusters.get(ref.cluster), told);
  const clusters = { ...ports.clusters, get: () => own.cluster };
  const turn = { name: ref.cluster, share: ref.namespace, places: 2 * settings.limits.concurrentSteps };
  const { signal } = ports;
  await turns.take({ ...turn, ...(signal && { signal }) }, () =>
    step(ref, { ...ports, clusters }, version, kindsFor(settings)),
  );
  await Promise.all([
    ...own.othersToTell().map((other) => ports.queue.send(other, ports.now())),
    ...(own.cameTooEarly() && tries < EARLY_TRIES ? [lookAgain(message, ports)] : []),
  ]);
}

async function lookAgain({ tries = 0, ...message }: Message, { queue, log, now }: Runtime['ports']): Promise<void> {
  const retryInMs = FIRST_RETRY_MS * 2 ** tries;
  log.info('change not stored yet', { ...message.ref, tries, retryInMs });
  await queue.put({ ...message, tries: tries + 1 }, new Date(now().getTime() + retryInMs));
}

/** Sends the message again, later, where that may help; else says on the object why there is no step. */
async function afterFailure(message: Message, error: AssayError, { ports, meter }: Runtime): Promise<void> {
  const { ref, tries = 0 } = message;
  meter.failed(ref);
  const mayHelp = error.retry && tries < TRIES && ref.kind !== CLUSTER_KIND;
  const backoffMs = Math.min(FIRST_RETRY_MS * 2 ** tries, LONGEST_RETRY_MS);
  const retryInMs = mayHelp ? Math.max(backoffMs, error.retryAfterMs ?? 0) : undefined;
  ports.log.warn('step failed', { ...ref, ...errorFields(error), tries, retryInMs });
  if (retryInMs !== undefined) {
    await ports.queue.put({ ...message, tries: tries + 1 }, new Date(ports.now().getTime() + retryInMs));
  } else if (!error.retry && ref.kind !== CLUSTER_KIND) {
    await warn(ref, error, ports);
  }
}

/** Best effort: what keeps the step from its object may well keep the Event from it. */
async function warn(ref: ObjectRef, { message }: AssayError, { clusters, log }: Runtime['ports']): Promise<void> {
  const { apiVersion } = RESOURCES[resourceKind(ref.kind)];
  const event = { type: 'Warning', reason: 'StepFailed', message } as const;
  const cluster = clusters.get(ref.cluster);
  await recordEvent({ apiVersion, ...ref }, event, { cluster, log, fields: { object: formatRef(ref) } });
}
