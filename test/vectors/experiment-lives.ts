import { isOfTemplate } from '../../lib/experiment/claim.ts';
import type { Experiment } from '../../lib/model/experiment.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { OutcomeEvent } from '../../lib/model/outcome.ts';
import { differ, withoutEmpty } from './analysis-compare.ts';
import { takeStep } from './experiment-step.ts';
import { type Action, changedFields, type Event, type Json, World } from './experiment-world.ts';

interface Step {
  readonly now: string;
  readonly world?: readonly Event[];
  readonly actions?: readonly Action[];
  readonly events?: readonly Json[];
  readonly requeue?: readonly number[];
  readonly status?: Json;
  readonly statusPatched?: boolean;
  readonly error?: string;
}

export interface LifeVector {
  readonly id: string;
  readonly experiment: Pick<Experiment, 'metadata' | 'spec' | 'status'>;
  readonly objects?: readonly Json[];
  readonly steps: readonly Step[];
  readonly finalPhase?: string;
  readonly finalStatus?: Json;
}

/** Lives an experiment's life again, step by step. @returns the first difference, undefined if there is none */
export function replayLife(vector: LifeVector): string | undefined {
  const { id, experiment, objects = [], steps, finalPhase, finalStatus } = withoutDump(vector);
  const world = new World();
  world.add({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Experiment', ...experiment });
  for (const object of objects) world.add(object as unknown as KubernetesObject);
  for (const [index, step] of steps.entries()) {
    for (const event of step.world ?? []) world.happen(event);
    const difference = replayStep(world, id, step);
    if (difference !== undefined) return `step ${index} (${step.now}): ${difference}`;
  }
  const status = storedStatus(world, id);
  return (
    differ('finalStatus', finalStatus ?? {}, status ?? {}) ?? differ('finalPhase', finalPhase, finalPhaseOf(world, id))
  );
}

/** Argo puts the whole Service, as Go prints it, after the reason why it could not be created; nobody can read that. */
function withoutDump(vector: LifeVector): LifeVector {
  return JSON.parse(JSON.stringify(vector).replaceAll(' <dump of the Service>', '')) as LifeVector;
}

function replayStep(world: World, id: string, step: Step): string | undefined {
  world.actions.length = 0;
  const before = storedStatus(world, id) ?? {};
  const taken = takeStep(world, id, new Date(step.now));
  const after = storedStatus(world, id) ?? {};
  const { events, error, nextAt, isPatched } = taken;
  const status = changedFields(before, after);
  return (
    differ('error', step.error === undefined, error === undefined) ??
    (step.error?.startsWith('panic') ? undefined : differ('error', step.error, error)) ??
    differ('actions', expectedActions(step, world, id), world.actions.map(plainAction)) ??
    differ('events', step.events ?? [], events.map(plainEvent)) ??
    differ('status', step.status, status) ??
    differ('statusPatched', step.statusPatched ?? step.status !== undefined, isPatched) ??
    differ('requeue', earliest(step), secondsUntil(nextAt, step))
  );
}

/**
 * Argo creates a Service whose name is not that of its ReplicaSet anew at every reconcile, which changes nothing when
 * the experiment's own is there. To leave out this call, and this call alone, is no difference.
 */
function expectedActions({ actions = [] }: Step, world: World, id: string): unknown[] {
  const experiment = world.cached('Experiment', id) as Experiment | undefined;
  return actions.map(plainAction).filter(({ verb, resource, name, errorReason }) => {
    if (verb !== 'create' || resource !== 'services' || errorReason !== 'AlreadyExists') return true;
    const there = world.stored('Service', name);
    const isOwn = experiment?.spec.templates.some(
      (template) => there && isOfTemplate(there, experiment, template.name),
    );
    return isOwn !== true || world.actions.some((action) => action.verb === verb && action.name === name);
  });
}

/** Annotations are written by merge patch here, and by JSON patch in Argo. */
function plainAction({ patchType, patch, ...action }: Action): Action {
  const merge = patchType === 'json' ? (patch as readonly Json[]).map(annotationPatch)[0] : patch;
  return withoutUndefined({ ...action, object: withoutEmpty(action.object), patch: merge });
}

function annotationPatch({ path, value }: Json): Json {
  const name = String(path).replace('/metadata/annotations/', '');
  return { metadata: { annotations: { [name]: value ?? null } } };
}

function withoutUndefined<T extends object>(object: T): T {
  return JSON.parse(JSON.stringify(object)) as T;
}

function plainEvent({ about, ...event }: OutcomeEvent): Json {
  return about ? { ...event, object: `${about.kind}/${about.name}` } : { ...event };
}

function storedStatus(world: World, id: string): Json | undefined {
  const experiment = world.stored('Experiment', id) as { readonly status?: Json } | undefined;
  return experiment?.status;
}

/** As the vectors put it. */
function finalPhaseOf(world: World, id: string): string {
  const experiment = world.stored('Experiment', id) as Experiment | undefined;
  return experiment === undefined ? '(deleted)' : (experiment.status?.phase ?? '');
}

function earliest({ requeue = [] }: Step): number | undefined {
  return requeue.length === 0 ? undefined : Math.min(...requeue);
}

/** Rounded to what a float of seconds leaves of a millisecond. */
function secondsUntil(nextAt: Date | undefined, step: Step): number | undefined {
  if (nextAt === undefined) return undefined;
  const seconds = (nextAt.getTime() - Date.parse(step.now)) / 1000;
  const wanted = earliest(step);
  return wanted !== undefined && Math.abs(seconds - wanted) < 1e-6 ? wanted : seconds;
}
