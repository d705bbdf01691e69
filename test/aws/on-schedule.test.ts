import { expect, test } from 'vitest';
import { AssayError } from '../../lib/model/errors.ts';
import type { Message } from '../../lib/model/message.ts';
import type { Runtime } from '../../lib/aws/functions.ts';
import { onSchedule } from '../../lib/aws/on-schedule.ts';

const now = () => new Date('2026-11-05T10:00:00Z');

function aRuntime(
  names: readonly string[],
  sent: Message[],
  inSeconds: number[] = [],
): Pick<Runtime, 'clusters' | 'ports'> {
  const clusters = {
    refresh: async () => {},
    listNames: async () => names,
    names: () => [],
    settingsOf: () => undefined,
    get: () => {
      throw new RangeError('no cluster is asked anything');
    },
  };
  const put = async (message: Message, at: Date): Promise<void> => {
    sent.push(message);
    inSeconds.push((at.getTime() - now().getTime()) / 1000);
  };
  return {
    clusters,
    ports: {
      clusters,
      queue: { put, send: async () => {}, during: (work) => work() },
      bus: { publish: async () => {} },
      log: { info() {}, warn() {}, error() {} },
      meter: { stepped() {}, failed() {}, measured() {} },
      now,
    },
  };
}

test('clusters share a message, and are not asked anything', async () => {
  const sent: Message[] = [];
  await onSchedule(aRuntime(['a', 'b'], sent));
  expect(sent).toEqual([{ ref: { cluster: 'a', kind: 'Cluster', namespace: '', name: 'a', uid: '' }, more: ['b'] }]);
});

test.each([
  { clusters: 10, messages: 1, seconds: 1, most: 1 },
  { clusters: 11, messages: 2, seconds: 2, most: 1 },
  { clusters: 100, messages: 10, seconds: 10, most: 1 },
  { clusters: 1000, messages: 100, seconds: 40, most: 3 },
  { clusters: 3000, messages: 300, seconds: 40, most: 8 },
])('the looks at $clusters clusters are $messages messages over $seconds s, $most in one at most', async (row) => {
  const names = Array.from({ length: row.clusters }, (_, index) => `c${index}`);
  const sent: Message[] = [];
  const inSeconds: number[] = [];
  await onSchedule(aRuntime(names, sent, inSeconds));
  expect(sent.flatMap(({ ref, more = [] }) => [ref.cluster, ...more])).toEqual(names);
  expect(sent).toHaveLength(row.messages);
  const counts = Map.groupBy(inSeconds, (second) => second);
  expect([...counts.keys()]).toEqual(Array.from({ length: row.seconds }, (_, second) => second));
  expect(Math.max(...[...counts.values()].map((each) => each.length))).toBe(row.most);
});

test('a queue that takes nothing is an error', async () => {
  const runtime = aRuntime(['a'], []);
  const error = new AssayError('ASSAY_QUEUE_UNREACHABLE', 'no answer', { retry: true });
  const queue = { ...runtime.ports.queue, put: () => Promise.reject(error) };
  await expect(onSchedule({ ...runtime, ports: { ...runtime.ports, queue } })).rejects.toBe(error);
});
