import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { Rollout, RolloutSpec } from '../../lib/model/rollout.ts';
import { dueAt } from '../../lib/rollout/due-at.ts';
import { rolloutOutcome } from '../../lib/rollout/outcome.ts';
import { NOTHING_SEEN } from '../../lib/rollout/seen.ts';
import { aRollout } from '../builders.ts';
import { Stage } from './stage.ts';

const HOUR_LATER = new Date('2026-11-05T12:00:00Z');
const SERVICE: KubernetesObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop', namespace: 'shop' } };
const TEMPLATE = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: 'rate', namespace: 'shop' },
  spec: { metrics: [{ name: 'm', provider: { web: { url: 'https://shop.example.com' } } }] },
};

const CANARY = { canary: { steps: [{ setWeight: 34 }, { pause: {} }] } };
const START_MS = Date.parse('2026-11-05T10:00:00Z');

describe('a degraded Rollout', () => {
  test('whose abort nobody has seen to is due', () => {
    expect(isDue(anAborted(CANARY))).toBe(true);
  });

  test('is due while its stable pods are not all back, and not any more then', () => {
    const stage = anAborted(CANARY);
    stage.settle();
    expect(stage.status).toMatchObject({ phase: 'Degraded', abort: true });
    expect(isDue(stage)).toBe(true);
    stage.live();
    expect(stage.status).toMatchObject({ phase: 'Degraded', readyReplicas: 3 });
    expect(isDue(stage)).toBe(false);
  });

  test('is due while pods of the version that was given up are left', () => {
    const stage = anAborted({ blueGreen: { activeService: 'shop', autoPromotionEnabled: false } });
    stage.live();
    expect(stage.status).toMatchObject({ phase: 'Degraded', updatedReplicas: 3 });
    expect(isDue(stage)).toBe(true);
    stage.step(31);
    stage.live();
    expect(isDue(stage)).toBe(false);
  });

  test('is due while its analysis has not ended', () => {
    const analysis = { templates: [{ templateName: 'rate' }] };
    const stage = anAborted({ blueGreen: { activeService: 'shop', prePromotionAnalysis: analysis } });
    stage.live();
    stage.step(31);
    stage.live();
    const { name = '', status } = stage.status.blueGreen?.prePromotionAnalysisRunStatus ?? {};
    expect({ name, status }).toEqual({ name: expect.stringMatching(/^guestbook-/) as string, status: '' });
    expect(isDue(stage)).toBe(true);
    stage.patch('AnalysisRun', name, { status: { phase: 'Successful' } });
    stage.live();
    expect(isDue(stage)).toBe(false);
  });

  test('is due when it is to be tried again', () => {
    const stage = anAborted(CANARY);
    stage.live();
    stage.patch('Rollout', 'guestbook', { status: { abort: null } });
    expect(isDue(stage)).toBe(true);
  });

  test('that has made no progress is due: pods may get ready yet', () => {
    const stage = new Stage(aRollout({ progressDeadlineSeconds: 60 }));
    stage.settle();
    stage.step(61);
    stage.settle();
    expect(stage.status).toMatchObject({
      phase: 'Degraded',
      message: expect.stringMatching(/^ProgressDeadlineExceeded/) as string,
    });
    expect(isDue(stage)).toBe(true);
  });
});

describe('a Rollout that is refused', () => {
  test.each<{ name: string; spec: Partial<RolloutSpec>; at: readonly number[]; want: unknown[] }>([
    {
      name: 'for itself is not looked at again',
      spec: { strategy: { canary: { steps: [{ setWeight: 120 }] } } },
      at: [0, 1, 60],
      want: [undefined, undefined, undefined],
    },
    {
      name: 'for what nobody here can do is not looked at again',
      spec: { strategy: { canary: { steps: [{ plugin: { name: 'example/step' } }] } } },
      at: [0, 60],
      want: [undefined, undefined],
    },
    {
      name: 'for what it refers to is looked at again, within a minute',
      spec: { strategy: { blueGreen: { activeService: 'missing' } } },
      at: [0, 20, 300, 3_000, 300_000],
      want: [20, 20, 30, 60, 60],
    },
    {
      name: 'for its workload is so, too',
      spec: {
        workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'missing' },
        template: undefined as never,
      },
      at: [0, 20, 3_000],
      want: [20, 20, 60],
    },
  ])('$name', ({ spec, at, want }) => {
    expect(waits(aRollout(spec), at)).toEqual(want);
  });

  test('is found by a resync only where somebody else may have mended it', () => {
    expect(found({ strategy: { canary: { steps: [{ setWeight: 120 }] } } })).toBeUndefined();
    expect(found({ strategy: { blueGreen: { activeService: 'missing' } } })).toBeDefined();
  });
});

/** In mid-update, and then aborted. */
function anAborted(strategy: NonNullable<RolloutSpec['strategy']>): Stage {
  const stage = new Stage(aRollout({ replicas: 3, strategy }), [SERVICE, TEMPLATE]);
  stage.live();
  stage.deploy(2);
  stage.live();
  stage.patch('Rollout', 'guestbook', { status: { abort: true } });
  return stage;
}

function isDue({ rollout }: Stage): boolean {
  return dueAt(rollout, HOUR_LATER) !== undefined;
}

/** Seconds from each look at it to the next one, which the looks come to; each failure as `fails`. */
function waits(rollout: Rollout, atSeconds: readonly number[]): (number | string | undefined)[] {
  let seen = rollout;
  return atSeconds.map((second) => {
    const now = new Date(START_MS + second * 1000);
    const { status, nextAt, failure } = rolloutOutcome({ ...NOTHING_SEEN, rollout: seen }, now);
    seen = { ...seen, status };
    return failure === undefined ? nextAt && (nextAt.getTime() - now.getTime()) / 1000 : 'fails';
  });
}

/** When a resync finds due what has been refused. */
function found(spec: Partial<RolloutSpec>): Date | undefined {
  const rollout = aRollout(spec);
  const { status } = rolloutOutcome({ ...NOTHING_SEEN, rollout }, new Date(START_MS));
  return dueAt({ ...rollout, status }, HOUR_LATER);
}
