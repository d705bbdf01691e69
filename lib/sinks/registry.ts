import type { Bus } from '../model/bus.ts';
import type { Log } from '../model/ports.ts';
import { eventBridgeBus } from './eventbridge.ts';
import { httpBus, type HttpBusOptions } from './http.ts';
import { logBus } from './log.ts';

/** What a bus may need beside its address. */
export interface BusPorts extends Omit<HttpBusOptions, 'url'> {
  readonly log: Log;
}

export interface BusRow {
  /** Whether an address is one of its own. */
  readonly takes: (address: string) => boolean;
  readonly open: (address: string, ports: BusPorts) => Bus | Promise<Bus>;
}

/** The address of the bus that has none. */
export const LOG_ADDRESS = 'log:';

/**
 * Every kind of bus. A new one is a file here and a line below; the first that takes the address has it (`open-bus.ts`).
 */
export const BUSES: Readonly<Record<string, BusRow>> = {
  eventbridge: { takes: (address) => address.startsWith('arn:'), open: (busArn) => eventBridgeBus({ busArn }) },
  http: { takes: (address) => /^https?:/.test(address), open: (url, { http, token }) => httpBus({ url, http, token }) },
  log: { takes: (address) => address === LOG_ADDRESS, open: (_, { log }) => logBus(log) },
};
