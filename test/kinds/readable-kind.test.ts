import { describe, expect, test } from 'vitest';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { ANALYSIS_RUN } from '../../lib/kinds/facts/analysis-run.ts';
import { readableKind } from '../../lib/kinds/readable-kind.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import { aRun } from '../builders.ts';

const now = new Date('2026-11-05T10:00:00Z');
const malformed = (status: AnalysisRun['status'] = { phase: 'Running' }) =>
  ({ ...aRun(), status: { ...status, startedAt: ['now'] } }) as unknown as AnalysisRun;

/** Says what it was asked to observe; what cannot be read is over once it has failed. */
const kind = readableKind<NonNullable<AnalysisRun['status']>, { object: AnalysisRun; as: string }>({
  facts: ANALYSIS_RUN,
  observe: async (object) => ({ object, as: 'readable' }),
  observeUnreadable: (object, malformation) =>
    object.status?.phase === 'Failed' ? undefined : { object, as: malformation },
  reconcile: () => ({ status: { phase: 'Running' }, nextAt: undefined, events: [], changes: [] }),
  dueAt: () => new Date(0),
});

describe('observes', () => {
  const UNREADABLE = 'status.startedAt: expected a string, got a list';
  test.each([
    { name: 'what is there', object: aRun(), want: 'readable' },
    { name: 'not what was made anew', object: aRun(), uid: 'before', want: undefined },
    { name: 'why it cannot be read', object: malformed(), want: UNREADABLE },
    { name: 'nothing, where nothing is left to do for that', object: malformed({ phase: 'Failed' }), want: undefined },
  ])('$name', async ({ object, uid, want }) => {
    const { memory, ports } = openPorts();
    const { metadata } = await memory.create('AnalysisRun', object);
    const ref = { cluster: 'c1', kind: 'AnalysisRun', namespace: 'shop', name: metadata.name ?? '' };
    expect((await kind.observe({ ...ref, uid: uid ?? metadata.uid ?? '' }, ports))?.as).toBe(want);
  });

  test('not what is being deleted, nor what is gone', async () => {
    const { memory, ports } = openPorts();
    const { metadata } = await memory.create('AnalysisRun', aRun({ metadata: { finalizers: ['example.com/wait'] } }));
    const key = { namespace: 'shop', name: metadata.name ?? '' };
    const ref = { cluster: 'c1', kind: 'AnalysisRun', ...key, uid: metadata.uid ?? '' };
    await memory.delete('AnalysisRun', key);
    expect(await memory.get('AnalysisRun', key)).toBeDefined();
    expect(await kind.observe(ref, ports)).toBeUndefined();
    expect(await kind.observe({ ...ref, name: 'gone' }, ports)).toBeUndefined();
  });
});

describe('is due', () => {
  const going = { ...malformed(), metadata: { ...aRun().metadata, deletionTimestamp: '2026-11-05T10:00:00Z' } };
  test.each([
    { name: 'as its kind says', object: aRun(), want: new Date(0) },
    { name: 'at once, where it cannot be read', object: malformed(), want: now },
    { name: 'never, where nothing is left to do for that', object: malformed({ phase: 'Failed' }), want: undefined },
    { name: 'never, where that is being deleted', object: going, want: undefined },
  ])('$name', ({ object, want }) => {
    expect(kind.dueAt(object, now)).toEqual(want);
  });
});

function openPorts() {
  const memory = memoryCluster('c1', { now: () => now });
  const ports = {
    clusters: { get: () => memory, names: () => ['c1'] },
    queue: { send: async () => {} },
    bus: { publish: async () => {} },
    log: { info() {}, warn() {}, error() {} },
    meter: { stepped() {}, failed() {}, measured() {} },
    now: () => now,
  };
  return { memory, ports };
}
