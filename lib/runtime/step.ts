import { kindOf } from '../kinds/registry.ts';
import { AssayError } from '../model/errors.ts';
import type { AnyStatus, Kind, Seen } from '../model/kind.ts';
import { FINISHED_LABEL } from '../model/labels.ts';
import { mergePatch } from '../model/merge-patch.ts';
import type { KubernetesObject, Outcome } from '../model/outcome.ts';
import type { Cluster, Ports } from '../model/ports.ts';
import { formatRef, type ObjectRef } from '../model/ref.ts';
import { isSurprise, type Reply } from '../model/reply.ts';
import { resourceKind } from '../model/resources.ts';
import { apply } from './apply.ts';

/**
 * The whole loop: observe, reconcile, apply, write the status, come back at `nextAt`.
 *
 * Who wins the write goes on: the write carries the resourceVersion that was read, and where somebody else was
 * first (409), or the object is gone (404), the result is dropped and nothing is enqueued.
 *
 * @throws what makes the message worth another try; anything but an AssayError is a bug
 */
export async function step(ref: ObjectRef, ports: Ports): Promise<void> {
  const startedMs = ports.now().getTime();
  const kind = kindOf(ref.kind);
  const seen = await kind.observe(ref, ports);
  if (!seen) return;
  const cluster = ports.clusters.get(ref.cluster);
  const outcome = await decide(kind, seen, ports.now(), cluster);

  const wrote = outcome.failure === undefined ? await writeStatus(ref, seen, outcome, cluster) : 'nothing';
  if (wrote !== 'lost') await recordEvents(ref, seen.object, outcome, ports);
  if (outcome.failure !== undefined) throw new AssayError('ASSAY_STEP_FAILED', outcome.failure, { retry: true });
  if (wrote !== 'lost' && outcome.nextAt) await ports.queue.send(ref, outcome.nextAt);
  const tookMs = ports.now().getTime() - startedMs;
  ports.meter.stepped(ref, tookMs / 1000);
  ports.log.info('step', { ...ref, phase: outcome.status.phase, wrote, nextAt: outcome.nextAt, tookMs });
}

/** Makes the changes of a decision. Where one gives a surprise, the decision is made anew, and goes on from there. */
async function decide(kind: Kind, seen: Seen, now: Date, cluster: Cluster): Promise<Outcome<AnyStatus>> {
  const replies: Reply[] = [];
  let outcome = kind.reconcile(seen, now);
  for (let change = outcome.changes[0]; change; change = outcome.changes[replies.length]) {
    const reply = await apply(change, cluster);
    replies.push(reply);
    if (isSurprise(reply)) outcome = kind.reconcile(seen, now, replies);
  }
  return outcome;
}

/**
 * One write, and only if something differs. Lost: somebody else was first, or the object is gone. Who only changed
 * labels or annotations was not: else a measurement that takes longer than they last would never be written.
 */
async function writeStatus(
  ref: ObjectRef,
  { object }: Seen,
  { status, finished }: Outcome<AnyStatus>,
  cluster: Cluster,
): Promise<'status' | 'nothing' | 'lost'> {
  const statusPatch = mergePatch({ status: object.status }, { status });
  const labels =
    finished && object.metadata.labels?.[FINISHED_LABEL] !== 'true' ? { [FINISHED_LABEL]: 'true' } : undefined;
  if (!statusPatch && !labels) return 'nothing';

  const key = { namespace: ref.namespace, name: ref.name };
  let { resourceVersion } = object.metadata;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const metadata = { resourceVersion, ...(labels && { labels }) };
      await cluster.patch(resourceKind(ref.kind), key, { metadata, ...statusPatch });
      return 'status';
    } catch (error) {
      if (!(error instanceof AssayError) || !LOST.has(error.code)) throw error;
      const mayTryAgain = error.code === 'ASSAY_CLUSTER_CONFLICT' && attempt < WRITE_ATTEMPTS;
      resourceVersion = mayTryAgain ? await versionIfUntouched(ref, object, cluster) : undefined;
      if (resourceVersion === undefined) return 'lost';
    }
  }
}

/** The version that the object has now, if nothing but its labels and annotations has changed. */
async function versionIfUntouched(
  { kind, namespace, name }: ObjectRef,
  before: KubernetesObject,
  cluster: Cluster,
): Promise<string | undefined> {
  // Unlike `get`, a list is never answered from what is kept here.
  const { items } = await cluster.list(resourceKind(kind), { namespace, fieldSelector: `metadata.name=${name}` });
  const after: KubernetesObject | undefined = items[0];
  const isUntouched = after && mergePatch(substanceOf(before), substanceOf(after)) === undefined;
  return isUntouched ? after.metadata.resourceVersion : undefined;
}

function substanceOf({ metadata, ...rest }: KubernetesObject): Readonly<Record<string, unknown>> {
  return { ...rest, uid: metadata.uid, deletionTimestamp: metadata.deletionTimestamp };
}

const WRITE_ATTEMPTS = 5;
const LOST: ReadonlySet<string> = new Set(['ASSAY_CLUSTER_CONFLICT', 'ASSAY_CLUSTER_NOT_FOUND']);

/** An Event that cannot be recorded costs its readers a line; the step, whose status is written, goes on. */
async function recordEvents(
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
