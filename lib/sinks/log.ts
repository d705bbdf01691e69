import type { Bus } from '../model/bus.ts';
import type { Log } from '../model/ports.ts';

/** A bus for one machine: one line of the log an event. */
export function logBus(log: Log): Bus {
  return {
    async publish(events) {
      for (const { detailType, detail } of events) log.info(detailType, detail);
    },
  };
}
