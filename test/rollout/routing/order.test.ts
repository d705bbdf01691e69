import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CanaryStep } from '../../../lib/model/canary-step.ts';
import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';
import type { CanaryStrategy } from '../../../lib/model/rollout-strategy.ts';
import type { TrafficRouting } from '../../../lib/model/traffic-routing.ts';
import { availableIn, type ReplicaSet } from '../../../lib/workload/replica-set.ts';
import { aRollout } from '../../builders.ts';
import { Stage } from '../stage.ts';

const HASH = 'rollouts-pod-template-hash';
const REPLICAS = 4;

/** Each router with an object that it looks after, and how to read the canary's share from it. */
const ROUTERS: readonly {
  readonly name: string;
  readonly trafficRouting: TrafficRouting;
  readonly route: KubernetesObject & { readonly spec: unknown };
}[] = [
  {
    name: 'Gateway API',
    trafficRouting: { plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: 'web' } } },
    route: aRoute('HTTPRoute', {
      rules: [
        {
          backendRefs: [
            { name: 'stable', weight: 100 },
            { name: 'canary', weight: 0 },
          ],
        },
      ],
    }),
  },
  {
    name: 'Apisix',
    trafficRouting: { apisix: { route: { name: 'web' } } },
    route: aRoute('ApisixRoute', {
      http: [
        {
          name: 'web',
          backends: [
            { serviceName: 'stable', weight: 100 },
            { serviceName: 'canary', weight: 0 },
          ],
        },
      ],
    }),
  },
];

function aRoute(kind: string, spec: unknown) {
  return { apiVersion: 'example/v1', kind, metadata: { name: 'web', namespace: 'shop', uid: 'web' }, spec };
}

function aStage({ trafficRouting, route }: (typeof ROUTERS)[number], canary: Partial<CanaryStrategy>): Stage {
  const services = ['stable', 'canary'].map((name): KubernetesObject => {
    return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' } };
  });
  const strategy = { canary: { canaryService: 'canary', stableService: 'stable', trafficRouting, ...canary } };
  return new Stage(aRollout({ replicas: REPLICAS, strategy }), [...services, route]);
}

/** What the route sends to a Service, in percent. */
function shareOf(stage: Stage, { route }: (typeof ROUTERS)[number], service: string): number {
  const text = JSON.stringify(stage.world.stored(route.kind, 'web'));
  const [, weight = '0'] = new RegExp(`ame":"${service}","weight":(\\d+)`).exec(text) ?? [];
  return Number(weight);
}

/** Pods that a Service leads to and that are there. */
function podsBehind(stage: Stage, service: string): number {
  const { spec } = stage.world.stored('Service', service) as { spec?: { selector?: Record<string, string> } };
  const selected = stage.replicaSets.filter(({ metadata }) => metadata.labels?.[HASH] === spec?.selector?.[HASH]);
  return selected.reduce((sum, replicaSet) => sum + availableIn(replicaSet), 0);
}

/** Of some ReplicaSets, those pods that are wanted are there at once, and those that are not are gone. */
function bringPodsOf(stage: Stage, replicaSet: ReplicaSet): void {
  const count = replicaSet.spec?.replicas ?? 1;
  const status = { replicas: count, readyReplicas: count, availableReplicas: count };
  stage.patch('ReplicaSet', replicaSet.metadata.name ?? '', { status });
}

const step: fc.Arbitrary<CanaryStep> = fc.oneof(
  fc.constantFrom(25, 50, 75, 100).map((setWeight) => ({ setWeight })),
  fc.constantFrom({ weight: 25 }, { replicas: 3 }, { matchTrafficWeight: true }).map((setCanaryScale) => ({
    setCanaryScale,
  })),
  fc.constant({ pause: {} }),
);

/** Which ReplicaSet's pods come next, or what people do. */
const deed = fc.oneof(
  { weight: 8, arbitrary: fc.nat({ max: 3 }).map((at) => (stage: Stage) => bringAt(stage, at)) },
  fc
    .constantFrom({ abort: true }, { abort: false }, { promoteFull: true })
    .map((status) => (stage: Stage) => stage.patch('Rollout', 'guestbook', { status })),
  {
    weight: 3,
    arbitrary: fc.constant((stage: Stage) =>
      stage.patch('Rollout', 'guestbook', { status: { pauseConditions: null } }),
    ),
  },
);

const deeds = fc.array(deed, { minLength: 5, maxLength: 40 });
const deedsWithVersions = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: deed },
    fc.constantFrom(1, 2, 3).map((version) => (stage: Stage) => stage.deploy(version)),
  ),
  { minLength: 5, maxLength: 40 },
);

/**
 * With stable pods that follow the traffic, another version in mid-update lets Argo take some of them away for a moment
 * by the weights before; so it does here.
 */
const courses = fc.oneof(
  fc.record({ dynamicStableScale: fc.constant(true), all: deeds }),
  fc.record({ dynamicStableScale: fc.constant(false), all: deedsWithVersions }),
);

function bringAt(stage: Stage, at: number): void {
  const sets = stage.replicaSets;
  const chosen = sets[at % Math.max(1, sets.length)];
  if (chosen) bringPodsOf(stage, chosen);
}

test.each(ROUTERS)('$name: no version gets traffic without pods, however pods come and go', (router) => {
  const list = fc.array(step, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(list, deedsWithVersions, (steps, all) => {
      const stage = aStage(router, { steps });
      stage.live();
      stage.deploy(2);
      for (const act of all) {
        stage.step(1);
        for (const service of ['stable', 'canary']) {
          const hasNone = shareOf(stage, router, service) > 0 && podsBehind(stage, service) === 0;
          expect({ service, hasNone }).toStrictEqual({ service, hasNone: false });
        }
        act(stage);
      }
    }),
  );
});

test.each(ROUTERS)('$name: pods come before traffic, and go after it', (router) => {
  // A step that lowers the weight takes pods away at once, as in Argo.
  const ascending = fc
    .subarray([25, 50, 75, 100], { minLength: 1 })
    .map((weights) => weights.flatMap((setWeight): CanaryStep[] => [{ setWeight }, { pause: {} }]));
  fc.assert(
    fc.property(ascending, courses, (steps, { all, dynamicStableScale }) => {
      const stage = aStage(router, { steps, dynamicStableScale });
      stage.live();
      stage.deploy(2);
      for (const act of all) {
        stage.step(1);
        for (const service of ['stable', 'canary']) {
          const least = Math.trunc((shareOf(stage, router, service) * REPLICAS) / 100);
          expect({ service, pods: podsBehind(stage, service) >= least }).toStrictEqual({ service, pods: true });
        }
        act(stage);
      }
    }),
  );
});
