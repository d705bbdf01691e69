import { expect, test } from 'vitest';
import { eventRecorder } from '../../../lib/clusters/api/event-recorder.ts';
import { memoryCluster } from '../../../lib/clusters/memory/memory-cluster.ts';
import type { Cluster } from '../../../lib/model/cluster.ts';

const now = () => new Date('2026-11-30T10:00:00Z');
const event = { type: 'Normal', reason: 'RolloutPaused', message: 'm' } as const;
const about = (name: string) => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', namespace: 'shop', name });
const settle = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test('eight Events are written at once; one that fails makes room for the next as well', async () => {
  const answers: PromiseWithResolvers<void>[] = [];
  const memory = memoryCluster('c1', { now });
  const create: Cluster['create'] = async (kind, object) => {
    const answer = Promise.withResolvers<void>();
    answers.push(answer);
    await answer.promise;
    return memory.create(kind, object);
  };
  const record = eventRecorder({ ...memory, create }, now);
  const told = Array.from({ length: 10 }, async (_, index) => record(about(`web-${index}`), event));
  const ended = Promise.allSettled(told);
  await settle();
  expect(answers).toHaveLength(8);
  answers[0]?.reject(new Error('no'));
  answers[1]?.resolve();
  await settle();
  expect(answers).toHaveLength(10);
  for (const { resolve } of answers) resolve();
  expect((await ended).filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(memory.objects('Event')).toHaveLength(9);
});
