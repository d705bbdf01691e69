import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CanaryStrategy } from '../../../lib/model/rollout-strategy.ts';
import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';
import { dueAt } from '../../../lib/rollout/due-at.ts';
import { selectedHash } from '../../../lib/rollout/switch-service.ts';
import { hashOf } from '../../../lib/rollout/versions.ts';
import { availableIn, type ReplicaSet } from '../../../lib/workload/replica-set.ts';
import { aRollout } from '../../builders.ts';
import { applyMergePatch } from '../../vectors/apply-merge-patch.ts';
import { Stage } from '../stage.ts';
import type { Look, Pointed, RouterRow } from './row.ts';
import { ROWS } from './rows.ts';

const SERVICES: readonly KubernetesObject[] = ['stable', 'canary', 'trial'].map((name) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop', uid: name },
  spec: { selector: { app: 'guestbook' } },
}));

const REPLICAS = 4;
/** For each router; test/rollout/properties.test.ts lives through more, without one. */
const COURSES = { numRuns: 50 };
const STEPS = [{ setWeight: 20 }, { pause: {} }, { setWeight: 60 }, { pause: {} }];

/** A Rollout whose traffic one router splits. */
class RoutedStage extends Stage {
  readonly row: RouterRow;
  readonly unansweredAtSomeTime: string[] = [];

  constructor(row: RouterRow, strategy: Partial<CanaryStrategy> = {}, replicas = REPLICAS) {
    const { trafficRouting } = row;
    const canary = { canaryService: 'canary', stableService: 'stable', trafficRouting, steps: STEPS, ...strategy };
    super(aRollout({ replicas, strategy: { canary } }), [...SERVICES, ...row.objects]);
    this.row = row;
    const { world } = this;
    const apply = world.apply.bind(world);
    // Whoever is killed between two writes leaves what is there then.
    world.apply = (change) => {
      const reply = apply(change);
      this.unansweredAtSomeTime.push(...unanswered(this));
      return reply;
    };
  }

  override bringPods(): boolean {
    const isNew = super.bringPods();
    this.unansweredAtSomeTime.push(...unanswered(this));
    return isNew;
  }

  /** Those of one ReplicaSet alone, however many there are. */
  bringSomePods(at: number): void {
    const sets = this.replicaSets;
    const { metadata, spec } = sets[at % Math.max(1, sets.length)] ?? NO_PODS;
    const count = spec?.replicas ?? 1;
    const status = { replicas: count, readyReplicas: count, availableReplicas: count };
    if (metadata.name !== undefined) this.patch('ReplicaSet', metadata.name, { status });
    this.unansweredAtSomeTime.push(...unanswered(this));
  }

  readonly look: Look = (kind, name) => this.world.stored(kind, name);

  get canaryWeight(): number {
    return this.row.canaryWeight(this.look);
  }

  /** What the objects say is what the status says. */
  get weights() {
    const { canary, stable } = this.status.canary?.weights ?? {};
    return { objects: this.canaryWeight, canary: canary?.weight, stable: stable?.weight };
  }

  /** Where requests to each of both go. */
  get pointed(): Pointed {
    const selected = (name: string) => selectedHash(this.world.stored('Service', name));
    return this.row.pointed?.(this.look) ?? { canary: selected('canary'), stable: selected('stable') };
  }

  available(hash: string): number {
    return availableIn(this.replicaSets.find((replicaSet) => hashOf(replicaSet) === hash) ?? NO_PODS);
  }

  resume(): void {
    this.patch('Rollout', 'guestbook', { status: { pauseConditions: null } });
    this.live();
  }

  abort(): void {
    this.patch('Rollout', 'guestbook', { status: { abort: true } });
    this.live();
  }
}

const NO_PODS: ReplicaSet = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: {}, status: {} };

/** Who has traffic without a pod to answer it. Before its first switch, a Service leads to all pods. */
function unanswered(stage: RoutedStage): readonly string[] {
  return shortOf(stage, () => 1);
}

/** Who has traffic, and fewer pods than it takes. */
function shortOf(stage: RoutedStage, least: (share: number) => number): readonly string[] {
  const { canaryWeight: weight, pointed } = stage;
  const shares = [
    { who: 'canary', share: weight, hash: pointed.canary },
    { who: 'stable', share: 100 - weight, hash: pointed.stable },
  ];
  return shares
    .filter(({ share, hash }) => share > 0 && hash !== '' && stage.available(hash) < least(share))
    .map(({ who, share, hash }) => `${who} ${hash}: ${share}%`);
}

type Deed = (stage: RoutedStage) => void;

/** Pods come and go, all of them or those of one version, and somebody intervenes. */
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Deed>((stage) => void stage.bringPods()) },
  {
    weight: 4,
    arbitrary: fc.nat({ max: 3 }).map(
      (at): Deed =>
        (stage) =>
          stage.bringSomePods(at),
    ),
  },
  { weight: 2, arbitrary: fc.constant<Deed>(() => undefined) },
  fc.constantFrom({ abort: true }, { abort: false }, { pauseConditions: null }, { promoteFull: true }).map(
    (status): Deed =>
      (stage) =>
        stage.patch('Rollout', 'guestbook', { status }),
  ),
);
const newVersion = fc.constantFrom(1, 2, 3).map(
  (version): Deed =>
    (stage) =>
      stage.deploy(version),
);
const resize = fc.constantFrom(1, 2, 5).map(
  (replicas): Deed =>
    (stage) =>
      stage.change({ replicas }),
);

describe.each(ROWS)('$name', (row) => {
  /** At its first pause, with 20% at the canary. */
  const anUpdate = (strategy?: Partial<CanaryStrategy>, replicas?: number): RoutedStage => {
    const stage = new RoutedStage(row, strategy, replicas);
    stage.live();
    // The first pods of all come after what leads to them.
    stage.unansweredAtSomeTime.length = 0;
    stage.deploy(2);
    stage.live();
    return stage;
  };

  test('weights follow the steps, and go back at the end', () => {
    const stage = anUpdate();
    expect(stage.weights).toStrictEqual({ objects: 20, canary: 20, stable: 80 });
    stage.resume();
    expect(stage.weights).toStrictEqual({ objects: 60, canary: 60, stable: 40 });
    stage.resume();
    expect(stage.status.phase).toBe('Healthy');
    expect(stage.weights).toStrictEqual({ objects: 0, canary: 0, stable: 100 });
    expect(stage.unansweredAtSomeTime).toStrictEqual([]);
  });

  test.each([
    { name: 'a promoted', end: (stage: RoutedStage) => [0, 1].forEach(() => stage.resume()) },
    { name: 'an aborted', end: (stage: RoutedStage) => stage.abort() },
  ])('$name update leaves the objects as it found them, but for what is told', ({ end }) => {
    const stage = anUpdate();
    end(stage);
    const { stableRS = '', currentPodHash = '' } = stage.status;
    const told = new Map(Object.entries(row.leaves?.(stableRS, currentPodHash) ?? {}));
    for (const found of row.objects) {
      const key = `${found.kind}/${found.metadata.name ?? ''}`;
      const left = stage.look(found.kind, found.metadata.name ?? '');
      expect(JSON.stringify(left)).toBe(JSON.stringify(applyMergePatch(found, told.get(key) ?? {})));
      told.delete(key);
    }
    const { kind = '', name = '' } = row.makes ?? {};
    const made = stage.look(kind, name);
    expect(made === undefined ? [] : [`${kind}/${name}`]).toStrictEqual([...told.keys()]);
    expect(made ?? {}).toMatchObject(told.get(`${kind}/${name}`) ?? {});
  });

  test('at rest nothing is written', () => {
    const stage = anUpdate();
    expect(stage.step()).toMatchObject({ actions: [], events: [], error: undefined });
  });

  test('setCanaryScale has pods of its own number, whatever the weight', () => {
    const stage = anUpdate({ steps: [{ setCanaryScale: { replicas: 1 } }, { setWeight: 70 }, { pause: {} }] });
    expect(stage.weights).toStrictEqual({ objects: 70, canary: 70, stable: 30 });
    expect(stage.available(stage.status.currentPodHash ?? '')).toBe(1);
  });

  test('dynamicStableScale takes stable pods only as their traffic goes', () => {
    const stage = anUpdate({ dynamicStableScale: true, steps: [{ setWeight: 50 }, { pause: {} }] });
    expect(stage.weights).toStrictEqual({ objects: 50, canary: 50, stable: 50 });
    expect(stage.available(stage.status.stableRS ?? '')).toBe(2);
    stage.abort();
    expect(stage.weights).toStrictEqual({ objects: 0, canary: 0, stable: 100 });
    expect(stage.available(stage.status.stableRS ?? '')).toBe(4);
  });

  test('dynamicStableScale leaves pods to the version that has just been promoted, though another one comes', () => {
    const stage = new RoutedStage(row, { dynamicStableScale: true, steps: [{ setWeight: 100 }] });
    stage.live();
    const first = stage.status.stableRS;
    const isPromoted = () => stage.status.stableRS !== first;
    stage.deploy(2);
    for (let steps = 0; steps < 9 && !isPromoted(); steps += 1) {
      stage.bringPods();
      stage.step(1);
    }
    expect([isPromoted(), stage.canaryWeight]).toStrictEqual([true, 100]);
    stage.deploy(3);
    stage.live();
    stage.step(5);
    stage.live();
    expect(stage.unansweredAtSomeTime).toStrictEqual([]);
    expect(stage.weights).toStrictEqual({ objects: 0, canary: 0, stable: 100 });
  });

  test('dynamicStableScale: traffic stays at the canary Service until endpoints have followed the stable one', () => {
    const stage = new RoutedStage(row, { dynamicStableScale: true, steps: [{ setWeight: 100 }] });
    stage.live();
    const first = stage.status.stableRS;
    stage.deploy(2);
    for (let steps = 0; steps < 9 && stage.status.stableRS === first; steps += 1) {
      stage.bringPods();
      stage.step(1);
    }
    const second = stage.status.stableRS ?? '';
    expect(second).not.toBe(first);
    const seen: unknown[] = [];
    for (let seconds = 1; seconds <= 5; seconds += 1) {
      stage.bringPods();
      stage.step(1);
      const service = selectedHash(stage.world.stored('Service', 'stable')) === second;
      seen.push({ service, weight: stage.canaryWeight, isDue: dueAt(stage.rollout, stage.now) !== undefined });
    }
    const held = { service: true, weight: 100, isDue: true };
    expect(seen).toStrictEqual([held, held, held, held, { service: true, weight: 0, isDue: false }]);
  });

  test('an aborted update hurries no look by switching the canary Service there and back, while its own pods are still there', () => {
    const stage = anUpdate();
    const { stableRS = '', currentPodHash = '' } = stage.status;
    stage.patch('Rollout', 'guestbook', { status: { abort: true } });
    const switching: unknown[] = [];
    for (let seconds = 1; seconds <= 20; seconds += 1) {
      const { actions, isUndone } = stage.step(1);
      stage.bringPods();
      const services = actions.filter(({ resource, name }) => resource === 'services' && name === 'canary');
      if (services.length === 2 && actions.length === 2) switching.push(isUndone);
    }
    expect(stage.available(currentPodHash)).toBeGreaterThan(0);
    expect(selectedHash(stage.world.stored('Service', 'canary'))).toBe(stableRS);
    expect(switching.length).toBeGreaterThan(10);
    expect(new Set(switching)).toStrictEqual(new Set([true]));
  });

  const isKnown = (what: 'maxTrafficWeight' | 'pingPong') => row.knows?.includes(what) ?? false;

  test.runIf(isKnown('maxTrafficWeight'))('maxTrafficWeight is the weight of all traffic', () => {
    const trafficRouting = { ...row.trafficRouting, maxTrafficWeight: 1000 };
    const stage = anUpdate({ trafficRouting, steps: [{ setWeight: 250 }, { pause: {} }] });
    expect(stage.weights).toStrictEqual({ objects: 250, canary: 250, stable: 750 });
  });

  test.skipIf(isKnown('maxTrafficWeight'))('maxTrafficWeight is refused', () => {
    const stage = anUpdate({ trafficRouting: { ...row.trafficRouting, maxTrafficWeight: 1000 } });
    expect(stage.status.message).toContain('maxTrafficWeight in traffic routing only supported in Nginx and Plugins');
  });

  const pingPong = { pingService: 'stable', pongService: 'canary' };

  test.runIf(isKnown('pingPong'))('a ping-pong pair takes turns', () => {
    const stage = anUpdate({ canaryService: '', stableService: '', pingPong });
    expect(stage.canaryWeight).toBe(20);
    stage.resume();
    stage.resume();
    expect([stage.status.canary?.stablePingPong, stage.canaryWeight]).toStrictEqual(['pong', 100]);
    stage.deploy(3);
    stage.live();
    expect(stage.canaryWeight).toBe(80);
    expect(stage.unansweredAtSomeTime).toStrictEqual([]);
  });

  test.skipIf(isKnown('pingPong') || row.trafficRouting.istio || row.trafficRouting.alb)(
    'a ping-pong pair is refused',
    () => {
      const stage = anUpdate({ pingPong });
      expect(stage.status.message).toContain(
        'Ping-pong feature works with the ALB, Istio, and plugin-based traffic routers',
      );
    },
  );

  const experiment = {
    templates: [{ name: 'trial', specRef: 'canary' as const, weight: 10, service: { name: 'trial' } }],
  };
  const trials = { steps: [{ setWeight: 20 }, { experiment }, { pause: {} }] };

  test.runIf(row.otherWeights)('the pods of an experiment have their weight while it runs', () => {
    const stage = anUpdate(trials);
    const [trial] = stage.world.storedAll('Experiment');
    const name = trial?.metadata.name ?? '';
    const templateStatuses = [{ name: 'trial', serviceName: 'trial', podTemplateHash: 'abc' }];
    stage.patch('Experiment', name, { status: { phase: 'Running', templateStatuses } });
    stage.live();
    expect([stage.canaryWeight, row.otherWeights?.(stage.look)]).toStrictEqual([20, { trial: 10 }]);
    expect(row.stableWeight?.(stage.look)).toBe(row.experiments?.stable ?? 70);
    stage.patch('Experiment', name, { status: { phase: 'Successful' } });
    stage.live();
    expect([stage.canaryWeight, row.otherWeights?.(stage.look)]).toStrictEqual([20, {}]);
    expect(row.stableWeight?.(stage.look)).toBe(80);
  });

  test.skipIf(row.otherWeights)('an experiment with a weight is refused', () => {
    const stage = anUpdate(trials);
    expect(stage.status.message).toContain('Experiment template weight is only available for TrafficRouting with');
  });

  test('canaryMetadata is on the pods that get the traffic of the canary', () => {
    const labels = { role: 'new' };
    const stage = anUpdate({ canaryMetadata: { labels } });
    const roles = stage.replicaSets.map((replicaSet) => [
      hashOf(replicaSet) === stage.pointed.canary,
      replicaSet.spec?.template?.metadata?.labels?.['role'],
    ]);
    expect(new Map(roles as [boolean, unknown][])).toStrictEqual(
      new Map<boolean, unknown>([
        [true, 'new'],
        [false, undefined],
      ]),
    );
  });

  test('traffic comes after its pods, and goes before them', () => {
    const deeds = fc.array(fc.oneof({ weight: 9, arbitrary: deed }, resize, newVersion), { maxLength: 30 });
    const strategies = fc.record({
      steps: fc.array(
        fc.oneof(
          fc.constantFrom(1, 50, 100).map((setWeight) => ({ setWeight })),
          fc.constantFrom({}, { duration: 5 }).map((pause) => ({ pause })),
          fc
            .constantFrom({ replicas: 1 }, { weight: 25 }, { matchTrafficWeight: true })
            .map((setCanaryScale) => ({ setCanaryScale })),
        ),
        { maxLength: 4 },
      ),
      dynamicStableScale: fc.boolean(),
    });
    fc.assert(
      fc.property(strategies, deeds, fc.constantFrom(1, 7, 40), (strategy, all, seconds) => {
        const stage = new RoutedStage(row, strategy);
        stage.live();
        for (const act of all) {
          act(stage);
          stage.step(seconds);
          expect(stage.unansweredAtSomeTime).toStrictEqual([]);
        }
      }),
      COURSES,
    );
  });

  test('each version has the pods for its share, however pods come and go', () => {
    // A step that lowers the weight takes pods away at once, as in Argo.
    const ascending = fc
      .subarray([25, 50, 75, 100], { minLength: 1 })
      .map((weights) => weights.flatMap((setWeight) => [{ setWeight }, { pause: {} }]));
    // With stable pods that follow the traffic, another version in mid-update takes some of them for a moment, as in Argo.
    const courses = fc.oneof(
      fc.record({ dynamicStableScale: fc.constant(true), all: fc.array(deed, { maxLength: 30 }) }),
      fc.record({
        dynamicStableScale: fc.constant(false),
        all: fc.array(fc.oneof({ weight: 9, arbitrary: deed }, newVersion), { maxLength: 30 }),
      }),
    );
    fc.assert(
      fc.property(ascending, courses, (steps, { all, dynamicStableScale }) => {
        const stage = new RoutedStage(row, { steps, dynamicStableScale });
        stage.live();
        stage.deploy(2);
        for (const act of all) {
          stage.step(1);
          expect(shortOf(stage, (share) => Math.trunc((share * REPLICAS) / 100))).toStrictEqual([]);
          act(stage);
        }
      }),
      COURSES,
    );
  });
});
