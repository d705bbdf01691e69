import { KINDS, loadKind } from '../kinds/registry.ts';
import { AssayError } from '../model/errors.ts';
import type { AnyStatus, Kind, KindRow, Seen } from '../model/kind.ts';
import type { Cluster } from '../model/cluster.ts';
import { LIMITS } from '../model/limits.ts';
import { asShownAt } from '../model/moment.ts';
import type { Change, Outcome } from '../model/outcome.ts';
import type { Ports } from '../model/ports.ts';
import type { ObjectRef } from '../model/ref.ts';
import { resourceKind } from '../model/resources.ts';
import { isSurprise, type Reply } from '../model/reply.ts';
import { apply } from './apply.ts';
import { publishOutcomes } from './publish-outcomes.ts';
import { recordEvents } from './record-events.ts';
import { writeStatus, type Written } from './write-status.ts';

/**
 * The whole loop: observe, reconcile, apply, write the status, come back at `nextAt`.
 *
 * Who wins the write goes on: the write carries the resourceVersion that was read, and where somebody else was
 * first (409), or the object is gone (404), the result is dropped and nothing is enqueued.
 *
 * A change that rests on what another object was is not made where somebody else has written to that since: the
 * step ends there, and is taken again. Nor is any made where others have changed what belongs to the object, knowing it
 * perhaps as it has become since: then the object is read anew first.
 *
 * A step that wrote nothing goes on too, if the object is as the sender of the message left it (`version`): else
 * whoever changed it looks after it.
 *
 * @param version  a resourceVersion; undefined where the queue keeps one message an object, so that none is too many
 * @param kinds  those that are looked after
 * @throws what makes the message worth another try; anything but an AssayError is a bug
 */
export async function step(
  ref: ObjectRef,
  ports: Ports,
  version?: string,
  kinds: readonly KindRow[] = KINDS,
): Promise<void> {
  const startedMs = ports.now().getTime();
  const kind = await loadKind(ref.kind, kinds);
  const cluster = ports.clusters.get(ref.cluster);
  const looked = await look(kind, ref, cluster, ports);
  if (!looked) return;
  const { observed, decidedAt } = looked;
  const { decided, seen, isOvertaken, replies } = await decide(kind, observed, decidedAt, cluster);

  const unwritten: Written = { went: 'nothing', version: seen.object.metadata.resourceVersion, outcome: decided };
  const wrote = decided.failure === undefined ? await writeStatus(ref, seen, decided, cluster, decidedAt) : unwritten;
  const { outcome } = wrote;
  if (wrote.went !== 'lost') await recordEvents(ref, seen.object, outcome, ports);
  if (wrote.went === 'status') await publishOutcomes(ref, seen, outcome, ports, kind.facts);
  if (isOvertaken) {
    const againAt = new Date(ports.now().getTime() + OVERTAKEN_MS);
    // The same message again: whoever was not the one to go on is not by this either.
    await ports.queue.send(ref, againAt, version);
    ports.log.info('step overtaken', { ...ref, why: outcome.failure, ...changesOf(outcome), nextAt: againAt });
    return;
  }
  if (outcome.failure !== undefined) throw new AssayError('ASSAY_STEP_FAILED', outcome.failure, { retry: true });
  if (wrote.went !== 'lost') kind.keep?.(ref, seen, { version: wrote.version, outcome, replies }, ports);
  if (wrote.unlabelled) throw wrote.unlabelled;
  const goesOn = wrote.went === 'status' || (wrote.went === 'nothing' && (version ?? wrote.version) === wrote.version);
  const isIdle = wrote.went === 'nothing' && outcome.changes.length === 0;
  const wanted = isIdle ? notAtOnce(outcome.nextAt, decidedAt) : outcome.nextAt;
  // The clock may have been set while the status was being written.
  const nextAt = wanted && asShownAt(ports.now(), wanted, decidedAt);
  if (goesOn && nextAt) await ports.queue.send(ref, nextAt, wrote.version);
  const tookMs = ports.now().getTime() - startedMs;
  ports.meter.stepped(ref, tookMs / 1000);
  const said = {
    phase: outcome.status.phase,
    wrote: wrote.went,
    ...changesOf(outcome),
    nextAt: outcome.nextAt,
    tookMs,
  };
  ports.log.info('step', { ...ref, ...said });
}

/** For the log: where several processes write to one object, it tells who wrote what. */
function changesOf({ changes }: Outcome<AnyStatus>): { readonly changes?: readonly string[] } {
  if (changes.length === 0) return {};
  return {
    changes: changes.map((change) => {
      const { kind, name = '' } =
        change.verb === 'create' ? { ...change.object, ...change.object.metadata } : change.target;
      return `${change.verb} ${kind} ${name}`;
    }),
  };
}

/** What was written meanwhile has been told by then, mostly; where it is told sooner, the step is taken sooner. */
const OVERTAKEN_MS = 1_000;

/**
 * Who wrote nothing and wants the next step at once would find what it found, and want the same: as fast as the machine
 * goes, in a process that others share. (A Job that has just begun asks to be looked at again within the same second.)
 */
function notAtOnce(nextAt: Date | undefined, now: Date): Date | undefined {
  return nextAt && nextAt <= now ? new Date(now.getTime() + LIMITS.shortestIntervalMs) : nextAt;
}

interface Looked {
  readonly observed: Seen;
  /** When; decided later, the same would come out otherwise. */
  readonly decidedAt: Date;
}

/** Observes; anew, where something is to be changed and the object may be older than what belongs to it. */
async function look(kind: Kind, ref: ObjectRef, cluster: Cluster, ports: Ports): Promise<Looked | undefined> {
  for (let looks = 1; ; looks += 1) {
    const observed = await kind.observe(ref, ports);
    if (!observed) return undefined;
    const decidedAt = ports.now();
    if (!isBehind(kind, observed, cluster) || kind.reconcile(observed, decidedAt).changes.length === 0)
      return { observed, decidedAt };
    if (looks > MOST_LOOKS_AGAIN) throw new AssayError('ASSAY_STEP_FAILED', CHANGED_BY_OTHERS, { retry: true });
    const object = await cluster.refresh?.(resourceKind(ref.kind), ref);
    if (object?.metadata.uid !== ref.uid) return undefined;
  }
}

/** Each means that others have changed something while the answer to a read was on its way. */
const MOST_LOOKS_AGAIN = 3;
const CHANGED_BY_OTHERS = 'others go on changing what belongs to the object';

function isBehind(kind: Kind, { object }: Seen, cluster: Cluster): boolean {
  return kind.mayLookAgain === true && cluster.isBehind?.(object) === true;
}

interface Decided {
  readonly decided: Outcome<AnyStatus>;
  /** Whether somebody else wrote first to what a change rests on, and nothing could be done without it. */
  readonly isOvertaken: boolean;
  /** With the version that the object has by the step's own changes. */
  readonly seen: Seen;
  /** What the changes gave. */
  readonly replies: readonly Reply[];
}

/** Makes the changes of a decision. Where one gives a surprise, the decision is made anew, and goes on from there. */
async function decide(kind: Kind, observed: Seen, now: Date, cluster: Cluster): Promise<Decided> {
  const replies: Reply[] = [];
  const own = new Map<string, string>();
  let seen = observed;
  let decided = kind.reconcile(observed, now);
  let conflicts = 0;
  for (let change = decided.changes[0]; change; change = decided.changes[replies.length]) {
    const isLate = isVersioned(change) && isBehind(kind, observed, cluster);
    const reply = isLate ? LATE : await apply(onOwnVersion(change, own), cluster);
    replies.push(reply);
    noteVersion(reply, own);
    seen = afterOwn(reply, seen);
    if (isSurprise(reply)) decided = kind.reconcile(observed, now, replies);
    if (reply.went === 'failed' && reply.isConflict === true && isVersioned(change)) conflicts += 1;
  }
  return { decided, seen, replies, isOvertaken: conflicts > 0 && decided.failure !== undefined };
}

/** As an API server would say it if a change could carry the versions of two objects. */
const LATE: Reply = { went: 'failed', message: CHANGED_BY_OTHERS, isConflict: true };

function isVersioned(change: Change): boolean {
  return change.verb === 'patch' && change.target.resourceVersion !== undefined;
}

/** An object that this step has changed already is as the step left it. */
function onOwnVersion(change: Change, own: ReadonlyMap<string, string>): Change {
  if (change.verb !== 'patch' || change.target.resourceVersion === undefined) return change;
  const resourceVersion = own.get(change.target.uid ?? '') ?? change.target.resourceVersion;
  return { ...change, target: { ...change.target, resourceVersion } };
}

function noteVersion(reply: Reply, own: Map<string, string>): void {
  if (reply.went !== 'done') return;
  const { uid, resourceVersion } = reply.object?.metadata ?? {};
  if (uid !== undefined && resourceVersion !== undefined) own.set(uid, resourceVersion);
}

/** A change of the object itself makes a new version of it, on which its status is written. */
function afterOwn(reply: Reply, seen: Seen): Seen {
  const made = reply.went === 'done' ? reply.object?.metadata : undefined;
  const { metadata } = seen.object;
  if (made?.uid !== metadata.uid || made?.resourceVersion === undefined) return seen;
  return { ...seen, object: { ...seen.object, metadata: { ...metadata, resourceVersion: made.resourceVersion } } };
}
