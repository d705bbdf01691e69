import { describe, expect, it } from 'vitest';
import { type CoreEvent, eventCorrelator } from '../../../lib/clusters/api/event-correlator.ts';

let names = 0;

function anEvent(override: Partial<CoreEvent> = {}): CoreEvent {
  names += 1;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `event-${names}`, namespace: 'shop' },
    involvedObject: {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisRun',
      namespace: 'shop',
      name: 'run',
      uid: 'a',
    },
    type: 'Normal',
    reason: 'MetricSuccessful',
    message: 'done',
    source: { component: 'rollouts-controller' },
    reportingComponent: 'rollouts-controller',
    reportingInstance: '',
    firstTimestamp: '2026-11-05T10:00:00Z',
    lastTimestamp: '2026-11-05T10:00:00Z',
    count: 1,
    ...override,
  };
}

describe('eventCorrelator', () => {
  it('counts an equal event up, under the name and first time it had', () => {
    const { correlate } = eventCorrelator();
    const first = anEvent();
    expect(correlate(first, 0)).toMatchObject({ verb: 'create', event: { count: 1 } });
    const again = anEvent({ firstTimestamp: '2026-11-05T10:00:09Z', lastTimestamp: '2026-11-05T10:00:09Z' });
    expect(correlate(again, 9000)).toMatchObject({
      verb: 'update',
      event: {
        count: 2,
        metadata: first.metadata,
        firstTimestamp: '2026-11-05T10:00:00Z',
        lastTimestamp: '2026-11-05T10:00:09Z',
      },
    });
  });

  it.each([
    { what: 'message', override: { message: 'other' } },
    { what: 'reason', override: { reason: 'Other' } },
    { what: 'type', override: { type: 'Warning' } },
    { what: 'object', override: { involvedObject: { ...anEvent().involvedObject, uid: 'b' } } },
  ])('keeps events apart that differ in their $what', ({ override }) => {
    const { correlate } = eventCorrelator();
    correlate(anEvent(), 0);
    expect(correlate(anEvent(override), 0)).toMatchObject({ verb: 'create', event: { count: 1 } });
  });

  it('combines the tenth of the similar, unless ten minutes lie between', () => {
    const { correlate } = eventCorrelator();
    const results = Array.from({ length: 12 }, (_, index) =>
      correlate(anEvent({ message: `metric ${index + 1}` }), index),
    );
    const shown = results.map((result) => (result.verb === 'drop' ? 'drop' : `${result.verb} ${result.event.message}`));
    expect(shown.slice(8)).toStrictEqual([
      'create metric 9',
      'create (combined from similar events): metric 10',
      'update (combined from similar events): metric 11',
      'update (combined from similar events): metric 12',
    ]);
    const later = correlate(anEvent({ message: 'metric 13' }), 11 + 600_001);
    expect(later).toMatchObject({ verb: 'create', event: { message: 'metric 13' } });
  });

  it('lets an object have 25 events of a type, then one every five minutes', () => {
    const { correlate } = eventCorrelator();
    const tryOne = (index: number, nowMs: number, type = 'Normal') =>
      correlate(anEvent({ reason: `Reason${index}`, type }), nowMs).verb;
    const burst = Array.from({ length: 26 }, (_, index) => tryOne(index, 0));
    expect(burst.filter((verb) => verb === 'create')).toHaveLength(25);
    expect(burst[25]).toBe('drop');
    expect(tryOne(27, 0, 'Warning')).toBe('create');
    expect(tryOne(28, 299_999)).toBe('drop');
    expect(tryOne(29, 300_000)).toBe('create');
    expect(tryOne(30, 300_001)).toBe('drop');
  });

  it('forgets what was used longest ago', () => {
    const { correlate } = eventCorrelator();
    const about = (name: string) => ({ involvedObject: { ...anEvent().involvedObject, name } });
    correlate(anEvent(about('first')), 0);
    for (let index = 0; index < 4096; index += 1) correlate(anEvent(about(`other-${index}`)), 0);
    expect(correlate(anEvent(about('first')), 0)).toMatchObject({ verb: 'create', event: { count: 1 } });
    expect(correlate(anEvent(about('other-4000')), 0)).toMatchObject({ verb: 'update', event: { count: 2 } });
  });
});
