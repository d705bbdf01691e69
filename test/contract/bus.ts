import { describe, expect, test } from 'vitest';
import type { Bus, BusEvent } from '../../lib/model/bus.ts';
import { changeEvent } from '../../lib/model/change-event.ts';

/** A bus to test, with a look at what it took, as source, type and detail; and how to make the other side fail. */
export interface OpenBus {
  readonly bus: Bus;
  readonly taken: () => readonly BusEvent[];
  /** From now on every call is answered with this HTTP status; undefined: calls are taken. */
  readonly answerWith: (status: number | undefined) => void;
  close(): Promise<void>;
}

/** All that Assay relies on in a bus. Whoever implements `Bus` calls this with a way to open one. */
export function describeBus(name: string, openBus: () => Promise<OpenBus>): void {
  describe(`contract: ${name}`, () => {
    test.each([0, 1, 10, 11, 250])('%i events arrive, each with source, type and detail', async (count) =>
      withBus(openBus, async ({ bus, taken }) => {
        const events = Array.from({ length: count }, (_, index) => anEvent(`run-${index}`));
        await bus.publish(events);
        expect(byName(taken())).toEqual(byName(events));
      }),
    );

    test.each([
      { status: 500, code: 'ASSAY_BUS_UNREACHABLE', retry: true },
      { status: 429, code: 'ASSAY_BUS_UNREACHABLE', retry: true },
      { status: 403, code: 'ASSAY_BUS_REFUSED', retry: false },
    ])('an answer of $status is $code', async ({ status, code, retry }) =>
      withBus(openBus, async ({ bus, taken, answerWith }) => {
        answerWith(status);
        await expect(bus.publish([anEvent('lost')])).rejects.toMatchObject({ code, retry });
        expect(taken()).toEqual([]);
        answerWith(undefined);
        await bus.publish([anEvent('found')]);
        expect(taken()).toEqual([anEvent('found')]);
      }),
    );
  });
}

async function withBus(openBus: () => Promise<OpenBus>, what: (open: OpenBus) => Promise<void>): Promise<void> {
  const open = await openBus();
  try {
    await what(open);
  } finally {
    await open.close();
  }
}

export function anEvent(name: string): BusEvent {
  const ref = { cluster: 'c1', kind: 'AnalysisRun', namespace: 'shop', name, uid: `uid-of-${name}` };
  return changeEvent({ ref, verb: 'Created', before: `${ref.uid}@` });
}

function byName(events: readonly BusEvent[]): readonly BusEvent[] {
  return events.toSorted((a, b) => String(a.detail['name']).localeCompare(String(b.detail['name'])));
}
