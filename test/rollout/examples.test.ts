import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { Rollout } from '../../lib/model/rollout.ts';
import { replicasIn } from '../../lib/workload/replica-set.ts';
import type { Json } from '../vectors/experiment-world.ts';
import { Stage } from './stage.ts';

const FOLDER = 'examples/rollouts';

/** An example as it is once it was applied, and its first pods are there. */
function play(file: string): Stage {
  const text = readFileSync(`${FOLDER}/${file}`, 'utf8');
  const objects = parseAllDocuments(text).map((document) => applied(document.toJS() as KubernetesObject));
  const rollout = objects.find(({ kind }) => kind === 'Rollout') as Rollout;
  const stage = new Stage(
    rollout,
    objects.filter((object) => object !== rollout),
  );
  stage.live();
  expect(stage.status).toMatchObject({ phase: 'Healthy' });
  return stage;
}

function applied(object: KubernetesObject): KubernetesObject {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, namespace: 'shop', uid: metadata.name ?? '', generation: 1 } };
}

/** How all analyses of one kind end that are under way, and what becomes of the update then. */
function end(stage: Stage, kind: 'AnalysisRun' | 'Experiment', phase: string): void {
  for (const { metadata, ...object } of stage.world.storedAll(kind)) {
    const { status } = object as { readonly status?: { readonly phase?: string } };
    if (status?.phase === undefined) stage.patch(kind, metadata.name ?? '', { status: { phase } });
  }
  stage.live();
}

/** Time passes, as long as the longest pause. */
function wait(stage: Stage): void {
  stage.step(601);
  stage.live();
}

function promote(stage: Stage): void {
  stage.patch('Rollout', stage.rollout.metadata.name ?? '', { status: { pauseConditions: null } });
  stage.live();
}

/** How many pods each image has. */
function pods(stage: Stage): Readonly<Record<string, number>> {
  const counts = stage.replicaSets.map((replicaSet) => {
    const [container] = replicaSet.spec?.template?.spec?.containers ?? [];
    return [String(container?.['image']).replace(/^.*:/, ''), replicasIn(replicaSet)] as const;
  });
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** The names and weights of the routes. */
function routes(stage: Stage): readonly unknown[] {
  const [virtualService] = stage.world.storedAll('VirtualService') as readonly { readonly spec?: { http: Json[] } }[];
  return (virtualService?.spec?.http ?? []).map(({ name, route }) => [
    name,
    (route as Json[]).map(({ weight }) => weight),
  ]);
}

test('there is a play for each example', () => {
  expect(readdirSync(FOLDER).toSorted()).toStrictEqual([
    'blue-green.yaml',
    'canary-experiment.yaml',
    'canary-istio.yaml',
    'canary.yaml',
    'from-a-deployment.yaml',
  ]);
});

describe('a canary by the number of pods', () => {
  test('goes on where the analysis is well', () => {
    const stage = play('canary.yaml');
    stage.deploy(2);
    stage.live();
    expect(pods(stage)).toStrictEqual({ 1: 4, 2: 1 });
    wait(stage);
    expect(stage.status).toMatchObject({ phase: 'Progressing', currentStepIndex: 2 });
    end(stage, 'AnalysisRun', 'Successful');
    expect(stage.status).toMatchObject({ phase: 'Paused', currentStepIndex: 4 });
    wait(stage);
    expect(pods(stage)).toStrictEqual({ 2: 5 });
    expect(stage.status).toMatchObject({ phase: 'Healthy' });
  });

  test('goes back where it is not', () => {
    const stage = play('canary.yaml');
    stage.deploy(2);
    stage.live();
    wait(stage);
    end(stage, 'AnalysisRun', 'Failed');
    expect(stage.status).toMatchObject({ phase: 'Degraded', abort: true });
    expect(pods(stage)).toStrictEqual({ 1: 5 });
  });
});

describe('blue-green', () => {
  test('waits for somebody to promote what was tried', () => {
    const stage = play('blue-green.yaml');
    stage.deploy(2);
    stage.live();
    expect(pods(stage)).toStrictEqual({ 1: 3, 2: 3 });
    end(stage, 'AnalysisRun', 'Successful');
    expect(stage.status).toMatchObject({ phase: 'Paused', message: 'BlueGreenPause' });
    promote(stage);
    expect(stage.status).toMatchObject({ phase: 'Healthy' });
    expect(pods(stage)).toStrictEqual({ 1: 3, 2: 3 });
    wait(stage);
    expect(pods(stage)).toStrictEqual({ 2: 3 });
  });

  test('never switches to what failed when it was tried', () => {
    const stage = play('blue-green.yaml');
    const { stableRS } = stage.status;
    stage.deploy(2);
    stage.live();
    end(stage, 'AnalysisRun', 'Failed');
    wait(stage);
    expect(stage.status).toMatchObject({ phase: 'Degraded', stableRS, blueGreen: { activeSelector: stableRS } });
    expect(pods(stage)).toStrictEqual({ 1: 3 });
  });
});

describe('a canary by weights', () => {
  test('is for early birds first, then for more and more', () => {
    const stage = play('canary-istio.yaml');
    stage.deploy(2);
    stage.live();
    expect(routes(stage)).toStrictEqual([
      ['early-birds', [100]],
      ['primary', [100, 0]],
    ]);
    wait(stage);
    expect(routes(stage).at(-1)).toStrictEqual(['primary', [90, 10]]);
    wait(stage);
    expect(routes(stage).at(-1)).toStrictEqual(['primary', [50, 50]]);
    wait(stage);
    expect(routes(stage)).toStrictEqual([['primary', [100, 0]]]);
    expect(stage.status).toMatchObject({ phase: 'Healthy' });
    wait(stage);
    expect(pods(stage)).toStrictEqual({ 2: 4 });
  });

  test('gives all traffic back where the analysis beside it fails', () => {
    const stage = play('canary-istio.yaml');
    stage.deploy(2);
    stage.live();
    wait(stage);
    end(stage, 'AnalysisRun', 'Failed');
    expect(routes(stage)).toStrictEqual([['primary', [100, 0]]]);
    expect(stage.status).toMatchObject({ phase: 'Degraded' });
    wait(stage);
    expect(pods(stage)).toStrictEqual({ 1: 4 });
  });
});

test.each([
  { phase: 'Successful', want: { phase: 'Paused', currentStepIndex: 2 } },
  { phase: 'Failed', want: { phase: 'Degraded', currentStepIndex: 0 } },
])('an experiment that is $phase decides about the canary', ({ phase, want }) => {
  const stage = play('canary-experiment.yaml');
  stage.deploy(2);
  stage.live();
  expect(stage.world.storedAll('Experiment')).toHaveLength(1);
  end(stage, 'Experiment', phase);
  expect(stage.status).toMatchObject(want);
});

test('a Deployment hands its pods over', () => {
  const stage = play('from-a-deployment.yaml');
  expect(stage.world.stored('Deployment', 'inventory')).toMatchObject({ spec: { replicas: 0 } });
  expect(pods(stage)).toStrictEqual({ 1: 3 });
});
