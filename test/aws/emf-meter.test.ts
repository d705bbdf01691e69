import { beforeEach, expect, test } from 'vitest';
import { type EmfMeter, emfMeter } from '../../lib/aws/emf-meter.ts';

const ref = { cluster: 'c1', kind: 'AnalysisRun', namespace: 'shop', name: 'guestbook', uid: 'u1' };
const T0 = Date.parse('2026-11-05T10:00:00Z');
let nowMs: number;
let lines: Record<string, unknown>[];
let meter: EmfMeter;

beforeEach(() => {
  nowMs = T0;
  lines = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  meter = emfMeter({ stage: 'prod', write, now: () => new Date(nowMs) });
});

const seconds = (Name: string) => ({ Name, Unit: 'Seconds' });
const measured = (lateMs: number, cluster = 'c1') =>
  meter.measured(
    { ...ref, cluster },
    { metric: 'm', startedMs: T0 + 5000 + lateMs, finishedMs: T0, previousMs: T0, intervalMs: 5000 },
  );

test('the figures of an invocation are one line, which says what they mean', () => {
  measured(250);
  measured(-3);
  meter.measured(ref, { metric: 'first', startedMs: T0, finishedMs: T0 });
  meter.stepped(ref, 0.04);
  meter.flush();

  expect(lines).toEqual([
    {
      _aws: {
        Timestamp: T0,
        CloudWatchMetrics: [
          {
            Namespace: 'Assay',
            Dimensions: [['Stage']],
            Metrics: [{ Name: 'Measurements', Unit: 'Count' }, seconds('Lateness'), seconds('StepDuration')],
          },
          { Namespace: 'Assay', Dimensions: [['Stage', 'Cluster']], Metrics: [seconds('Lateness')] },
        ],
      },
      Stage: 'prod',
      Cluster: 'c1',
      Measurements: [3],
      Lateness: [0.25, 0],
      StepDuration: [0.04],
    },
  ]);
});

test('each cluster has a line of its own', () => {
  measured(1, 'c1');
  measured(2, 'c2');
  meter.flush();
  expect(lines.map(({ Cluster }) => Cluster)).toEqual(['c1', 'c2']);
});

test('invocations that follow each other closely share a line', () => {
  for (let time = 0; time < 10; time += 1) {
    measured(time);
    meter.flush();
    nowMs += 1000;
  }
  expect(lines.map(({ Measurements }) => Measurements)).toEqual([[1], [5]]);
});

test.each<{ name: string; note: () => void; says: string }>([
  { name: 'a failed step', note: () => meter.failed(ref), says: 'StepFailed' },
  { name: 'a broken cluster', note: () => meter.broken('c1'), says: 'ClusterBroken' },
  { name: 'an unreachable cluster', note: () => meter.unreachable('c1'), says: 'ClusterUnreachable' },
])('$name is told at once, and counted', ({ note, says }) => {
  measured(0);
  meter.flush();
  note();
  note();
  meter.flush();
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatchObject({ [says]: [2], Cluster: 'c1' });
});

test('no line has more than a hundred values of a metric', () => {
  for (let time = 0; time < 250; time += 1) measured(0);
  nowMs += 5000;
  meter.flush();
  expect(lines.map(({ Lateness }) => (Lateness as number[]).length)).toEqual([100, 100, 50]);
  expect(lines.flatMap(({ Measurements }) => Measurements)).toEqual([100, 100, 50]);
});

test('nothing gathered, nothing written', () => {
  meter.flush();
  expect(lines).toEqual([]);
});

test('each connection of a cluster has a line of its own', () => {
  const use = { cluster: 'c1', connection: 'dd', seconds: 0.2, waitedSeconds: 3 };
  meter.stepped(ref, 1);
  meter.connected?.({ ...use, status: 200 });
  meter.connected?.({ ...use, status: 429 });
  meter.connected?.({ ...use, status: undefined });
  meter.flush();
  expect(
    lines.map(({ Connection, ConnectionRequests, ConnectionThrottled, ConnectionDuration }) => [
      Connection,
      ConnectionRequests,
      ConnectionThrottled,
      ConnectionDuration,
    ]),
  ).toEqual([
    [undefined, undefined, undefined, undefined],
    ['dd', [3], [1], [0.2, 0.2, 0.2]],
  ]);
  expect(JSON.stringify(lines[1])).toContain('"Dimensions":[["Stage","Connection"]]');
});
