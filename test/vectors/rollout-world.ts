import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { Change } from '../../lib/model/outcome.ts';
import type { Reply } from '../../lib/model/reply.ts';
import { mergePatch } from '../../lib/model/merge-patch.ts';
import { withoutEmpty } from './analysis-compare.ts';
import { applyMergePatch } from './apply-merge-patch.ts';
import { type Action, type Json, keyOf, World } from './experiment-world.ts';

const DEADLINE = 'scale-down-deadline';
/** Kinds of which Go writes no empty fields. */
const TYPED = new Set(['ReplicaSet', 'Pod', 'Deployment']);

/** The cluster of a Rollout's life: what it creates has an age, pods can be evicted, and Argo writes objects whole. */
export class RolloutWorld extends World {
  /** The clock during this step. */
  now = new Date(0);

  override apply(change: Change): Reply {
    return change.verb === 'create' && change.object.kind === 'Eviction'
      ? this.evict(change.object)
      : super.apply(change);
  }

  protected override actionOf(change: Change, kind: string, name: string): Action {
    const action = super.actionOf(change, kind, name);
    return change.verb === 'patch' ? { ...action, verb: verbOf(kind, change.patch) } : action;
  }

  protected override create(object: KubernetesObject, action: Action): Reply {
    const creationTimestamp = `${this.now.toISOString().slice(0, -5)}Z`;
    const { kind, metadata } = object;
    const name = metadata.name ?? '';
    const isHidden = this.stored(kind, name) !== undefined && this.cached(kind, name) === undefined;
    const reply = super.create({ ...object, metadata: { ...metadata, creationTimestamp } }, action);
    if (kind !== 'ReplicaSet' || reply.went !== 'exists' || !isHidden) return reply;
    return { went: 'exists', found: { problem: `replicaset.apps "${name}" not found` } };
  }

  override cachedAll(kind: string): KubernetesObject[] {
    return super.cachedAll(kind).toSorted(byName);
  }

  /** What there really is, in the order of names. */
  storedAll(kind: string): KubernetesObject[] {
    return [...this.objects.values()].filter((object) => object.kind === kind).toSorted(byName);
  }

  /** Writes fields of the status of a Rollout, and lists that. @returns the error, undefined: none */
  storeStatus(name: string, fields: Json): string | undefined {
    const failure = this.fail('patch', 'Rollout', name);
    if (failure) {
      const { text: error, reason: errorReason } = failure;
      this.actions.push({ verb: 'patch', resource: 'rollouts', subresource: 'status', name, error, errorReason });
      return error;
    }
    this.actions.push({ verb: 'status', resource: 'rollouts', name });
    const rollout = this.stored('Rollout', name);
    this.objects.set(keyOf('Rollout', name), applyMergePatch(rollout, { status: fields }) as KubernetesObject);
    return undefined;
  }

  /**
   * An update is listed as what it changes. Empty fields are not kept, and whoever changes the specification of a
   * Rollout begins a new generation of it.
   */
  protected override alter(change: Exclude<Change, { verb: 'create' }>, action: Action): Reply {
    const { kind, name } = change.target;
    const before = this.stored(kind, name);
    const isUpdate = action.verb === 'update' && before !== undefined && change.verb === 'patch';
    const after = isUpdate && TYPED.has(kind) ? withoutEmpty(applyMergePatch(before, change.patch)) : undefined;
    const patch = after && (mergePatch({ ...before }, after as Json) ?? {});
    const reply = super.alter(change, patch ? { ...action, patch } : action);
    if (after) this.add(after as KubernetesObject);
    const isSpec = change.verb === 'patch' && change.target.kind === 'Rollout' && 'spec' in change.patch;
    const rollout = isSpec && reply.went === 'done' && this.stored('Rollout', change.target.name);
    if (!rollout) return reply;
    const { metadata } = rollout;
    this.add({ ...rollout, metadata: { ...metadata, generation: (metadata.generation ?? 0) + 1 } });
    return reply;
  }

  private evict({ metadata }: KubernetesObject): Reply {
    const { name = '' } = metadata;
    const action = { verb: 'create', resource: 'pods', subresource: 'eviction', name };
    const failure = this.fail('create', 'Pod', name);
    if (failure) {
      this.actions.push({ ...action, error: failure.text, errorReason: failure.reason });
      return {
        went: 'failed',
        message: failure.text,
        ...(failure.reason === 'TooManyRequests' && { isRateLimited: true }),
      };
    }
    this.actions.push(action);
    const pod = this.stored('Pod', name);
    const deletionTimestamp = `${this.now.toISOString().slice(0, -5)}Z`;
    if (pod) this.objects.set(keyOf('Pod', name), { ...pod, metadata: { ...pod.metadata, deletionTimestamp } });
    return { went: 'done' };
  }
}

function byName(left: KubernetesObject, right: KubernetesObject): number {
  return (left.metadata.name ?? '') < (right.metadata.name ?? '') ? -1 : 1;
}

/** Deadlines and services are patched, as are runs and experiments that are ended; all else is updated. */
function verbOf(kind: string, patch: Readonly<Record<string, unknown>>): string {
  if (kind === 'Service' || kind === 'AnalysisRun' || kind === 'Experiment') return 'patch';
  return kind === 'ReplicaSet' && isDeadline(patch) ? 'patch' : 'update';
}

function isDeadline({ metadata, ...rest }: Readonly<Record<string, unknown>>): boolean {
  const { annotations = {} } = (metadata ?? {}) as { readonly annotations?: object };
  const names = Object.keys(annotations);
  return Object.keys(rest).length === 0 && names.length === 1 && names[0] === DEADLINE;
}
