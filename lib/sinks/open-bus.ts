import type { Bus } from '../model/bus.ts';
import { AssayError } from '../model/errors.ts';
import { BUSES, type BusPorts } from './registry.ts';

/**
 * Opens the bus at an address.
 *
 * @param ports  what the buses that may be met need; what is missing does nothing, or cannot be asked
 * @throws AssayError ASSAY_SETTING_INVALID for an address that no bus has
 */
export async function openBus(address: string, ports: Partial<BusPorts> = {}): Promise<Bus> {
  const row = Object.values(BUSES).find(({ takes }) => takes(address));
  if (row) return row.open(address, { ...NOTHING, ...ports });
  const known = Object.keys(BUSES).join(', ');
  throw new AssayError('ASSAY_SETTING_INVALID', `${JSON.stringify(address)} is no address of a bus (${known})`);
}

/** The same, opened with the first event: most work ends nothing that others want to hear of. */
export function lazyBus(address: string, ports?: Partial<BusPorts>): Bus {
  let opened: Promise<Bus> | undefined;
  return {
    async publish(events) {
      opened ??= openBus(address, ports);
      await (await opened).publish(events);
    },
  };
}

const NOTHING: BusPorts = {
  http: async () => {
    throw new AssayError('ASSAY_SETTING_INVALID', 'nothing here sends requests to a bus');
  },
  token: () => '',
  log: { info() {}, warn() {}, error() {} },
};
