import type { Template, TemplateSource } from '../../lib/analysis/templates.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { Experiment } from '../../lib/model/experiment.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { mergePatch } from '../../lib/model/merge-patch.ts';
import type { OutcomeEvent } from '../../lib/model/outcome.ts';
import { type Found, isSurprise, type Reply } from '../../lib/model/reply.ts';
import type { Rollout } from '../../lib/model/rollout.ts';
import { type Decision, reconcileRollout } from '../../lib/rollout/reconcile.ts';
import { routeKey } from '../../lib/rollout/routing/open-routing.ts';
import type { SeenRollout, Service, Workload } from '../../lib/rollout/seen.ts';
import type { RolloutWorld } from './rollout-world.ts';

/** What a step came to. */
export interface Taken {
  readonly events: readonly OutcomeEvent[];
  readonly wakesMs: readonly number[];
  readonly error?: string | undefined;
}

/** What a kind does with the engine: read, let it decide, make its changes, write the status. */
export function takeStep(world: RolloutWorld, id: string, now: Date): Taken {
  world.now = now;
  const rollout = world.cached('Rollout', id) as Rollout | undefined;
  if (rollout === undefined) return { events: [], wakesMs: [] };
  const decision = decide(world, observe(world, rollout), now);
  const { status, events, eventsOnceStored, wakesMs, failure } = decision;
  if (status === undefined) return { events, wakesMs, error: failure };
  const patch = mergePatch({ ...rollout.status }, { ...status });
  const error = patch && world.storeStatus(id, patch);
  if (error !== undefined) return { events, wakesMs, error };
  return { events: [...events, ...eventsOnceStored], wakesMs, error: failure };
}

function decide(world: RolloutWorld, seen: SeenRollout, now: Date): Decision {
  const replies: Reply[] = [];
  let decision = reconcileRollout(seen, now);
  for (let change = decision.changes[0]; change; change = decision.changes[replies.length]) {
    const reply = world.apply(change);
    replies.push(reply);
    if (isSurprise(reply)) decision = reconcileRollout({ ...seen, replies }, now);
  }
  return decision;
}

function observe(world: RolloutWorld, rollout: Rollout): SeenRollout {
  const source = (kind: string) => (name: string) => world.cached(kind, name) as Template | undefined;
  const templates: TemplateSource = {
    template: source('AnalysisTemplate'),
    clusterTemplate: source('ClusterAnalysisTemplate'),
  };
  const { workloadRef } = rollout.spec;
  const workload = workloadRef && world.cached(workloadRef.kind ?? '', workloadRef.name ?? '');
  const found = workload && ({ object: workload } as Found<Workload>);
  const deployment = workloadRef && world.stored('Deployment', workloadRef.name ?? '');
  return {
    rollout,
    replicaSets: world.cachedAll('ReplicaSet'),
    analysisRuns: world.cachedAll('AnalysisRun') as AnalysisRun[],
    experiments: world.cachedAll('Experiment') as Experiment[],
    services: byName(world.cachedAll('Service') as Service[], ({ metadata }) => metadata.name ?? ''),
    routes: new Map(
      [...world.storedAll('VirtualService'), ...world.storedAll('DestinationRule')].map((object) => {
        const { kind, metadata } = object;
        return [routeKey({ kind, namespace: metadata.namespace ?? '', name: metadata.name ?? '' }), { object }];
      }),
    ),
    pods: world.storedAll('Pod'),
    templates,
    ...(found && { workload: found }),
    ...(deployment && { deployment }),
  };
}

function byName<T extends KubernetesObject>(objects: readonly T[], key: (object: T) => string): ReadonlyMap<string, T> {
  return new Map(objects.map((object) => [key(object), object]));
}
