import type { Template, TemplateSource } from '../../lib/analysis/templates.ts';
import { findToScaleUp, needs } from '../../lib/experiment/needs.ts';
import { advanceExperiment } from '../../lib/experiment/advance.ts';
import type { SeenExperiment } from '../../lib/experiment/seen.ts';
import type { ReplicaSet } from '../../lib/workload/replica-set.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { Experiment, ExperimentStatus } from '../../lib/model/experiment.ts';
import type { Outcome, OutcomeEvent } from '../../lib/model/outcome.ts';
import { type Found, isSurprise, type Reply } from '../../lib/model/reply.ts';
import { changedFields, type Json, type World } from './experiment-world.ts';

/** What a step came to. */
export interface Taken {
  readonly events: readonly OutcomeEvent[];
  readonly nextAt?: Date | undefined;
  readonly error?: string | undefined;
  readonly isPatched: boolean;
  /** Whether nothing is left to do for the experiment. */
  readonly finished?: boolean | undefined;
}

/** What a kind does with the engine: read what it needs, let it decide, make its changes, write the status. */
export function takeStep(world: World, id: string, now: Date): Taken {
  const object = world.cached('Experiment', id) as Experiment | undefined;
  if (object === undefined) return { events: [], isPatched: false };
  const { status, events, nextAt, finished, failure } = decide(world, observe(world, object), now);
  if (failure !== undefined) return { events, error: failure, isPatched: false };

  const patch = changedFields(object.status ?? {}, JSON.parse(JSON.stringify(status)) as Json);
  const error = patch && world.writeStatus('Experiment', id, patch);
  if (error === undefined) return { events, nextAt, finished, isPatched: patch !== undefined };
  return { events: events.filter(({ reason }) => !reason.startsWith('Experiment')), nextAt, error, isPatched: false };
}

function decide(world: World, seen: SeenExperiment, now: Date): Outcome<ExperimentStatus> {
  const replies: Reply[] = [];
  let outcome = advanceExperiment(seen, now);
  for (let change = outcome.changes[0]; change; change = outcome.changes[replies.length]) {
    const reply = world.apply(change);
    replies.push(reply);
    if (isSurprise(reply)) outcome = advanceExperiment({ ...seen, replies }, now);
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
