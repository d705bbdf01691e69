import type { Bus } from '../model/bus.ts';
import { AssayError } from '../model/errors.ts';
import { eventBridgeBus } from './eventbridge.ts';
import { httpBus, type HttpBusOptions } from './http.ts';

/** Where events go: one of the two addresses is set. */
export interface BusSettings {
  readonly busArn?: string | undefined;
  readonly busUrl?: string | undefined;
}

type BusPorts = Omit<HttpBusOptions, 'url'>;

interface Backend {
  /** Its address, where it is the one that is set. */
  readonly address: (settings: BusSettings) => string | undefined;
  readonly open: (address: string, ports: BusPorts) => Promise<Bus>;
}

/** Every kind of bus. A new one is a file here and a line below. */
const BUSES: Readonly<Record<string, Backend>> = {
  eventbridge: { address: ({ busArn }) => busArn, open: async (busArn) => eventBridgeBus({ busArn }) },
  http: { address: ({ busUrl }) => busUrl, open: async (url, ports) => httpBus({ url, ...ports }) },
};

/** @throws AssayError ASSAY_SETTING_INVALID unless exactly one address is set, and is one */
export async function openBus(settings: BusSettings, ports: BusPorts): Promise<Bus> {
  const [backend, ...more] = Object.values(BUSES).filter(({ address }) => address(settings));
  const address = backend?.address(settings);
  if (backend && address && more.length === 0) return backend.open(address, ports);
  throw new AssayError('ASSAY_SETTING_INVALID', 'one of ASSAY_BUS_ARN and ASSAY_BUS_URL says where events go');
}
