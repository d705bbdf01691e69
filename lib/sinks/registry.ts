import type { Bus } from '../model/bus.ts';
import { AssayError } from '../model/errors.ts';
import type { Log } from '../model/ports.ts';
import { eventBridgeBus } from './eventbridge.ts';
import { httpBus, type HttpBusOptions } from './http.ts';
import { logBus } from './log.ts';

/** Where events go: one of these is set. */
export interface BusSettings {
  readonly busArn?: string | undefined;
  readonly busUrl?: string | undefined;
  /** Each event becomes a line of it. */
  readonly busLog?: Log | undefined;
}

/** What a bus needs beside its address. */
export type BusPorts = Partial<Omit<HttpBusOptions, 'url'>>;

/** Opens the bus of its own setting; undefined where that one is not set. */
type Backend = (settings: BusSettings, ports: BusPorts) => Bus | Promise<Bus> | undefined;

/** Every kind of bus. A new one is a file here and a line below. */
const BUSES: Readonly<Record<string, Backend>> = {
  eventbridge: ({ busArn }) => (busArn ? eventBridgeBus({ busArn }) : undefined),
  http: ({ busUrl }, { http = noHttp, token = () => '' }) =>
    busUrl ? httpBus({ url: busUrl, http, token }) : undefined,
  log: ({ busLog }) => busLog && logBus(busLog),
};

/** @throws AssayError ASSAY_SETTING_INVALID unless exactly one address is set, and is one */
export async function openBus(settings: BusSettings, ports: BusPorts = {}): Promise<Bus> {
  const [bus, ...more] = Object.values(BUSES).flatMap((open) => open(settings, ports) ?? []);
  if (bus && more.length === 0) return bus;
  throw new AssayError('ASSAY_SETTING_INVALID', 'one of ASSAY_BUS_ARN and ASSAY_BUS_URL says where events go');
}

/** The same, opened with the first event: most work ends nothing that others want to hear of. */
export function lazyBus(settings: BusSettings, ports?: BusPorts): Bus {
  let opened: Promise<Bus> | undefined;
  return {
    async publish(events) {
      opened ??= openBus(settings, ports);
      await (await opened).publish(events);
    },
  };
}

const noHttp: HttpBusOptions['http'] = async () => {
  throw new AssayError('ASSAY_SETTING_INVALID', 'nothing here sends requests to a bus');
};
