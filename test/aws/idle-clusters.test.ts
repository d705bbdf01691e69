import { expect, test } from 'vitest';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { parseClusterSettings } from '../../lib/model/cluster-settings.ts';
import { openFairTurns } from '../../lib/model/fair-turns.ts';
import { formatMessage, type Message } from '../../lib/model/message.ts';
import type { Cluster } from '../../lib/model/cluster.ts';
import type { Runtime } from '../../lib/aws/functions.ts';
import { onMessages } from '../../lib/aws/on-message.ts';
import { onSchedule } from '../../lib/aws/on-schedule.ts';
import { type Call, listening } from '../world.ts';

const now = () => new Date('2026-11-05T10:00:00Z');
const nothing = () => {};
const NAMES = Array.from({ length: 100 }, (_, index) => `c${index}`);
const DOCUMENT = JSON.stringify({
  endpoint: 'https://cluster.example.com',
  authentication: { token: { secret: 'token' } },
});

/** A hundred clusters with nothing in them, and all that is asked of them and of the queue. */
function open(): { runtime: Runtime; sent: Message[]; calls: ReadonlyMap<string, Call[]> } {
  const sent: Message[] = [];
  const calls = new Map<string, Call[]>();
  const asked = new Map<string, Cluster>();
  for (const name of NAMES) {
    const called: Call[] = [];
    calls.set(name, called);
    asked.set(name, listening(memoryCluster(name, { now }), called));
  }
  const clusters = {
    refresh: async () => {},
    settingsOf: (name: string) => (asked.has(name) ? parseClusterSettings(name, DOCUMENT) : undefined),
    listNames: async () => NAMES,
    names: () => NAMES,
    get(name: string) {
      const cluster = asked.get(name);
      if (!cluster) throw new RangeError(`${name} is no cluster`);
      return cluster;
    },
  };
  const meter = {
    stepped: nothing,
    failed: nothing,
    measured: nothing,
    broken: nothing,
    unreachable: nothing,
    flush: nothing,
  };
  const queue: Runtime['ports']['queue'] = {
    put: async (message) => void sent.push(message),
    during: (work) => work(),
    send: async (ref) => void sent.push({ ref }),
  };
  const log = { info: nothing, warn: nothing, error: nothing };
  const ports = { clusters, queue, bus: { publish: async () => {} }, log, meter, now };
  return {
    runtime: { ports, clusters, meter, turns: openFairTurns(), schedules: new Map(), begin: nothing },
    sent,
    calls,
  };
}

test('a minute of a hundred clusters with nothing to do: a message for ten, one list a kind each, and nothing else', async () => {
  const { runtime, sent, calls } = open();
  await onSchedule(runtime);
  expect(sent.flatMap(({ ref, more = [] }) => [ref.cluster, ...more])).toEqual(NAMES);
  expect(sent).toHaveLength(NAMES.length / 10);

  const records = sent.splice(0).map((message, index) => ({ messageId: String(index), body: formatMessage(message) }));
  for (let first = 0; first < records.length; first += 10) {
    const answer = await onMessages(records.slice(first, first + 10), runtime, () => 30_000);
    expect(answer.batchItemFailures).toEqual([]);
  }
  expect(sent).toEqual([]);
  for (const name of NAMES) {
    expect(calls.get(name)?.toSorted()).toEqual([
      'list AnalysisRun /',
      'list AnalysisTemplate /',
      'list ClusterAnalysisTemplate /',
      'list Experiment /',
    ]);
  }
});
