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

interface Backend {
  /** Its own setting. */
  readonly setting: keyof BusSettings;
  readonly open: (settings: BusSettings, ports: BusPorts) => Bus | Promise<Bus>;
}

/** Every kind of bus. A new one is a file here and a line below. */
const BUSES: readonly Backend[] = [
  { setting: 'busArn', open: ({ busArn = '' }) => eventBridgeBus({ busArn }) },
  {
    setting: 'busUrl',
    open: ({ busUrl = '' }, { http = noHttp, token = () => '' }) => httpBus({ url: busUrl, http, token }),
  },
  { setting: 'busLog', open: ({ busLog = NO_LOG }) => logBus(busLog) },
];

/** @throws AssayError ASSAY_SETTING_INVALID unless exactly one address is set, and is one */
export async function openBus(settings: BusSettings, ports: BusPorts = {}): Promise<Bus> {
  const [backend, ...more] = BUSES.filter(({ setting }) => settings[setting]);
  if (backend && more.length === 0) return backend.open(settings, ports);
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

const NO_LOG: Log = { info() {}, warn() {}, error() {} };
