import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { RolloutSpec } from '../../lib/model/rollout.ts';
import { formatSelector } from '../../lib/rollout/selector.ts';
import { aRollout } from '../builders.ts';
import { Stage } from './stage.ts';

/** A Rollout that has come to rest. */
function aLivedStage(spec: Partial<RolloutSpec> = {}, objects: readonly KubernetesObject[] = []): Stage {
  const stage = new Stage(aRollout(spec), objects);
  stage.live();
  return stage;
}

test('a name that somebody else has is left alone, and another one found', () => {
  const name = aLivedStage().replicaSets[0]?.metadata.name ?? '';
  const foreign = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name, namespace: 'shop', uid: 'foreign' } };
  const stage = new Stage(aRollout(), [foreign]);
  expect(stage.step().error).toBe(`replicasets.apps "${name}" already exists`);
  expect(stage.status).toMatchObject({ collisionCount: 1 });
  stage.live();
  expect(stage.status).toMatchObject({ phase: 'Healthy', collisionCount: 1 });
  expect(stage.replicaSets.map(({ metadata }) => metadata.uid)).toContain('foreign');
});

test('what a ReplicaSet says of pods that cannot be created is told', () => {
  const stage = aLivedStage();
  const name = stage.replicaSets[0]?.metadata.name ?? '';
  const failure = {
    type: 'ReplicaFailure',
    status: 'True',
    lastTransitionTime: '2026-11-05T10:00:03Z',
    reason: 'FailedCreate',
    message: 'exceeded quota',
  };
  stage.patch('ReplicaSet', name, { status: { conditions: [failure] } });
  stage.live();
  const { lastTransitionTime, ...said } = failure;
  expect(stage.status.conditions).toContainEqual({ ...said, lastTransitionTime, lastUpdateTime: lastTransitionTime });
  stage.patch('ReplicaSet', name, { status: { conditions: [] } });
  stage.live();
  expect(stage.status.conditions?.map(({ type }) => type)).not.toContain('ReplicaFailure');
});

/** A pod of the only ReplicaSet, an hour old. */
function aPod(stage: Stage, name: string): KubernetesObject {
  const [replicaSet] = stage.replicaSets;
  const { uid = '', labels = {}, name: owner = '' } = replicaSet?.metadata ?? {};
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid, controller: true }];
  const metadata = { name, namespace: 'shop', labels, ownerReferences, creationTimestamp: '2026-11-05T09:00:00Z' };
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-05T09:00:01Z' }];
  return { apiVersion: 'v1', kind: 'Pod', metadata, status: { conditions } } as KubernetesObject;
}

describe('a restart', () => {
  test('waits for its time', () => {
    const stage = aLivedStage();
    stage.change({ restartAt: '2026-11-05T10:05:00Z' });
    stage.settle();
    const { wakesMs, actions } = stage.step();
    expect(actions).toStrictEqual([]);
    expect(wakesMs).toContain(Date.parse('2026-11-05T10:05:00Z'));
  });

  test('takes one pod at a time, and tries again where a disruption budget forbids it', () => {
    const stage = aLivedStage();
    for (const name of ['one', 'two']) stage.world.add(aPod(stage, name));
    stage.change({ restartAt: '2026-11-05T09:30:00Z' });
    const refused = { verb: 'create', resource: 'pods', name: '', times: 2, reason: 'TooManyRequests' } as const;
    stage.world.happen({ op: 'fail', ...refused, message: 'budget' });
    expect(stage.step().actions.filter(({ error }) => error !== undefined)).toHaveLength(2);
    expect(stage.status).not.toHaveProperty('restartedAt');
    const evicted = stage.step(30).actions.filter(({ subresource }) => subresource === 'eviction');
    expect(evicted).toMatchObject([{ name: 'one' }]);
    stage.world.happen({ op: 'delete', kind: 'Pod', name: 'one' });
    stage.step(30);
    stage.world.happen({ op: 'delete', kind: 'Pod', name: 'two' });
    stage.step(30);
    expect(stage.status).toMatchObject({ restartedAt: '2026-11-05T09:30:00Z' });
  });
});

test('after an abort, pods that stay for a while do not hide that the Rollout was scaled', () => {
  const services = ['stable', 'canary'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
  }));
  const route = { name: 'primary', route: [{ destination: { host: 'stable' } }, { destination: { host: 'canary' } }] };
  const mesh = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'vs', namespace: 'shop' },
  };
  const strategy = {
    canary: {
      canaryService: 'canary',
      stableService: 'stable',
      trafficRouting: { istio: { virtualService: { name: 'vs' } } },
      steps: [{ setWeight: 50 }, { pause: {} }],
    },
  };
  const stage = aLivedStage({ strategy }, [...services, { ...mesh, spec: { http: [route] } } as KubernetesObject]);
  stage.deploy(2);
  stage.live();
  stage.patch('Rollout', 'guestbook', { status: { abort: true } });
  stage.live();
  stage.change({ replicas: 3 });
  stage.live();
  const noted = stage.replicaSets.map(({ metadata }) => metadata.annotations?.['rollout.argoproj.io/desired-replicas']);
  expect(noted).toStrictEqual(['3', '3']);
  expect(stage.status).toMatchObject({ phase: 'Degraded', canary: { weights: { canary: { weight: 0 } } } });
});

test.each([
  { name: 'none', selector: undefined, want: '<none>' },
  {
    name: 'labels by name, then values by theirs',
    selector: {
      matchLabels: { tier: 'web', app: 'shop' },
      matchExpressions: [
        { key: 'region', operator: 'In', values: ['north', 'east'] },
        { key: 'legacy', operator: 'DoesNotExist' },
        { key: 'owner', operator: 'Exists' },
        { key: 'zone', operator: 'NotIn', values: ['b'] },
      ],
    },
    want: 'app=shop,!legacy,owner,region in (east,north),tier=web,zone notin (b)',
  },
])('a selector as text: $name', ({ selector, want }) => {
  expect(formatSelector(selector)).toBe(want);
});
