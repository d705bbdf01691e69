import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { CanaryStep } from '../../lib/model/canary-step.ts';
import type { RolloutStrategy } from '../../lib/model/rollout-strategy.ts';
import { maxSurge, maxUnavailable } from '../../lib/rollout/replicas/limits.ts';
import { availableIn, replicasIn } from '../../lib/workload/replica-set.ts';
import { aRollout } from '../builders.ts';
import { Stage } from './stage.ts';

const SERVICES: readonly KubernetesObject[] = ['stable', 'canary'].map((name) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop', uid: name },
  spec: { selector: { app: 'guestbook' } },
}));

const weight = fc.constantFrom(10, 50, 100).map((setWeight) => ({ setWeight }));
const step = fc.oneof(
  weight,
  fc.constantFrom({}, { duration: 5 }).map((pause) => ({ pause })),
);

const canaryOf = (steps: fc.Arbitrary<CanaryStep>): fc.Arbitrary<RolloutStrategy> =>
  fc.record({
    canary: fc.record({
      steps: fc.array(steps, { maxLength: 4 }),
      maxSurge: fc.constantFrom(1, '50%'),
      maxUnavailable: fc.constantFrom(0, 1, '25%'),
    }),
  });
const canary = canaryOf(step);

const blueGreen: fc.Arbitrary<RolloutStrategy> = fc.record({
  blueGreen: fc.record({
    activeService: fc.constant('stable'),
    previewService: fc.constant('canary'),
    autoPromotionEnabled: fc.boolean(),
    scaleDownDelaySeconds: fc.constantFrom(5, 30),
  }),
});

/** What people do between two looks. */
const deed = fc.oneof(
  fc.constantFrom(1, 2, 3).map((version) => (stage: Stage) => stage.deploy(version)),
  fc.integer({ min: 0, max: 5 }).map((replicas) => (stage: Stage) => stage.change({ replicas })),
  fc.constantFrom(true, false).map((paused) => (stage: Stage) => stage.change({ paused })),
  fc
    .constantFrom({ abort: true }, { abort: false }, { pauseConditions: null }, { promoteFull: true })
    .map((status) => (stage: Stage) => stage.patch('Rollout', 'guestbook', { status })),
  fc.constant((stage: Stage) => {
    stage.bringPods();
  }),
);

const deeds = fc.array(deed, { maxLength: 12 });

/** With everything done that holds an update up, and time for it. */
function finish(stage: Stage): void {
  stage.change({ paused: false });
  stage.patch('Rollout', 'guestbook', { status: { abort: false } });
  for (let round = 0; round < 12; round += 1) {
    stage.live();
    stage.patch('Rollout', 'guestbook', { status: { pauseConditions: null } });
    stage.step(60);
  }
}

test('whatever people did, an update ends well once nothing holds it up', () => {
  fc.assert(
    fc.property(fc.oneof(canary, blueGreen), deeds, (strategy, all) => {
      const stage = new Stage(aRollout({ strategy }), SERVICES);
      for (const act of all) {
        stage.step(1);
        act(stage);
      }
      finish(stage);
      const { phase, stableRS, currentPodHash } = stage.status;
      expect({ phase, stableRS }).toStrictEqual({ phase: 'Healthy', stableRS: currentPodHash });
      const left = stage.replicaSets.filter((replicaSet) => replicasIn(replicaSet) > 0);
      expect(left.length).toBe(stage.rollout.spec.replicas === 0 ? 0 : 1);
    }),
  );
});

test('without anything new, a Rollout comes to rest', () => {
  fc.assert(
    fc.property(fc.oneof(canary, blueGreen), deeds, (strategy, all) => {
      const stage = new Stage(aRollout({ strategy }), SERVICES);
      for (const act of all) {
        act(stage);
        stage.settle();
        expect(stage.step()).toMatchObject({ actions: [], events: [], error: undefined });
      }
    }),
  );
});

test('an update takes no more pods away than may be missing, and adds no more than may be added', () => {
  fc.assert(
    fc.property(
      canary,
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.boolean(), { maxLength: 40 }),
      (strategy, replicas, comes) => {
        const stage = new Stage(aRollout({ strategy, replicas }));
        stage.live();
        stage.deploy(2);
        const least = replicas - maxUnavailable(stage.rollout);
        for (const hasCome of comes) {
          stage.step(1);
          const sets = stage.replicaSets;
          const wanted = sets.reduce((sum, replicaSet) => sum + replicasIn(replicaSet), 0);
          const kept = sets.reduce((sum, each) => sum + Math.min(replicasIn(each), availableIn(each)), 0);
          expect(wanted).toBeLessThanOrEqual(replicas + maxSurge(stage.rollout));
          expect(kept).toBeGreaterThanOrEqual(least);
          if (hasCome) stage.bringPods();
        }
      },
    ),
  );
});

/**
 * The pods of a Stage as the controller of ReplicaSets has them: it looks at one ReplicaSet at a time, late, and writes the
 * counts from before it makes and deletes pods.
 */
class LatePods {
  private readonly stage: Stage;
  private readonly ready = new Map<string, number>();
  private readonly coming = new Map<string, number>();
  private readonly wanted = new Map<string, number>();

  constructor(stage: Stage) {
    this.stage = stage;
    for (const { metadata, spec } of stage.replicaSets) this.ready.set(metadata.name ?? '', spec?.replicas ?? 0);
    this.count();
  }

  get allReady(): number {
    return [...this.ready.values()].reduce((sum, count) => sum + count, 0);
  }

  /** A new generation of each ReplicaSet that is to have another number, as the API server counts them. */
  count(): void {
    for (const replicaSet of this.stage.replicaSets) {
      const name = replicaSet.metadata.name ?? '';
      if (this.wanted.get(name) === replicasIn(replicaSet)) continue;
      this.wanted.set(name, replicasIn(replicaSet));
      const generation = (replicaSet.metadata.generation ?? 0) + 1;
      this.stage.patch('ReplicaSet', name, { metadata: { generation } });
    }
  }

  look(index: number): void {
    const replicaSet = this.stage.replicaSets[index % this.stage.replicaSets.length];
    if (!replicaSet) return;
    const { name = '', generation } = replicaSet.metadata;
    const [ready, coming] = [this.ready.get(name) ?? 0, this.coming.get(name) ?? 0];
    const status = { replicas: ready + coming, availableReplicas: ready, observedGeneration: generation };
    this.stage.patch('ReplicaSet', name, { status });
    const tooMany = ready + coming - replicasIn(replicaSet);
    const fewerComing = tooMany > 0 ? Math.min(coming, tooMany) : tooMany;
    this.coming.set(name, coming - fewerComing);
    this.ready.set(name, ready - Math.max(0, tooMany - Math.max(0, fewerComing)));
  }

  become(index: number): void {
    const name = this.stage.replicaSets[index % this.stage.replicaSets.length]?.metadata.name ?? '';
    const coming = this.coming.get(name) ?? 0;
    this.coming.set(name, 0);
    this.ready.set(name, (this.ready.get(name) ?? 0) + coming);
  }
}

const lateDeed = fc.oneof(
  { weight: 6, arbitrary: fc.nat(3).map((index) => (_stage: Stage, pods: LatePods) => pods.look(index)) },
  { weight: 3, arbitrary: fc.nat(3).map((index) => (_stage: Stage, pods: LatePods) => pods.become(index)) },
  { weight: 1, arbitrary: fc.constantFrom(1, 2, 3).map((version) => (stage: Stage) => stage.deploy(version)) },
);

test('counts of pods that are late take no pod away that may not be missing', () => {
  fc.assert(
    fc.property(
      canaryOf(weight),
      fc.integer({ min: 2, max: 5 }),
      fc.array(lateDeed, { maxLength: 200, size: 'max' }),
      (strategy, count, all) => {
        const stage = new Stage(aRollout({ strategy, replicas: count }));
        stage.live();
        const pods = new LatePods(stage);
        for (const index of [0, 1]) pods.look(index);
        stage.deploy(2);
        for (const act of all) {
          stage.step(1);
          pods.count();
          act(stage, pods);
          expect(pods.allReady).toBeGreaterThanOrEqual(count - maxUnavailable(stage.rollout));
        }
      },
    ),
  );
});
