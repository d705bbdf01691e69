import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { mergePatch } from '../../lib/model/merge-patch.ts';
import { parseLabelSelector } from '../../lib/model/label-selector.ts';
import type { Found } from '../../lib/model/reply.ts';
import { RESOURCES, resourceKind } from '../../lib/model/resources.ts';
import type { Rollout } from '../../lib/model/rollout.ts';
import type { RolloutStatus } from '../../lib/model/rollout-status.ts';
import type { Routed, RoutedList, RoutedObject } from '../../lib/rollout/routers/router.ts';
import { StepFailure } from '../../lib/workload/step-failure.ts';
import type { ReplicaSet } from '../../lib/workload/replica-set.ts';
import { applyMergePatch } from './apply-merge-patch.ts';

type Json = Readonly<Record<string, unknown>>;

/** What others do to the cluster, and what its API server refuses, between two calls. */
export interface WorldChange {
  readonly op: 'patch' | 'create' | 'delete' | 'hide' | 'stale' | 'show' | 'fail';
  readonly kind?: string;
  readonly name?: string;
  readonly patch?: Json;
  readonly object?: KubernetesObject;
  readonly verb?: string;
  readonly resource?: string;
  readonly times?: number;
  readonly reason?: string;
  readonly message?: string;
}

/** Kinds that Argo patches; others it updates. */
const PATCHED: ReadonlySet<string> = new Set(['Ingress', 'TrafficSplit']);
const WORDS: Readonly<Record<string, (object: string, message: string) => string>> = {
  InternalError: (_object, message) => `Internal error occurred: ${message}`,
  Conflict: (object, message) => `Operation cannot be fulfilled on ${object}: ${message}`,
  Forbidden: (object, message) => `${object} is forbidden: ${message}`,
  TooManyRequests: (_object, message) => message,
};

export function keyOf(kind: string, { namespace = 'default', name = '' }: KubernetesObject['metadata']): string {
  return `${kind}/${namespace}/${name}`;
}

/** A cluster that does as a vector says, with a cache before it that can be out of date. */
export class RouterWorld {
  private readonly stored: Map<string, KubernetesObject>;
  /** As the cache shows them, where that is not as they are; undefined: not at all. */
  private readonly shown = new Map<string, KubernetesObject | undefined>();
  private readonly failures: { readonly change: WorldChange; left: number }[] = [];
  private actions: Json[] = [];
  private readonly asked: Set<string>;

  private readonly apiVersions: Readonly<Record<string, string>>;

  /** @param asked  is given what is asked of the API, as `verb kind` */
  constructor(
    objects: readonly KubernetesObject[],
    apiVersions: Readonly<Record<string, string>> = {},
    asked = new Set<string>(),
  ) {
    this.apiVersions = apiVersions;
    this.asked = asked;
    this.stored = new Map(objects.map((object) => [keyOf(object.kind, object.metadata), object]));
  }

  /** @returns where the writes of the next call are recorded */
  begin(): readonly Json[] {
    this.actions = [];
    return this.actions;
  }

  apiVersionOf(kind: string): string {
    return this.apiVersions[kind] ?? RESOURCES[resourceKind(kind)].apiVersion;
  }

  rollout(): Rollout {
    return [...this.stored.values()].find(({ kind }) => kind === 'Rollout') as Rollout;
  }

  replicaSets(): readonly ReplicaSet[] {
    return [...this.stored.values()].filter((object): object is ReplicaSet => object.kind === 'ReplicaSet');
  }

  tellLoadBalancers(told: Pick<RolloutStatus, 'alb' | 'albs'>): void {
    const rollout = this.rollout();
    const { alb: _alb, albs: _albs, ...status } = rollout.status ?? {};
    this.stored.set(keyOf('Rollout', rollout.metadata), {
      ...rollout,
      kind: 'Rollout',
      status: { ...status, ...told },
    } as Rollout);
  }

  objectsBesideRollout(): Json {
    return Object.fromEntries([...this.stored].filter(([, { kind }]) => kind !== 'Rollout'));
  }

  private cached(key: string): KubernetesObject | undefined {
    return this.shown.has(key) ? this.shown.get(key) : this.stored.get(key);
  }

  /** Ingresses come from a cache; all else is read from the API. */
  find(wanted: Routed): RoutedObject | undefined {
    const { kind, ...metadata } = wanted;
    this.asked.add(`get ${kind}`);
    if (kind === 'Ingress') return this.cached(keyOf(kind, metadata));
    const failure = this.fail('get', { apiVersion: '', kind, metadata });
    if (failure?.reason === 'NotFound') return undefined;
    if (failure) throw new StepFailure(failure.text);
    return this.stored.get(keyOf(kind, metadata));
  }

  list({ kind, namespace, labelSelector }: RoutedList): readonly string[] {
    this.asked.add(`list ${kind}`);
    const isSelected = parseLabelSelector(labelSelector);
    return [...this.stored.values()]
      .filter((each) => each.kind === kind && each.metadata.namespace === namespace && isSelected(each))
      .map(({ metadata }) => metadata.name ?? '')
      .toSorted();
  }

  change({ op, kind = '', name: path = '', patch = {}, object, ...change }: WorldChange): void {
    if (op === 'fail') {
      this.failures.push({ change: { op, name: path, ...change }, left: change.times ?? 1 });
      return;
    }
    const [name = '', namespace] = path.split('/').toReversed();
    const key = object ? keyOf(object.kind, object.metadata) : keyOf(kind, { name, ...(namespace && { namespace }) });
    const before = this.stored.get(key);
    if (op === 'hide') this.shown.set(key, undefined);
    else if (op === 'stale') this.shown.set(key, before);
    else if (op === 'show') this.shown.delete(key);
    else if (op === 'delete') {
      this.stored.delete(key);
      this.shown.delete(key);
    } else if (object) this.stored.set(key, object);
    else if (before) this.stored.set(key, applyMergePatch(before, patch) as KubernetesObject);
  }

  replace(before: RoutedObject, after: RoutedObject): void {
    const key = keyOf(before.kind, before.metadata);
    const isPatched = PATCHED.has(before.kind);
    const patch = mergePatch({ ...before }, { ...after }) ?? {};
    const how = { patch, ...(isPatched && { patchType: 'merge' }) };
    this.write(isPatched ? 'patch' : 'update', before, how);
    const stored = this.stored.get(key);
    if (stored) this.stored.set(key, applyMergePatch(stored, patch) as KubernetesObject);
  }

  create(object: RoutedObject): Found<RoutedObject> | undefined {
    const { apiVersion: _, kind, ...said } = object;
    const { metadata } = said;
    const key = keyOf(kind, object.metadata);
    const existing = this.stored.get(key);
    const problem = existing && { text: `${this.nameIn(object)} already exists`, reason: 'AlreadyExists' };
    this.write('create', object, { object: said }, problem);
    if (existing) {
      const failure = this.fail('get', object);
      return failure ? { problem: failure.text } : { object: existing };
    }
    const uid = `uid-${kind.toLowerCase()}-${object.metadata.name ?? ''}`;
    const made = { ...metadata, uid, namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' };
    this.stored.set(key, { ...object, metadata: made });
    return undefined;
  }

  remove(object: RoutedObject): void {
    this.write('delete', object, {});
    this.stored.delete(keyOf(object.kind, object.metadata));
  }

  private write(verb: string, object: RoutedObject, how: Json, exists?: Failure): void {
    this.asked.add(`${verb === 'update' ? 'patch' : verb} ${object.kind}`);
    const { name = '', namespace = 'default' } = object.metadata;
    const resource = RESOURCES[resourceKind(object.kind)].plural;
    const place = namespace === 'default' ? {} : { namespace };
    const failure = this.fail(verb, object) ?? exists;
    const error = failure && { error: failure.text, errorReason: failure.reason };
    this.actions.push({ verb, resource, name, ...place, ...how, ...error });
    if (failure && failure !== exists) throw new StepFailure(failure.text);
  }

  private fail(verb: string, object: RoutedObject): Failure | undefined {
    const resource = RESOURCES[resourceKind(object.kind)].plural;
    const failure = this.failures.find(
      ({ change, left }) =>
        left > 0 &&
        change.verb === verb &&
        change.resource === resource &&
        (!change.name || change.name === object.metadata.name),
    );
    if (!failure) return undefined;
    failure.left -= 1;
    const { reason = '', message = '' } = failure.change;
    return { text: WORDS[reason]?.(this.nameIn(object), message) ?? message, reason };
  }

  private nameIn({ kind, metadata }: KubernetesObject): string {
    const [group = ''] = this.apiVersionOf(kind).split('/');
    return `${RESOURCES[resourceKind(kind)].plural}.${group} "${metadata.name ?? ''}"`;
  }
}

interface Failure {
  readonly text: string;
  readonly reason: string;
}
