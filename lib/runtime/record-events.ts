import { AssayError } from '../model/errors.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Ports } from '../model/ports.ts';
import { formatRef, type ObjectRef } from '../model/ref.ts';

/** An Event that cannot be recorded costs its readers a line; the step, whose status is written, goes on. */
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
    try {
      await cluster.recordEvent(other ?? about, event);
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      ports.log.warn('event not recorded', {
        object: formatRef(ref),
        reason: event.reason,
        code: error.code,
        error: error.message,
      });
    }
  }
}

function versionOf(resourceVersion: string | undefined): { resourceVersion?: string } {
  return resourceVersion === undefined ? {} : { resourceVersion };
}
