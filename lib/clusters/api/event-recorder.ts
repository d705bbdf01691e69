import { randomUUID } from 'node:crypto';
import { AssayError } from '../../model/errors.ts';
import type { Cluster } from '../../model/cluster.ts';
import type { Target } from '../../model/kubernetes.ts';
import type { EventRecord } from '../../model/outcome.ts';
import { type CoreEvent, eventCorrelator } from './event-correlator.ts';
import { wholeSeconds } from '../../model/whole-seconds.ts';

/** As Argo's controller names itself, so that `kubectl describe` prints what its users know. */
const COMPONENT = 'rollouts-controller';

const AT_ONCE = 8;

/**
 * Records Events through `cluster`, shaped, counted and thinned out as Argo's controller has them.
 *
 * Those about one object are written one after the other, and only so many at once: what changes an object must not wait
 * for what tells of others. Rejects where a write fails: an Event is never tried again.
 *
 * @source recorder and EventCorrelator of k8s.io/client-go/tools/record
 */
export function eventRecorder(cluster: Pick<Cluster, 'create' | 'patch'>, now: () => Date): Cluster['recordEvent'] {
  const correlator = eventCorrelator();
  const lastWrites = new Map<string, Promise<void>>();
  const lanes: Promise<void>[] = Array.from({ length: AT_ONCE }, async () => {});
  let turn = 0;

  const write = async (newEvent: CoreEvent, nowMs: number): Promise<void> => {
    const correlated = correlator.correlate(newEvent, nowMs);
    if (correlated.verb === 'drop') return;
    const { event } = correlated;
    if (correlated.verb === 'update' && (await countUp(cluster, event))) return;
    await cluster.create('Event', { ...event });
  };

  return async (about, record) => {
    const object = `${about.kind}/${about.namespace}/${about.name}/${about.uid ?? ''}`;
    const at = now();
    const lane = (turn += 1) % AT_ONCE;
    const before = Promise.allSettled([lastWrites.get(object), lanes[lane]]);
    const written = before.then(async () => write(coreEvent(about, record, at), at.getTime()));
    lastWrites.set(object, written);
    lanes[lane] = written;
    try {
      await written;
    } finally {
      if (lastWrites.get(object) === written) lastWrites.delete(object);
    }
  };
}

/** False where the server has forgotten the Event, which it does after an hour. */
async function countUp(cluster: Pick<Cluster, 'patch'>, event: CoreEvent): Promise<boolean> {
  const { metadata, count, lastTimestamp, message } = event;
  try {
    await cluster.patch('Event', metadata, { count, lastTimestamp, message });
    return true;
  } catch (error) {
    if (error instanceof AssayError && error.code === 'ASSAY_CLUSTER_NOT_FOUND') return false;
    throw error;
  }
}

function coreEvent(about: Target & { resourceVersion?: string }, record: EventRecord, at: Date): CoreEvent {
  const { apiVersion, kind, namespace, name, uid, resourceVersion } = about;
  const time = wholeSeconds(at);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: eventName(name, at), namespace: namespace || 'default' },
    involvedObject: {
      kind,
      ...(namespace && { namespace }),
      name,
      ...(uid && { uid }),
      apiVersion,
      ...(resourceVersion && { resourceVersion }),
    },
    reason: record.reason,
    message: record.message,
    source: { component: COMPONENT },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
    type: record.type,
    reportingComponent: COMPONENT,
    reportingInstance: '',
  };
}

let lastStamp = 0n;

/** `<name>.<nanoseconds in hex>`, never twice in one process. @source GenerateEventName of client-go */
function eventName(name: string, at: Date): string {
  const stamp = BigInt(at.getTime()) * 1_000_000n + (process.hrtime.bigint() % 1_000_000n);
  lastStamp = stamp > lastStamp ? stamp : lastStamp + 1n;
  const unique = `${name}.${lastStamp.toString(16)}`;
  return unique.length <= 253 ? unique : randomUUID();
}
