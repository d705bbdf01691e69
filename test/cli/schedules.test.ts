import { beforeEach, describe, expect, test } from 'vitest';
import { runProgram } from '../../lib/cli/program.ts';
import { scheduleCells, scheduleRow } from '../../lib/cli/schedule-rows.ts';
import * as schedules from '../../lib/cli/schedules.ts';
import { triggerSchedule } from '../../lib/cli/trigger-schedule.ts';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { newScheduledRun, type ScheduledRun, seeRun } from '../../lib/schedule/run.ts';
import { readSchedule, type ScheduledTemplate } from '../../lib/schedule/schedule.ts';
import type { AnalysisPhase } from '../../lib/model/phase.ts';
import { aMetric, aTemplate } from '../builders.ts';
import { aConsole } from './console.ts';
import { aScheduled, aScheduledOfCluster } from '../schedule/templates.ts';

const NONE = { template: () => undefined, clusterTemplate: () => undefined };
const NOW = new Date('2026-11-21T11:20:00Z');

function aRunOf(template: ScheduledTemplate, tick: string | undefined, phase: AnalysisPhase): ScheduledRun {
  const { schedule } = readSchedule(template);
  if (!schedule) throw new Error('no schedule');
  const at = tick === undefined ? undefined : new Date(tick);
  const run = newScheduledRun({ template, schedule, namespace: 'shop', tick: at, now: NOW, templates: NONE });
  return seeRun({ ...run, ...(phase !== '' && { status: { phase } }) });
}

const rowOf = (
  template: ScheduledTemplate,
  runs: readonly ScheduledRun[] = [],
  namespaces: string[] | undefined = ['shop'],
) => scheduleRow({ template, runs, namespaces, templates: NONE }, NOW);

describe('what is shown', () => {
  const hourly = aScheduled({ '': '@hourly', 'time-zone': 'Europe/Berlin' });

  test('the last run, its verdict, the next tick', () => {
    const runs = [
      aRunOf(hourly, '2026-11-21T11:00:00Z', 'Failed'),
      aRunOf(hourly, '2026-11-21T10:00:00Z', 'Successful'),
    ];
    const row = rowOf(hourly, runs);
    expect(row).toEqual({
      kind: 'AnalysisTemplate',
      namespace: 'shop',
      name: 'nightly',
      schedule: '@hourly',
      timeZone: 'Europe/Berlin',
      suspended: false,
      lastRun: { namespace: 'shop', name: 'nightly-29920980', tick: '2026-11-21T11:00:00Z', phase: 'Failed' },
      nextTick: '2026-11-21T12:00:00Z',
    });
    expect(scheduleCells([row])[1]).toEqual([
      'shop',
      'nightly',
      '@hourly',
      'Europe/Berlin',
      'nightly-29920980',
      '✖ Failed',
      '2026-11-21T12:00:00Z',
      '',
    ]);
  });

  test.each([
    { name: 'no run yet', row: rowOf(hourly), want: 'nothing' },
    { name: 'suspended', row: rowOf(aScheduled({ '': '@hourly', suspend: 'true' })), want: 'suspended' },
    {
      name: 'invalid',
      row: rowOf(aScheduled({ '': 'never' })),
      want: 'invalid: metadata.annotations["assay.dev/schedule"]: "never": expected 5 fields, got 1',
    },
    {
      name: 'over',
      row: rowOf(aScheduled({ '': '@hourly', until: '2026-11-21T11:00:00Z' })),
      want: 'ended at 2026-11-21T11:00:00Z',
    },
    { name: 'never due', row: rowOf(aScheduled({ '': '0 0 30 2 *' })), want: 'it has no tick to come' },
    {
      name: 'in the way of itself',
      row: rowOf(hourly, [aRunOf(hourly, '2026-11-21T10:00:00Z', 'Running')]),
      want: 'nightly-29920920 is under way',
    },
    {
      name: 'not made',
      row: rowOf(hourly, [aRunOf(hourly, '2026-11-21T10:00:00Z', 'Successful')]),
      want: 'the run of 2026-11-21T11:00:00Z is not made yet',
    },
    {
      name: 'nowhere',
      row: rowOf(aScheduledOfCluster({ '': '@hourly', namespaces: 'a=b' }), [], []),
      want: 'no namespace is selected',
    },
  ])('$name', ({ row, want }) => {
    expect(row.skipped ?? 'nothing').toContain(want);
  });

  test('control characters do not reach the terminal', () => {
    expect(scheduleCells([rowOf(aScheduled({ '': '\u001B[31m' }))]).join()).not.toContain('\u001B');
  });
});

test.each([
  { args: ['frob'], says: 'unknown action "frob"' },
  { args: ['trigger'], says: 'trigger what? Give the name of a template.' },
  { args: ['--kubeconfig', 'absent.kubeconfig'], says: 'absent.kubeconfig' },
])('assay schedules $args is not worked with', async ({ args, says }) => {
  const console = aConsole();
  const code = await runProgram(['schedules', ...args], { schedules: async () => schedules }, console);
  expect([code, console.written.err]).toEqual([64, expect.stringContaining(says)]);
});

describe('trigger', () => {
  let memory: MemoryCluster;
  beforeEach(() => {
    memory = memoryCluster('one', { now: () => NOW });
  });
  const trigger = (name: string, namespace?: string) =>
    triggerSchedule(memory, { name, namespace, contextNamespace: 'shop', now: NOW });

  test('makes a run of the schedule, suspended or not', async () => {
    const spec = { metrics: [aMetric()], args: [{ name: 'service' }] };
    await memory.create(
      'AnalysisTemplate',
      aScheduled({ '': '@daily', suspend: 'true', args: '{"service":"checkout"}' }, { spec }),
    );
    const [run] = await trigger('nightly');
    expect(memory.objects('AnalysisRun')).toMatchObject([
      {
        metadata: {
          name: `nightly-m${NOW.getTime() / 1000}`,
          namespace: 'shop',
          labels: { 'assay.dev/schedule': 'nightly' },
          ownerReferences: [{ kind: 'AnalysisTemplate', name: 'nightly' }],
        },
        spec: { args: [{ name: 'service', value: 'checkout' }] },
      },
    ]);
    expect(run && seeRun(run).tick).toBeUndefined();
  });

  test('of the cluster: wherever it runs, or in the one namespace that is named', async () => {
    await memory.create('ClusterAnalysisTemplate', aScheduledOfCluster({ '': '@daily', namespaces: 'shop,web' }));
    expect((await trigger('nightly')).map(({ metadata }) => metadata.namespace)).toEqual(['shop', 'web']);
    expect((await trigger('nightly', 'lab')).map(({ metadata }) => metadata.namespace)).toEqual(['lab']);
  });

  test.each([
    { name: 'there is none', make: async () => {}, says: 'no AnalysisTemplate "nightly" in namespace shop' },
    {
      name: 'it has no schedule',
      make: () => memory.create('AnalysisTemplate', aTemplate({ metadata: { name: 'nightly' } })),
      says: 'nightly has no schedule',
    },
    {
      name: 'its schedule is bad',
      make: () => memory.create('AnalysisTemplate', aScheduled({ '': 'never' })),
      says: '"never": expected 5 fields',
    },
    {
      name: 'it refers to what is missing',
      make: () =>
        memory.create(
          'AnalysisTemplate',
          aScheduled({ '': '@daily' }, { spec: { templates: [{ templateName: 'x' }] } }),
        ),
      says: '"x" not found',
    },
    {
      name: 'no namespace is selected',
      make: () => memory.create('ClusterAnalysisTemplate', aScheduledOfCluster({ '': '@daily', namespaces: 'a=b' })),
      says: 'no namespace is selected',
    },
  ])('says so where $name', async ({ make, says }) => {
    await make();
    await expect(trigger('nightly')).rejects.toThrow(says);
    expect(memory.objects('AnalysisRun')).toEqual([]);
  });
});
