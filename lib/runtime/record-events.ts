import { errorFields } from '../log/error-fields.ts';
import type { Cluster } from '../model/cluster.ts';
import { AssayError } from '../model/errors.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import type { EventRecord, Outcome } from '../model/outcome.ts';
import type { Log, Ports } from '../model/ports.ts';
import { formatRef, type ObjectRef } from '../model/ref.ts';

/** Records the Events of a step, whose status is written: it goes on, whatever becomes of them. */
export async function recordEvents(
  ref: ObjectRef,
  object: KubernetesObject,
  outcome: Outcome<unknown>,
  ports: Ports,
): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  const about = {
    apiVersion,
    kind,
    namespace: ref.namespace,
    name: ref.name,
    uid: ref.uid,
    ...versionOf(metadata.resourceVersion),
  };
  const cluster = ports.clusters.get(ref.cluster);
  for (const { about: other, ...event } of outcome.events) {
    if (!other) ports.meter.told?.(ref, event);
    await recordEvent(other ?? about, event, { cluster, log: ports.log, fields: { object: formatRef(ref) } });
  }
}

/** Where an Event is recorded, and what the log says where it is not. */
export interface Recorder {
  readonly cluster: Pick<Cluster, 'recordEvent'>;
  readonly log: Log;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** An Event that cannot be recorded costs its readers a line, and nothing else. */
export async function recordEvent(
  about: Parameters<Cluster['recordEvent']>[0],
  event: EventRecord,
  { cluster, log, fields }: Recorder,
): Promise<void> {
  try {
    await cluster.recordEvent(about, event);
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    log.warn('event not recorded', { ...fields, reason: event.reason, ...errorFields(error) });
  }
}

function versionOf(resourceVersion: string | undefined): { resourceVersion?: string } {
  return resourceVersion === undefined ? {} : { resourceVersion };
}
