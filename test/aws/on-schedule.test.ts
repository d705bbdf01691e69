import { expect, test } from 'vitest';
import { AssayError } from '../../lib/model/errors.ts';
import type { Message } from '../../lib/model/message.ts';
import type { Runtime } from '../../lib/aws/functions.ts';
import { onSchedule } from '../../lib/aws/on-schedule.ts';

const now = () => new Date('2026-11-05T10:00:00Z');

function aRuntime(names: readonly string[], sent: Message[]): Pick<Runtime, 'clusters' | 'ports'> {
  const clusters = {
    refresh: async () => {},
    names: () => names,
    broken: () => new Map([['odd', new AssayError('ASSAY_CLUSTER_SETTINGS_INVALID', 'no JSON')]]),
    settingsOf: () => undefined,
    get: () => {
      throw new RangeError('no cluster is asked anything');
    },
  };
  return {
    clusters,
    ports: {
      clusters,
      queue: { put: async (message) => void sent.push(message), send: async () => {}, during: (work) => work() },
      bus: { publish: async () => {} },
      log: { info() {}, warn() {}, error() {} },
      meter: { stepped() {}, failed() {}, measured() {} },
      now,
    },
  };
}

test('each cluster has a message, and is not asked anything', async () => {
  const sent: Message[] = [];
  await onSchedule(aRuntime(['a', 'b'], sent));
  expect(sent).toEqual(
    ['a', 'b'].map((name) => ({ ref: { cluster: name, kind: 'Cluster', namespace: '', name, uid: '' } })),
  );
});

test('a queue that takes nothing is an error', async () => {
  const runtime = aRuntime(['a'], []);
  const error = new AssayError('ASSAY_QUEUE_UNREACHABLE', 'no answer', { retry: true });
  const queue = { ...runtime.ports.queue, put: () => Promise.reject(error) };
  await expect(onSchedule({ ...runtime, ports: { ...runtime.ports, queue } })).rejects.toBe(error);
});
