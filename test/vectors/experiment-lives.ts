import type { Template, TemplateSource } from '../../lib/analysis/templates.ts';
import { isOfTemplate } from '../../lib/experiment/claim.ts';
import type { ExperimentEvent } from '../../lib/experiment/events.ts';
import { findToScaleUp, needs } from '../../lib/experiment/needs.ts';
import { type ExperimentOutcome, reconcileExperiment } from '../../lib/experiment/reconcile.ts';
import type { ReplicaSet, SeenExperiment } from '../../lib/experiment/seen.ts';
import { type Found, isSurprise, type Reply } from '../../lib/experiment/writes.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { Experiment } from '../../lib/model/experiment.ts';
import type { KubernetesObject } from '../../lib/model/outcome.ts';
import { differ, withoutEmpty } from './analysis-compare.ts';
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

interface Taken {
  readonly events: readonly ExperimentEvent[];
  readonly nextAt?: Date | undefined;
  readonly error?: string | undefined;
  readonly isPatched: boolean;
}

/** What a kind does with the engine: read what it needs, let it decide, make its changes, write the status. */
function takeStep(world: World, id: string, now: Date): Taken {
  const object = world.cached('Experiment', id) as Experiment | undefined;
  if (object === undefined) return { events: [], isPatched: false };
  const { status, events, nextAt, failure } = decide(world, observe(world, object), now);
  if (failure !== undefined) return { events, error: failure, isPatched: false };

  const patch = changedFields(object.status ?? {}, JSON.parse(JSON.stringify(status)) as Json);
  const error = patch && world.writeStatus('Experiment', id, patch);
  if (error === undefined) return { events, nextAt, isPatched: patch !== undefined };
  return { events: events.filter(({ reason }) => !reason.startsWith('Experiment')), nextAt, error, isPatched: false };
}

function decide(world: World, seen: SeenExperiment, now: Date): ExperimentOutcome {
  const replies: Reply[] = [];
  let outcome = reconcileExperiment(seen, now);
  for (let change = outcome.changes[0]; change; change = outcome.changes[replies.length]) {
    const reply = world.apply(change);
    replies.push(reply);
    if (isSurprise(reply)) outcome = reconcileExperiment({ ...seen, replies }, now);
  }
  return outcome;
}

/** Only what was asked for: an engine that forgets to ask must not pass. */
function observe(world: World, object: Experiment): SeenExperiment {
  const { lists, runs, templates, nested, rollout } = needs(object);
  const replicaSets = lists ? (world.cachedAll('ReplicaSet') as ReplicaSet[]) : [];
  const toScaleUp = lists ? findToScaleUp(object, replicaSets) : [];
  const wanted = new Set(templates.map(({ templateName, clusterScope }) => `${clusterScope}/${templateName}`));
  const source = (kind: string, clusterScope: boolean) => (name: string) => {
    const isWanted = nested || wanted.has(`${clusterScope}/${name}`);
    return isWanted ? (world.cached(kind, name) as Template | undefined) : undefined;
  };
  const templateSource: TemplateSource = {
    template: source('AnalysisTemplate', false),
    clusterTemplate: source('ClusterAnalysisTemplate', true),
  };
  return {
    object,
    replicaSets,
    services: lists ? world.cachedAll('Service') : [],
    runs: new Map(runs.map((name) => [name, readRun(world, name)])),
    templates: templateSource,
    hasRollout: rollout !== undefined && world.stored('Rollout', rollout) !== undefined,
    fresh: new Map(toScaleUp.map((name) => [name, world.get('ReplicaSet', name) as Found<ReplicaSet>])),
  };
}

function readRun(world: World, name: string): Found<AnalysisRun> {
  const cached = world.cached('AnalysisRun', name);
  return (cached ? { object: cached } : world.get('AnalysisRun', name)) as Found<AnalysisRun>;
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

function plainEvent({ about, ...event }: ExperimentEvent): Json {
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
