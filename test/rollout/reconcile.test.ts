import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { Rollout, RolloutSpec } from '../../lib/model/rollout.ts';
import { dueAt } from '../../lib/rollout/due-at.ts';
import { aRollout } from '../builders.ts';
import { Stage } from './stage.ts';

/** A Rollout that has come to rest, and its one ReplicaSet. */
function aLivedStage(spec: Partial<RolloutSpec> = {}): Stage {
  const stage = new Stage(aRollout(spec));
  stage.live();
  return stage;
}

function aService(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' } };
}

describe('ReplicaSets', () => {
  test('that nobody looks after are taken up, as after the Rollout was deleted without them', () => {
    const before = aLivedStage();
    const orphans = before.replicaSets.map(({ metadata: { ownerReferences: _gone, ...metadata }, ...rest }) => {
      return { ...rest, metadata };
    });
    const stage = new Stage(aRollout(), orphans);
    const [first] = stage.step().actions;
    expect(first).toMatchObject({
      verb: 'update',
      resource: 'replicasets',
      patch: { metadata: { ownerReferences: [{ kind: 'Rollout', uid: '51f2', controller: true }] } },
    });
    stage.live();
    expect(stage.replicaSets).toHaveLength(1);
    expect(stage.status).toMatchObject({ phase: 'Healthy', stableRS: before.status.stableRS });
    expect(stage.status).not.toHaveProperty('collisionCount');
  });

  test('that are not selected any more are let go', () => {
    const stage = aLivedStage();
    const name = stage.replicaSets[0]?.metadata.name ?? '';
    stage.patch('ReplicaSet', name, { metadata: { labels: { app: 'other' } } });
    const [first] = stage.step().actions;
    expect(first).toMatchObject({ name, patch: { metadata: { ownerReferences: null } } });
  });
});

test.each<{ readonly name: string; readonly spec: Partial<RolloutSpec>; readonly want: string }>([
  {
    name: 'a plugin that is not built in',
    spec: {
      strategy: {
        canary: {
          canaryService: 'canary',
          stableService: 'stable',
          trafficRouting: { plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: 'web' }, 'example/router': {} } },
        },
      },
    },
    want: "spec.strategy.canary.trafficRouting.plugins[example/router]: Forbidden: Assay runs no plugins; built in: argoproj-labs/gatewayAPI. Choose a router that is built in, or leave the Rollout to Argo's controller",
  },
  {
    name: 'a step of a plugin',
    spec: { strategy: { canary: { steps: [{ setWeight: 50 }, { plugin: { name: 'example/step' } }] } } },
    want: 'spec.strategy.canary.steps[1].plugin: Forbidden: Assay has no step plugins',
  },
])('refused: $name', ({ spec, want }) => {
  const stage = new Stage(aRollout(spec), [aService('canary'), aService('stable')]);
  expect(stage.step().error).toBe(want);
  expect(stage.status).toMatchObject({ phase: 'Degraded', conditions: [{ type: 'InvalidSpec' }] });
  expect(stage.replicaSets).toStrictEqual([]);
});

test.each<{ readonly name: string; readonly selector: NonNullable<RolloutSpec['selector']>; readonly want: string }>([
  {
    name: 'an operator that is none',
    selector: { matchExpressions: [{ key: 'app', operator: 'Like', values: ['guestbook'] }] },
    want: 'spec.selector.matchExpressions[0].operator: Invalid value: "Like": not a valid selector operator',
  },
  {
    name: 'no values to be one of',
    selector: { matchExpressions: [{ key: 'app', operator: 'In' }] },
    want: "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
  },
])('a selector that cannot be used is told in the status, and waited for no longer: $name', ({ selector, want }) => {
  const stage = new Stage(aRollout({ selector }));
  expect(stage.step().error).toBe(want);
  const message = `The Rollout "guestbook" is invalid: ${want}`;
  expect(stage.status).toMatchObject({ phase: 'Degraded', conditions: [{ type: 'InvalidSpec', message }] });
  expect(stage.replicaSets).toStrictEqual([]);
  expect(dueAt(stage.rollout, new Date('2026-11-05T10:00:00Z'))).toBeUndefined();
});

test('a Rollout that is being deleted is left alone', () => {
  const rollout = aRollout();
  const leaving: Rollout = { ...rollout, metadata: { ...rollout.metadata, deletionTimestamp: '2026-11-05T09:00:00Z' } };
  expect(new Stage(leaving).step()).toMatchObject({ actions: [], events: [] });
});
