import { describe, expect, it } from 'vitest';
import type { Resources } from '../../lib/model/resources.ts';
import type { UseCluster } from './cluster.ts';
import { aNewRun } from './cluster-fixtures.ts';

/** Events on objects, as `kubectl describe` shows them. */
export function eventContract(use: UseCluster): void {
  const eventsOf = async (uid: string): Promise<readonly Resources['Event'][]> => {
    const { cluster, namespace } = use();
    return (await cluster.list('Event', { namespace, fieldSelector: `involvedObject.uid=${uid}` })).items;
  };
  const createTarget = async (name: string) => {
    const { cluster, namespace } = use();
    const { apiVersion, kind, metadata } = await cluster.create(
      'AnalysisRun',
      aNewRun(namespace, { metadata: { name } }),
    );
    const { uid = '', resourceVersion = '' } = metadata;
    return { apiVersion, kind, namespace, name, uid, resourceVersion };
  };

  describe('record event', () => {
    it('shapes an Event as client-go does for Argo', async () => {
      const target = await createTarget('event');
      const message = "Metric 'success-rate' Completed. Result: Failed";
      await use().cluster.recordEvent(target, { type: 'Warning', reason: 'MetricFailed', message });

      const [event, ...others] = await eventsOf(target.uid);
      expect(others).toStrictEqual([]);
      expect(event).toMatchObject({
        involvedObject: target,
        type: 'Warning',
        reason: 'MetricFailed',
        message,
        source: { component: 'rollouts-controller' },
        reportingComponent: 'rollouts-controller',
        count: 1,
      });
      expect(event?.metadata.name).toMatch(/^event\.[0-9a-f]{16}$/);
      expect(event?.['firstTimestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(event?.['lastTimestamp']).toBe(event?.['firstTimestamp']);
    });

    it('counts up what is equal, and keeps apart what is not', async () => {
      const target = await createTarget('counted');
      const { cluster } = use();
      const record = { type: 'Normal', reason: 'MetricSuccessful', message: 'again' } as const;
      await Promise.all([cluster.recordEvent(target, record), cluster.recordEvent(target, record)]);
      await cluster.recordEvent(target, record);
      await cluster.recordEvent(target, { ...record, message: 'other' });
      const counts = (await eventsOf(target.uid)).map((event) => [event['message'], event['count']]);
      expect(Object.fromEntries(counts)).toStrictEqual({ again: 3, other: 1 });
      expect(counts).toHaveLength(2);
    });

    it('writes anew what the cluster has forgotten', async () => {
      const target = await createTarget('forgotten');
      const { cluster, namespace } = use();
      const record = { type: 'Normal', reason: 'AnalysisRunSuccessful', message: 'done' } as const;
      await cluster.recordEvent(target, record);
      const [event] = await eventsOf(target.uid);
      await cluster.delete('Event', { namespace, name: event?.metadata.name ?? '' });
      await cluster.recordEvent(target, record);
      expect((await eventsOf(target.uid)).map((again) => again['count'])).toStrictEqual([2]);
    });

    it('combines the tenth and later events that differ in their message alone', async () => {
      const target = await createTarget('similar');
      const { cluster } = use();
      for (let index = 1; index <= 12; index += 1) {
        await cluster.recordEvent(target, { type: 'Normal', reason: 'MetricSuccessful', message: `metric ${index}` });
      }
      const events = await eventsOf(target.uid);
      const combined = events.filter((event) =>
        String(event['message']).startsWith('(combined from similar events): '),
      );
      expect(events).toHaveLength(10);
      expect(combined.map((event) => [event['message'], event['count']])).toStrictEqual([
        ['(combined from similar events): metric 12', 3],
      ]);
    });
  });
}
