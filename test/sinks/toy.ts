import type { BusEvent } from '../../lib/model/bus.ts';
import type { BusRow } from '../../lib/sinks/registry.ts';

/** What the toy bus was told, by the address that it was opened with. */
export const heard: { readonly address: string; readonly event: BusEvent }[] = [];

/** What a new bus brings to lib/sinks. */
export const toy: BusRow = {
  takes: (address) => address.startsWith('toy:'),
  open: (address) => ({
    async publish(events) {
      for (const event of events) heard.push({ address, event });
    },
  }),
};
