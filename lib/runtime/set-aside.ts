import { errorFields } from '../log/error-fields.ts';
import type { Ports } from '../model/ports.ts';
import type { ObjectRef } from '../model/ref.ts';

/** Nobody's object ends what looks after all: what cannot even be told of one is set aside, logged and counted. */
export function setAside(ref: ObjectRef, error: unknown, { log, meter }: Pick<Ports, 'log' | 'meter'>): void {
  meter.failed(ref);
  log.error('object set aside', { ...ref, ...errorFields(error) });
}
