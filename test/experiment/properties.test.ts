import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFinished } from '../../lib/analysis/phases.ts';
import { advanceExperiment } from '../../lib/experiment/advance.ts';
import type { SeenExperiment } from '../../lib/experiment/seen.ts';
import type { ReplicaSet } from '../../lib/workload/replica-set.ts';
import type { Reply } from '../../lib/model/reply.ts';
import type { ExperimentSpec } from '../../lib/model/experiment.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { aTemplate, aTemplateSpec, anExperiment } from '../builders.ts';
import type { Json } from '../vectors/experiment-world.ts';
import { Stage } from './stage.ts';

const NAME = 'guestbook-compare';
const TEMPLATES = ['one', 'two'] as const;
const ANALYSES = ['x', 'y'] as const;
const PHASES = ['', 'Pending', 'Running', 'Successful', 'Failed', 'Error', 'Inconclusive'] as const;

const template = (name: string) =>
  fc.record({ replicas: fc.integer({ min: 0, max: 2 }), hasService: fc.boolean() }).map(({ replicas, hasService }) =>
    aTemplateSpec({
      name,
      replicas,
      template: { spec: { containers: [{ name: 'app', ports: [{ containerPort: 8080 }] }] } },
      ...(hasService && { service: {} }),
    }),
  );

const analysis = (name: string) =>
  fc.boolean().map((requiredForCompletion) => ({ name, templateName: 'success-rate', requiredForCompletion }));

const spec: fc.Arbitrary<ExperimentSpec> = fc.record({
  templates: fc.tuple(...TEMPLATES.map(template)),
  analyses: fc.tuple(...ANALYSES.map(analysis)),
  duration: fc.constantFrom('10s', '1m', ''),
  progressDeadlineSeconds: fc.constantFrom(5, 30),
  scaleDownDelaySeconds: fc.constantFrom(0, 15),
});

/** What others do between two steps. */
type Deed = { readonly kind: string; readonly name: string; readonly patch: Json } | { readonly waits: number };

const pods = fc.integer({ min: 0, max: 2 });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ name: fc.constantFrom(...TEMPLATES), count: pods }).map(({ name, count }) => ({
    kind: 'ReplicaSet',
    name: `${NAME}-${name}`,
    patch: { status: { replicas: count, readyReplicas: count, availableReplicas: count } },
  })),
  fc.record({ name: fc.constantFrom(...ANALYSES), phase: fc.constantFrom(...PHASES) }).map(({ name, phase }) => ({
    kind: 'AnalysisRun',
    name: `${NAME}-${name}`,
    patch: { status: { phase } },
  })),
  fc.constant({ kind: 'Experiment', name: NAME, patch: { spec: { terminate: true } } }),
  fc.constantFrom(1, 6, 40).map((waits) => ({ waits })),
);

const deeds = fc.array(deed, { maxLength: 15 });

function aStage(given: ExperimentSpec): Stage {
  return new Stage(anExperiment({ spec: given }), [aTemplate()]);
}

/** @returns the seconds that pass */
function act(stage: Stage, done: Deed): number {
  if ('waits' in done) return done.waits;
  if (stage.world.stored(done.kind, done.name)) stage.patch(done.kind, done.name, done.patch);
  return 0;
}

test('at one time, an experiment soon comes to rest', () => {
  fc.assert(
    fc.property(spec, deeds, (given, all) => {
      const stage = aStage(given);
      for (const done of all) {
        stage.step(act(stage, done));
        stage.settle(8);
        expect(stage.step()).toMatchObject({ actions: [], events: [], isPatched: false });
      }
    }),
  );
});

test('what comes next is never in the past, and at rest not now but by the clock', () => {
  fc.assert(
    fc.property(spec, deeds, (given, all) => {
      const stage = aStage(given);
      for (const done of all) {
        stage.step(act(stage, done));
        stage.settle(8);
        expect(stage.step().nextSeconds ?? 0).toBeGreaterThanOrEqual(0);
        expect(stage.step(0.001).nextSeconds ?? 1).toBeGreaterThan(0);
      }
    }),
  );
});

test('how a finished experiment ended does not change any more, and it gets no new pods', () => {
  fc.assert(
    fc.property(spec, deeds, (given, all) => {
      const stage = aStage(given);
      for (const done of all) {
        const before = stage.status;
        const { actions } = stage.step(act(stage, done));
        if (!isFinished(before.phase)) continue;
        const created = actions.filter(({ verb }) => verb === 'create').map(({ resource }) => resource);
        const after = [stage.status.phase, stage.status.message, stage.status.availableAt, ...created];
        expect(after).toEqual([before.phase, before.message, before.availableAt]);
      }
    }),
  );
});

test('the status holds no more than the specification names', () => {
  fc.assert(
    fc.property(spec, deeds, (given, all) => {
      const stage = aStage(given);
      for (const done of all) stage.step(act(stage, done));
      expect(stage.status.templateStatuses?.length ?? 0).toBeLessThanOrEqual(TEMPLATES.length);
      expect(stage.status.analysisRuns?.length ?? 0).toBeLessThanOrEqual(ANALYSES.length);
    }),
  );
});

const object: fc.Arbitrary<KubernetesObject> = fc.constantFrom(NAME, 'other').map((name) => ({
  apiVersion: 'v1',
  kind: 'Any',
  metadata: { name, namespace: 'shop' },
}));

const reply: fc.Arbitrary<Reply> = fc.oneof(
  fc.constant<Reply>({ went: 'done' }),
  fc.record({ went: fc.constant('failed' as const), message: fc.string(), isConflict: fc.boolean() }),
  object.map((found): Reply => ({ went: 'exists', found: { object: found } })),
  fc.string().map((problem): Reply => ({ went: 'exists', found: { problem } })),
);

test('the same replies give the same changes, up to the next', () => {
  fc.assert(
    fc.property(spec, fc.array(reply, { maxLength: 6 }), (given, replies) => {
      const now = new Date('2026-11-05T10:00:10Z');
      const seen = aSeen(given);
      const whole = advanceExperiment({ ...seen, replies }, now).changes;
      for (let known = 0; known <= Math.min(replies.length, whole.length); known += 1) {
        const part = advanceExperiment({ ...seen, replies: replies.slice(0, known) }, now).changes;
        expect(part.slice(0, known + 1)).toEqual(whole.slice(0, known + 1));
      }
    }),
  );
});

test('nothing that is seen is altered', () => {
  fc.assert(
    fc.property(spec, fc.array(reply, { maxLength: 3 }), (given, replies) => {
      const seen = { ...aSeen(given), replies };
      const before = structuredClone({ ...seen, templates: undefined });
      advanceExperiment(seen, new Date('2026-11-05T10:00:10Z'));
      expect({ ...seen, templates: undefined }).toEqual(before);
    }),
  );
});

/** Available, and about to start its analyses; one ReplicaSet is missing. */
function aSeen(given: ExperimentSpec): SeenExperiment {
  const experiment = anExperiment({
    spec: given,
    status: { phase: 'Running', availableAt: '2026-11-05T10:00:05Z' },
  });
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Experiment', name: NAME, uid: '77e0', controller: true };
  const replicaSet: ReplicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${NAME}-one`,
      namespace: 'shop',
      annotations: { 'experiment.argoproj.io/name': NAME, 'experiment.argoproj.io/template-name': 'one' },
      ownerReferences: [owner],
    },
    spec: { replicas: 0, template: given.templates[0]?.template ?? {} },
  };
  return {
    object: experiment,
    replicaSets: [replicaSet],
    services: [],
    runs: new Map(),
    templates: { template: () => aTemplate(), clusterTemplate: () => undefined },
  };
}
