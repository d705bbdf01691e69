import { expect, test } from 'vitest';
import { laterEvents } from '../../lib/clusters/later-events.ts';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import type { Cluster } from '../../lib/model/cluster.ts';

const about = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', namespace: 'shop', name: 'web', uid: 'u1' };
const event = (reason: string) => ({ type: 'Normal', reason, message: 'm' }) as const;
const settle = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function open(most?: number) {
  const asked: { readonly reason: string; readonly answer: PromiseWithResolvers<void> }[] = [];
  const lost: string[] = [];
  const slow: Cluster = {
    ...memoryCluster('c1', { now: () => new Date() }),
    async recordEvent(_, { reason }) {
      const answer = Promise.withResolvers<void>();
      asked.push({ reason, answer });
      return answer.promise;
    },
  };
  const onFailure = (_: unknown, reason: string): void => void lost.push(reason);
  return { ...laterEvents(slow, { onFailure, ...(most !== undefined && { most }) }), asked, lost };
}

test('who tells an Event waits for no answer', async () => {
  const { cluster, asked } = open();
  await cluster.recordEvent(about, event('RolloutPaused'));
  await cluster.recordEvent(about, event('RolloutResumed'));
  expect(asked.map(({ reason }) => reason)).toEqual(['RolloutPaused', 'RolloutResumed']);
});

test('with as many under way as there may be, one waits until another is recorded', async () => {
  const { cluster, asked } = open(1);
  await cluster.recordEvent(about, event('first'));
  let isTold = false;
  const telling = cluster.recordEvent(about, event('second')).then(() => (isTold = true));
  await settle();
  expect(isTold).toBe(false);
  asked[0]?.answer.resolve();
  await telling;
  expect(asked.map(({ reason }) => reason)).toEqual(['first', 'second']);
});

test('one that is not recorded is told of, and holds up nothing', async () => {
  const { cluster, asked, lost, recorded } = open();
  await cluster.recordEvent(about, event('first'));
  await cluster.recordEvent(about, event('second'));
  let areAll = false;
  const ended = recorded().then(() => (areAll = true));
  asked[0]?.answer.reject(new Error('no'));
  await settle();
  expect(lost).toEqual(['first']);
  expect(areAll).toBe(false);
  asked[1]?.answer.resolve();
  await ended;
  expect(lost).toEqual(['first']);
});
