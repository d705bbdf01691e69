import type { Template, TemplateSource } from '../../lib/analysis/templates.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { Experiment } from '../../lib/model/experiment.ts';
import type { AnalysisTemplateRef } from '../../lib/model/analysis-template.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { mergePatch } from '../../lib/model/merge-patch.ts';
import type { OutcomeEvent } from '../../lib/model/outcome.ts';
import { isSurprise, type Reply } from '../../lib/model/reply.ts';
import type { Rollout } from '../../lib/model/rollout.ts';
import { parseLabelSelector } from '../../lib/model/label-selector.ts';
import { needs, routesOf } from '../../lib/rollout/needs.ts';
import { type Decision, reconcileRollout } from '../../lib/rollout/reconcile.ts';
import { routeKey, routeListKey } from '../../lib/rollout/routing/open-routing.ts';
import type { SeenRollout } from '../../lib/rollout/seen.ts';
import type { RolloutWorld } from './rollout-world.ts';

/** What a step came to. */
export interface Taken {
  readonly events: readonly OutcomeEvent[];
  readonly wakesMs: readonly number[];
  readonly error?: string | undefined;
  /** Whether nothing is left of what was changed. */
  readonly isUndone?: true;
}

/** What a kind does with the engine: read, let it decide, make its changes, write the status. */
export function takeStep(world: RolloutWorld, id: string, now: Date): Taken {
  world.now = now;
  const rollout = world.cached('Rollout', id) as Rollout | undefined;
  if (rollout === undefined) return { events: [], wakesMs: [] };
  const decision = decide(world, observe(world, rollout, now), now);
  const { status, events, eventsOnceStored, wakesMs, failure, isUndone } = decision;
  const net = isUndone && { isUndone };
  if (status === undefined) return { events, wakesMs, error: failure, ...net };
  const patch = mergePatch({ ...rollout.status }, { ...status });
  const error = patch && world.storeStatus(id, patch);
  if (error !== undefined) return { events, wakesMs, error };
  return { events: [...events, ...eventsOnceStored], wakesMs, error: failure, ...net };
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

/** Only what was asked for: an engine that forgets to ask must not pass. */
function observe(world: RolloutWorld, rollout: Rollout, now: Date): SeenRollout {
  const wanted = needs(rollout, now);
  const { workload: ref } = wanted;
  const workload = ref && world.cached(ref.kind ?? '', ref.name ?? '');
  const deployment = wanted.deployment === undefined ? undefined : world.stored('Deployment', wanted.deployment);
  const runs = world.cachedAll('AnalysisRun');
  const listed = new Set(runs.map(({ metadata }) => metadata.name));
  const hidden = wanted.runs
    .filter((name) => !listed.has(name))
    .flatMap((name) => world.stored('AnalysisRun', name) ?? []);
  const lists = wanted.routeLists.map((list) => {
    const isSelected = parseLabelSelector(list.labelSelector);
    return { key: routeListKey(list), objects: world.storedAll(list.kind).filter(isSelected) };
  });
  const routes = [
    ...routesOf(rollout, ({ kind, name }) => world.stored(kind, name)),
    ...lists.flatMap(({ objects }) =>
      objects.map(({ kind, metadata: { namespace = '', name = '' } }) => ({ kind, namespace, name })),
    ),
  ];
  return {
    rollout,
    replicaSets: world.cachedAll('ReplicaSet'),
    analysisRuns: [...runs, ...hidden] as AnalysisRun[],
    experiments: world.cachedAll('Experiment') as Experiment[],
    services: new Map(wanted.services.flatMap((name) => named(name, world.cached('Service', name)))),
    routes: new Map(
      routes.flatMap((object) => {
        return named(routeKey(object), world.stored(object.kind, object.name)).map(([key, found]) => {
          return [key, { object: found }] as const;
        });
      }),
    ),
    routeLists: new Map(
      lists.map(({ key, objects }) => [key, { object: objects.map(({ metadata }) => metadata.name ?? '') }]),
    ),
    pods: wanted.pods ? world.storedAll('Pod') : [],
    templates: readTemplates(world, wanted.templates),
    ...(workload && { workload: { object: workload } }),
    ...(deployment && { deployment }),
  };
}

function named(name: string, object: KubernetesObject | undefined): readonly (readonly [string, KubernetesObject])[] {
  return object ? [[name, object]] : [];
}

/** Those that were asked for, and what they refer to. */
function readTemplates(world: RolloutWorld, refs: readonly AnalysisTemplateRef[]): TemplateSource {
  const found = new Map<string, Template>();
  const left = [...refs];
  for (let ref = left.pop(); ref; ref = left.pop()) {
    const { templateName = '', clusterScope = false } = ref;
    const kind = clusterScope ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
    const template = world.cached(kind, templateName) as Template | undefined;
    if (template === undefined || found.has(`${kind}/${templateName}`)) continue;
    found.set(`${kind}/${templateName}`, template);
    left.push(...(template.spec.templates ?? []));
  }
  return {
    template: (name) => found.get(`AnalysisTemplate/${name}`),
    clusterTemplate: (name) => found.get(`ClusterAnalysisTemplate/${name}`),
  };
}
