import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { OutcomeEvent } from '../../lib/model/outcome.ts';
import { differ, withoutEmpty } from './analysis-compare.ts';
import { applyMergePatch } from './apply-merge-patch.ts';
import type { Action, Event, Json } from './experiment-world.ts';
import { takeStep } from './rollout-step.ts';
import { RolloutWorld } from './rollout-world.ts';

interface Step {
  readonly now: string;
  readonly world?: readonly Event[];
  readonly actions?: readonly (Action | string)[];
  readonly events?: readonly Json[];
  readonly requeue?: readonly (number | 'rateLimited')[];
  readonly status?: Json;
  readonly error?: string;
}

export interface LifeVector {
  readonly id: string;
  readonly rollout: Json;
  readonly objects?: readonly Json[];
  readonly steps: readonly Step[];
  readonly finalStatus?: Json;
}

/** How far a life agrees. */
export interface Replay {
  /** Steps in which nothing differs. */
  readonly passed: number;
  /** The first difference, undefined if there is none. */
  readonly difference: string | undefined;
}

/**
 * Lives a Rollout's life again, step by step. After a step that differs the world goes on as the vector says, as far
 * as the status goes.
 */
export function replayLife({ id, rollout, objects = [], steps, finalStatus = {} }: LifeVector): Replay {
  const world = new RolloutWorld();
  world.add({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', ...rollout } as unknown as KubernetesObject);
  for (const object of objects) world.add(object as unknown as KubernetesObject);
  let passed = 0;
  let first: string | undefined;
  let told: Json = {};
  for (const [index, step] of steps.entries()) {
    for (const event of step.world ?? []) {
      world.happen(event);
      if (event.op === 'patch' && event.kind === 'Rollout') told = statusAfter(told, event.patch);
    }
    told = expectedStatus(told, step.status);
    const difference = replayStep(world, id, step, told);
    if (difference === undefined) passed += 1;
    else first ??= `step ${index} (${step.now}): ${difference}`;
  }
  first ??= differInFields(finalStatus, storedStatus(world, id));
  return { passed, difference: first };
}

function replayStep(world: RolloutWorld, id: string, asTold: Step, status: Json): string | undefined {
  const step = withoutIdle(asTold);
  world.actions.length = 0;
  const now = new Date(step.now);
  const { events, wakesMs, error } = takeStep(world, id, now);
  return (
    differ('error', step.error, error) ??
    firstOf('action', plainActions(step.actions ?? []), plainActions(world.actions)) ??
    firstOf('event', step.events ?? [], events.map(plainEvent)) ??
    differInFields(status, storedStatus(world, id)) ??
    differ(
      'requeue',
      (step.requeue ?? []).map(secondsOf),
      wakesMs.map((ms) => (ms - now.getTime()) / 1000),
    )
  );
}

/** What is false is as good as absent. */
function stripped(status: Json): Json {
  const fields = Object.entries(withoutEmpty(status) as Json).filter(([, value]) => value !== false);
  return Object.fromEntries(fields);
}

/** The first fields that differ. */
function differInFields(want: Json, got: Json): string | undefined {
  const wanted = stripped(want);
  const found = stripped(got);
  for (const name of new Set([...Object.keys(wanted), ...Object.keys(found)])) {
    const { [name]: one } = wanted;
    const { [name]: other } = found;
    const isList = Array.isArray(one) && Array.isArray(other);
    const difference = isList ? firstOf(`status.${name}`, one, other) : differ(`status.${name}`, one, other);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** The first entries that differ. */
function firstOf(what: string, wanted: readonly unknown[], got: readonly unknown[]): string | undefined {
  const length = Math.max(wanted.length, got.length);
  for (let at = 0; at < length; at += 1) {
    const difference = differ(`${what} ${at}`, wanted[at], got[at]);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** At once, though rate limited. */
function secondsOf(requeue: number | 'rateLimited'): number {
  return requeue === 'rateLimited' ? 0 : requeue;
}

const NONE: Action = { verb: '', resource: '', name: '' };

/** Routers write nothing and tell nothing where nothing changes; Argo's do. */
function withoutIdle(step: Step): Step {
  const { actions = [], events = [] } = step;
  const updates = actions.filter(isRouteUpdate);
  const written = updates.filter(({ error }) => error === undefined);
  const told = events.filter(({ reason }) => reason === 'Updated VirtualService');
  const idle = new Set(updates.filter(isIdle));
  const silent = new Set(told.filter((_event, at) => idle.has(written[at] ?? NONE)));
  return {
    ...step,
    actions: actions.filter((action) => !idle.has(action as Action)),
    events: events.filter((event) => !silent.has(event)),
  };
}

function isRouteUpdate(action: Action | string): action is Action {
  return typeof action === 'object' && action.resource === 'virtualservices';
}

function isIdle({ patch, error }: Action): boolean {
  return error === undefined && Object.keys(patch ?? {}).length === 0;
}

/** A status that Argo writes twice in one step is written once here. */
function plainActions(actions: readonly (Action | string)[]): readonly unknown[] {
  const plain = actions.map(plainAction);
  return plain.filter((action, at) => action !== 'status' || plain[at + 1] !== 'status');
}

/** How a status was written does not matter; annotations are written by merge patch here. */
function plainAction(action: Action | string): unknown {
  if (typeof action === 'string' || action.verb === 'status') return 'status';
  const { patchType, patch, object, ...rest } = action;
  const merge = patchType === 'json' ? (patch as readonly Json[]).map(annotationPatch)[0] : patch;
  const { apiVersion: _version, kind: _kind, ...fields } = (object ?? {}) as Json;
  return JSON.parse(
    JSON.stringify({ ...rest, ...(object !== undefined && { object: withoutEmpty(fields) }), patch: merge }),
  ) as unknown;
}

function annotationPatch({ path, value }: Json): Json {
  const name = String(path).replace('/metadata/annotations/', '');
  return { metadata: { annotations: { [name]: value ?? null } } };
}

function plainEvent({ about, ...event }: OutcomeEvent): Json {
  return about ? { ...event, object: `${about.kind}/${about.name}` } : { ...event };
}

function storedStatus(world: RolloutWorld, id: string): Json {
  const rollout = world.stored('Rollout', id) as { readonly status?: Json } | undefined;
  return rollout?.status ?? {};
}

function statusAfter(told: Json, patch: Json): Json {
  return 'status' in patch ? (applyMergePatch(told, patch['status']) as Json) : told;
}

/** The whole status, out of the change of it that a step lists. */
function expectedStatus(before: Json, change: Json = {}): Json {
  const { conditions, ...rest } = change;
  const after = applyMergePatch(before, rest) as Json;
  if (conditions === undefined) return after;
  const old = new Map(
    ((before['conditions'] ?? []) as readonly Json[]).map((condition) => [condition['type'], condition]),
  );
  const next = ((conditions ?? []) as readonly (Json | string)[]).map((entry) => {
    const type = typeof entry === 'string' ? entry : entry['type'];
    return typeof entry === 'string' ? old.get(type) : applyMergePatch(old.get(type) ?? {}, entry);
  });
  return { ...after, conditions: next };
}
