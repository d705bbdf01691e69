import { describe, expect, test } from 'vitest';
import type { Change } from '../../lib/model/outcome.ts';
import { findNextTick, type Plan, plan } from '../../lib/schedule/plan.ts';
import type { ScheduledRun } from '../../lib/schedule/run.ts';
import { readSchedule, type ScheduledTemplate } from '../../lib/schedule/schedule.ts';
import { aMetric } from '../builders.ts';
import { aScheduled, aScheduledOfCluster, type ScheduleParts } from './templates.ts';

const NONE = { template: () => undefined, clusterTemplate: () => undefined };

function aSeenRun(tick: string | undefined, phase: string, override: Partial<ScheduledRun> = {}): ScheduledRun {
  const at = tick === undefined ? undefined : new Date(tick);
  return {
    namespace: 'shop',
    name: `nightly-${at ? at.getTime() / 60_000 : 'm1'}`,
    uid: `uid-${tick ?? 'manual'}`,
    tick: at,
    phase,
    createdMs: at?.getTime() ?? 0,
    isTerminating: false,
    isBeingDeleted: false,
    ...override,
  };
}

function planOf(template: ScheduledTemplate, runs: readonly ScheduledRun[], now: string, knownTick?: string): Plan {
  const { schedule, problems } = readSchedule(template);
  if (!schedule) throw new Error(JSON.stringify(problems));
  const known = knownTick === undefined ? undefined : new Date(knownTick);
  return plan({ template, schedule, namespace: 'shop', runs, knownTick: known, templates: NONE }, new Date(now));
}

const verbs = ({ changes }: Plan) => changes.map((change) => `${change.verb} ${nameOf(change)}`);
const nameOf = (change: Change) => (change.verb === 'create' ? change.object.metadata.name : change.target.name);
const minutes = (tick: string) => Date.parse(tick) / 60_000;

const hourly = (parts: ScheduleParts = {}) => aScheduled({ '': '@hourly', ...parts });
const TEN = '2026-11-21T10:00:00Z';
const ELEVEN = '2026-11-21T11:00:00Z';
const NOON = '2026-11-21T12:00:00Z';
const done = aSeenRun(TEN, 'Successful');

describe('ticks', () => {
  test('a tick gets its run, named after it, labelled, owned by the template', () => {
    const spec = { metrics: [aMetric()], args: [{ name: 'service' }, { name: 'limit', value: '5' }] };
    const metadata = { labels: { 'argo-rollouts.argoproj.io/controller-instance-id': 'assay', app: 'shop' } };
    const plain = aScheduled({ '': '@hourly', args: '{"service":"checkout"}' }, { spec });
    const template = { ...plain, metadata: { ...plain.metadata, ...metadata } };
    const { changes, tick } = planOf(template, [done], ELEVEN);
    expect(tick).toEqual(new Date(ELEVEN));
    expect(changes).toEqual([
      {
        verb: 'create',
        object: {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'AnalysisRun',
          metadata: {
            name: `nightly-${minutes(ELEVEN)}`,
            namespace: 'shop',
            labels: {
              'argo-rollouts.argoproj.io/controller-instance-id': 'assay',
              'assay.dev/schedule': 'nightly',
              'assay.dev/tick': '20261121T110000Z',
            },
            ownerReferences: [
              {
                apiVersion: 'argoproj.io/v1alpha1',
                kind: 'AnalysisTemplate',
                name: 'nightly',
                uid: 't1',
                controller: true,
              },
            ],
          },
          spec: {
            metrics: [aMetric()],
            args: [
              { name: 'service', value: 'checkout' },
              { name: 'limit', value: '5' },
            ],
          },
        },
      },
    ]);
  });

  test.each([
    { name: 'just before the tick: nothing', now: '2026-11-21T10:59:59.999Z', want: [] },
    { name: 'at the tick', now: ELEVEN, want: [`create nightly-${minutes(ELEVEN)}`] },
    {
      name: 'of several missed ticks only the latest',
      now: '2026-11-21T14:20:00Z',
      want: [`create nightly-${minutes('2026-11-21T14:00:00Z')}`],
    },
    { name: 'the clock set back: nothing', now: '2026-11-21T08:30:00Z', want: [] },
  ])('$name', ({ now, want }) => expect(verbs(planOf(hourly(), [done], now))).toEqual(want));

  test('a tick that has its run, however it stands, gets no other', () => {
    for (const phase of ['', 'Running', 'Successful', 'Error']) {
      expect(
        planOf(hourly({ concurrency: 'Allow' }), [aSeenRun(ELEVEN, phase)], '2026-11-21T11:30:00Z').changes,
      ).toEqual([]);
    }
  });

  test('a run that is gone was there all the same, where that is remembered', () => {
    expect(verbs(planOf(hourly(), [done], '2026-11-21T11:30:00Z', ELEVEN))).toEqual([]);
  });

  test('a schedule without a run so far starts with a tick of the last two minutes', () => {
    expect(verbs(planOf(hourly(), [], '2026-11-21T11:02:00Z'))).toHaveLength(1);
    expect(planOf(hourly(), [], '2026-11-21T11:02:01Z')).toEqual({ changes: [], tick: undefined, skipped: undefined });
  });

  test('no tick before the template', () => {
    const metadata = {
      name: 'nightly',
      uid: 't1',
      creationTimestamp: ELEVEN,
      annotations: hourly().metadata.annotations ?? {},
    };
    expect(verbs(planOf(aScheduled({}, { metadata }), [], '2026-11-21T11:00:30Z'))).toEqual([]);
    expect(verbs(planOf(aScheduled({}, { metadata }), [], NOON))).toHaveLength(1);
  });

  test('no tick for a template that is being deleted', () => {
    const going = { ...hourly(), metadata: { ...hourly().metadata, deletionTimestamp: TEN } };
    expect(verbs(planOf(going, [done], ELEVEN))).toEqual([]);
  });

  test.each([
    { name: 'a tick at the very end counts', until: ELEVEN, want: 1 },
    { name: 'none after it', until: '2026-11-21T10:59:59Z', want: 0 },
  ])('until: $name', ({ until, want }) => {
    expect(verbs(planOf(hourly({ until }), [done], '2026-11-21T11:00:30Z'))).toHaveLength(want);
  });

  test('a template that is edited between ticks: what it says now counts', () => {
    const edited = aScheduled({ '': '30 * * * *' });
    expect(verbs(planOf(edited, [done], '2026-11-21T10:29:59Z'))).toEqual([]);
    expect(verbs(planOf(edited, [done], '2026-11-21T10:30:00Z'))).toHaveLength(1);
  });

  test('suspended: nothing, and old runs go all the same; resumed: the latest', () => {
    const runs = [done, ...['07', '08', '09'].map((hour) => aSeenRun(`2026-11-21T${hour}:00:00Z`, 'Successful'))];
    expect(verbs(planOf(hourly({ suspend: 'true' }), runs, NOON))).toEqual([
      `delete nightly-${minutes('2026-11-21T07:00:00Z')}`,
    ]);
    expect(verbs(planOf(hourly(), [done], NOON))).toEqual([`create nightly-${minutes(NOON)}`]);
  });
});

describe('starting deadline', () => {
  test.each([
    { name: 'in time', now: '2026-11-21T11:10:00Z', want: 1 },
    { name: 'too late', now: '2026-11-21T11:10:01Z', want: 0 },
  ])('$name', ({ now, want }) => {
    const { changes, skipped } = planOf(hourly({ 'starting-deadline': '10m' }), [done], now);
    expect(changes).toHaveLength(want);
    expect(skipped?.message).toBe(
      want ? undefined : 'Missed the tick of 2026-11-21T11:00:00Z: the starting deadline has passed',
    );
  });
});

describe('concurrency, with a run under way', () => {
  const running = aSeenRun(TEN, 'Running');
  test('Allow: one more', () => {
    expect(verbs(planOf(hourly({ concurrency: 'Allow' }), [running], ELEVEN))).toEqual([
      `create nightly-${minutes(ELEVEN)}`,
    ]);
  });
  test('Forbid: none, until that one has ended, and then if it is not too late', () => {
    const skipped = planOf(hourly(), [running], ELEVEN);
    expect(skipped).toMatchObject({ changes: [], skipped: { type: 'Normal', reason: 'AlreadyActive' } });
    expect(skipped.skipped?.message).toContain(`nightly-${minutes(TEN)} is under way`);
    const ended = [aSeenRun(TEN, 'Failed')];
    expect(verbs(planOf(hourly(), ended, '2026-11-21T11:20:00Z'))).toEqual([`create nightly-${minutes(ELEVEN)}`]);
    expect(verbs(planOf(hourly({ 'starting-deadline': '10m' }), ended, '2026-11-21T11:20:00Z'))).toEqual([]);
  });
  test('Forbid: a run that has not begun, or was made by hand, is under way', () => {
    expect(planOf(hourly(), [done, aSeenRun(undefined, '')], ELEVEN).skipped?.reason).toBe('AlreadyActive');
  });
  test('Replace: it is told to end, once, and the new one starts', () => {
    const { changes } = planOf(hourly({ concurrency: 'Replace' }), [running], ELEVEN);
    expect(changes[0]).toEqual({
      verb: 'patch',
      target: {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'AnalysisRun',
        namespace: 'shop',
        name: running.name,
        uid: running.uid,
      },
      patch: { spec: { terminate: true } },
    });
    expect(changes[1]?.verb).toBe('create');
    const ending = aSeenRun(TEN, 'Running', { isTerminating: true });
    expect(verbs(planOf(hourly({ concurrency: 'Replace' }), [ending], ELEVEN))).toEqual([
      `create nightly-${minutes(ELEVEN)}`,
    ]);
  });
});

const at = (hour: number) => `2026-11-21T${String(hour).padStart(2, '0')}:00:00Z`;

const deleted = (runs: readonly ScheduledRun[], history: string) =>
  planOf(hourly({ history }), runs, '2026-11-21T09:30:00Z', at(9)).changes.map(nameOf);

describe('history', () => {
  test('the oldest of each sort go; whatever was not successful is one sort', () => {
    const runs = [
      aSeenRun(at(5), 'Successful'),
      aSeenRun(at(4), 'Successful'),
      aSeenRun(at(1), 'Failed'),
      aSeenRun(at(2), 'Error'),
      aSeenRun(at(3), 'Inconclusive'),
      aSeenRun(at(0), 'Running'),
      aSeenRun(at(9), 'Successful'),
    ];
    expect(deleted(runs, 'successful=2,failed=1')).toEqual([4, 1, 2].map((hour) => `nightly-${minutes(at(hour))}`));
    expect(deleted(runs, 'successful=9,failed=9')).toEqual([]);
  });
  test('the run of the newest tick stays: it tells that the tick was had', () => {
    expect(deleted([aSeenRun(at(8), 'Successful'), aSeenRun(at(9), 'Successful')], 'successful=0')).toEqual([
      `nightly-${minutes(at(8))}`,
    ]);
  });
  test('one that is being deleted is not deleted again', () => {
    expect(
      deleted([aSeenRun(at(8), 'Failed', { isBeingDeleted: true }), aSeenRun(at(9), 'Failed')], 'failed=0'),
    ).toEqual([]);
  });
});

describe('templates', () => {
  test('one of the cluster: another name, so that both may have one', () => {
    const template = aScheduledOfCluster({ '': '@hourly', namespaces: 'shop' });
    const { changes } = planOf(template, [done], ELEVEN);
    expect(changes.map(nameOf)).toEqual([`nightly-c${minutes(ELEVEN)}`]);
  });
  test('that refer to others which are missing: no run, and why', () => {
    const spec = { templates: [{ templateName: 'absent' }] };
    expect(planOf(aScheduled({ '': '@hourly' }, { spec }), [done], ELEVEN)).toMatchObject({
      changes: [],
      skipped: {
        type: 'Warning',
        reason: 'FailedCreate',
        message: 'Cannot make a run of AnalysisTemplate nightly: analysistemplate.argoproj.io "absent" not found',
      },
    });
  });
  test.each([
    { name: 'no value', args: [{ name: 'a' }], says: 'args.a was not resolved' },
    {
      name: 'a value from a Rollout',
      args: [{ name: 'a', valueFrom: { fieldRef: { fieldPath: 'spec.x' } } }],
      says: 'would come from a Rollout',
    },
  ])('that bring an argument with $name: no run, and why', ({ args, says }) => {
    const spec = { templates: [{ templateName: 'other' }] };
    const template = aScheduled({ '': '@hourly' }, { spec });
    const { schedule } = readSchedule(template);
    const templates = {
      ...NONE,
      template: () => ({ metadata: { name: 'other' }, spec: { metrics: [aMetric({ name: 'more' })], args } }),
    };
    if (!schedule) throw new Error('no schedule');
    const { skipped } = plan({ template, schedule, namespace: 'shop', runs: [done], templates }, new Date(ELEVEN));
    expect(skipped?.message).toContain(says);
  });
});

const next = (parts: ScheduleParts) => {
  const { schedule } = readSchedule(hourly(parts));
  return schedule && findNextTick(schedule, new Date(ELEVEN))?.toISOString();
};

describe('the next tick', () => {
  test('is strictly after now', () => expect(next({})).toBe('2026-11-21T12:00:00.000Z'));
  test('may be the end itself', () => expect(next({ until: NOON })).toBe('2026-11-21T12:00:00.000Z'));
  test('is not after the end', () => expect(next({ until: '2026-11-21T11:59:59Z' })).toBeUndefined());
  test('is none while suspended', () => expect(next({ suspend: 'true' })).toBeUndefined());
});
