import { describe, expect, test } from 'vitest';
import { ALL_FACTS, FACTS } from '../../lib/kinds/facts/registry.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { ResourceKind, Resources } from '../../lib/model/resources.ts';
import type { Rollout, RolloutSpec } from '../../lib/model/rollout.ts';
import type { RolloutStatus } from '../../lib/model/rollout-status.ts';
import { prometheusMeter } from '../../lib/serve/prometheus-meter.ts';
import { aRollout } from '../builders.ts';
import { textOf } from '../scrape.ts';

const ref = { cluster: 'c1', kind: 'Rollout', namespace: 'shop', name: 'guestbook', uid: '51f2' };
const OBJECT = 'cluster="c1",namespace="shop",name="guestbook"';
const log = { info() {}, warn() {}, error() {} };
const openSlices = () => ({ isOver: () => false, pause: async () => {} });

function open(objects: readonly KubernetesObject[] = [], facts: typeof FACTS = ALL_FACTS) {
  const stored = <K extends ResourceKind>(kind: K) => objects.filter((each) => each.kind === kind) as Resources[K][];
  return prometheusMeter(() => [{ name: 'c1', stored }], { log, facts, openSlices });
}

async function scrape(page: ReturnType<typeof prometheusMeter>): Promise<string[]> {
  return (await textOf(page.render())).split('\n').filter((line) => line.startsWith('rollout_'));
}

const withStatus = (status: RolloutStatus, spec: Partial<RolloutSpec> = {}): Rollout => ({ ...aRollout(spec), status });

/** Argo's, as controller/metrics has them; `cluster` is ours. */
const ARGO: Readonly<Record<string, readonly string[]>> = {
  rollout_info: ['namespace', 'name', 'strategy', 'traffic_router', 'phase'],
  rollout_info_replicas_available: ['namespace', 'name'],
  rollout_info_replicas_unavailable: ['namespace', 'name'],
  rollout_info_replicas_desired: ['namespace', 'name'],
  rollout_info_replicas_updated: ['namespace', 'name'],
  rollout_phase: ['namespace', 'name', 'strategy', 'phase'],
  rollout_reconcile: ['namespace', 'name'],
  rollout_reconcile_error: ['namespace', 'name'],
  rollout_events_total: ['namespace', 'name', 'type', 'reason'],
  rollout_duration_seconds: ['status'],
  rollout_progression_duration_seconds: ['status'],
  rollout_manual_pause_duration_seconds: ['status'],
};

const STARTED = '2026-11-30T10:00:00Z';
const under = (more: object = {}): RolloutStatus => ({ duration: { rolloutStartedAt: STARTED, ...more } });

test('names and labels are those of Argo, with the cluster beside them', async () => {
  const page = open([withStatus({})]);
  page.meet(ref);
  page.meter.stepped(ref, 0.02);
  page.meter.failed(ref);
  page.meter.told?.(ref, { type: 'Normal', reason: 'RolloutUpdated' });
  const over = under({ finishedAt: '2026-11-30T10:05:00Z', completionStatus: 'Promoted' });
  page.changed('c1', withStatus(under()), withStatus(over));
  const found = new Map<string, readonly string[]>();
  for (const line of await scrape(page)) {
    const [, name = '', labels = ''] = /^(\w+)\{(.*)\}/.exec(line) ?? [];
    const names = [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label).filter((label) => label !== 'le');
    found.set(name.replace(/_(bucket|sum|count)$/, ''), names.toSorted());
  }
  const wanted = Object.entries(ARGO).map(([name, labels]) => [name, ['cluster', ...labels].toSorted()] as const);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
});

test('where no Rollouts are looked after there are none of these', async () => {
  expect(await scrape(open([], FACTS))).toEqual([]);
});

test('pods: available, not available, wanted and up to date', async () => {
  const page = open([withStatus({ replicas: 5, availableReplicas: 3, updatedReplicas: 2 }, { replicas: 4 })]);
  expect((await scrape(page)).filter((line) => line.startsWith('rollout_info_replicas'))).toEqual([
    `rollout_info_replicas_available{${OBJECT}} 3`,
    `rollout_info_replicas_unavailable{${OBJECT}} 2`,
    `rollout_info_replicas_desired{${OBJECT}} 4`,
    `rollout_info_replicas_updated{${OBJECT}} 2`,
  ]);
});

test('one pod is wanted where the spec says nothing', async () => {
  const { replicas: _, ...spec } = aRollout().spec;
  expect(await scrape(open([{ ...aRollout(), spec } as Rollout]))).toContain(
    `rollout_info_replicas_desired{${OBJECT}} 1`,
  );
});

const TIMES = { lastUpdateTime: STARTED, lastTransitionTime: STARTED };
const progressing = (reason: string): RolloutStatus => ({
  conditions: [{ type: 'Progressing', status: 'True', reason, message: '', ...TIMES }],
});

describe('the phase is that of the condition Progressing', () => {
  test.each<{ name: string; status: RolloutStatus; want: string; others?: number }>([
    { name: 'none yet', status: {}, want: 'Progressing' },
    { name: 'any other reason', status: progressing('ReplicaSetUpdated'), want: 'Progressing' },
    { name: 'all are there', status: progressing('NewReplicaSetAvailable'), want: 'Completed' },
    { name: 'it waits', status: progressing('RolloutPaused'), want: 'Paused' },
    { name: 'a ReplicaSet was refused', status: progressing('ReplicaSetCreateError'), want: 'Error' },
    { name: 'too late', status: progressing('ProgressDeadlineExceeded'), want: 'Timeout' },
    { name: 'aborted', status: progressing('RolloutAborted'), want: 'Abort' },
  ])('$name: $want', async ({ status, want }) => {
    const lines = await scrape(open([withStatus(status)]));
    expect(lines).toContain(`rollout_info{${OBJECT},strategy="canary",traffic_router="",phase="${want}"} 1`);
    const phases = lines.filter((line) => line.startsWith('rollout_phase'));
    expect(phases).toHaveLength(6);
    expect(phases.filter((line) => line.endsWith(' 1'))).toEqual([
      `rollout_phase{${OBJECT},strategy="canary",phase="${want}"} 1`,
    ]);
  });

  test('a spec that was refused is none of the deprecated ones', async () => {
    const { conditions = [] } = progressing('RolloutPaused');
    const refused = { type: 'InvalidSpec', status: 'True', reason: 'InvalidSpec', message: '', ...TIMES } as const;
    const lines = await scrape(open([withStatus({ conditions: [...conditions, refused] })]));
    expect(lines.filter((line) => line.includes('phase="InvalidSpec"'))).toEqual([
      `rollout_info{${OBJECT},strategy="canary",traffic_router="",phase="InvalidSpec"} 1`,
    ]);
    expect(lines.filter((line) => line.startsWith('rollout_phase') && line.endsWith(' 1'))).toEqual([]);
  });
});

const routed = (trafficRouting: object): Partial<RolloutSpec> => ({ strategy: { canary: { trafficRouting } } });

describe('strategy and router', () => {
  test.each<{ name: string; spec: Partial<RolloutSpec>; want: string }>([
    { name: 'no strategy', spec: { strategy: {} }, want: 'strategy="none",traffic_router=""' },
    {
      name: 'blue-green',
      spec: { strategy: { blueGreen: { activeService: 'a' } } },
      want: 'strategy="blueGreen",traffic_router=""',
    },
    { name: 'SMI', spec: routed({ smi: {} }), want: 'strategy="canary",traffic_router="SMI"' },
    {
      name: 'ALB',
      spec: routed({ alb: { ingress: 'i', servicePort: 80 } }),
      want: 'strategy="canary",traffic_router="ALB"',
    },
    {
      name: 'of several the last',
      spec: routed({ nginx: {}, istio: {} }),
      want: 'strategy="canary",traffic_router="Nginx"',
    },
    { name: 'one without a name there', spec: routed({ plugins: {} }), want: 'strategy="canary",traffic_router=""' },
  ])('$name: $want', async ({ spec, want }) => {
    expect(await scrape(open([aRollout(spec)]))).toContain(`rollout_info{${OBJECT},${want},phase="Progressing"} 1`);
  });
});

test('events are counted by type and reason, until the Rollout is gone', async () => {
  const page = open();
  const run = { ...ref, kind: 'AnalysisRun', uid: '5a1c' };
  for (const each of [ref, run]) page.meet(each);
  for (const each of [ref, ref, run]) page.meter.told?.(each, { type: 'Normal', reason: 'RolloutUpdated' });
  page.meter.told?.(ref, { type: 'Warning', reason: 'RolloutAborted' });
  expect(await scrape(page)).toEqual(
    expect.arrayContaining([
      `rollout_events_total{${OBJECT},type="Normal",reason="RolloutUpdated"} 2`,
      `rollout_events_total{${OBJECT},type="Warning",reason="RolloutAborted"} 1`,
    ]),
  );
  page.forget(ref);
  expect((await scrape(page)).filter((line) => line.includes(OBJECT))).toEqual([]);
});

describe('how long an update took is told once, when it ends', () => {
  test.each<{ name: string; before: RolloutStatus; after: RolloutStatus; want: readonly string[] }>([
    {
      name: 'promoted; what it waited for somebody is no progress',
      before: under(),
      after: under({
        finishedAt: '2026-11-30T10:05:00Z',
        completionStatus: 'Promoted',
        totalManualPauseDurationSeconds: 60,
      }),
      want: ['Promoted', '300', '240', '60'],
    },
    {
      name: 'aborted',
      before: under(),
      after: under({ finishedAt: '2026-11-30T10:00:10Z', completionStatus: 'Aborted' }),
      want: ['Aborted', '10', '10', '0'],
    },
    {
      name: 'another update has taken its place, while it waited',
      before: under({ totalManualPauseDurationSeconds: 5, manualPauseStartedAt: '2026-11-30T10:00:50Z' }),
      after: { duration: { rolloutStartedAt: '2026-11-30T10:01:00Z' } },
      want: ['Superseded', '60', '45', '15'],
    },
    { name: 'under way', before: under(), after: under(), want: [] },
    {
      name: 'over before',
      before: under({ finishedAt: '2026-11-30T10:00:10Z', completionStatus: 'Aborted' }),
      after: { duration: { rolloutStartedAt: '2026-11-30T10:01:00Z' } },
      want: [],
    },
    { name: 'one that begins', before: {}, after: under(), want: [] },
  ])('$name', async ({ before, after, want: [status, ...sums] }) => {
    const page = open();
    page.changed('c1', withStatus(before), withStatus(after));
    const lines = (await scrape(page)).filter((line) => line.includes('_sum'));
    const names = ['duration', 'progression_duration', 'manual_pause_duration'];
    expect(lines).toEqual(
      sums.map((sum, index) => `rollout_${names[index]}_seconds_sum{cluster="c1",status="${status}"} ${sum}`),
    );
  });
});
