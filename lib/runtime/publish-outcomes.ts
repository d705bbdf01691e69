import { AssayError } from '../model/errors.ts';
import type { AnyStatus, Seen } from '../model/kind.ts';
import type { KindFacts } from '../model/kind-facts.ts';
import { outcomeEvents } from '../model/outcome-event.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Ports } from '../model/ports.ts';
import { formatRef, type ObjectRef } from '../model/ref.ts';
import { errorFields } from '../log/error-fields.ts';

/** How long a step waits for its bus at most. */
const PATIENCE_MS = 2000;

/**
 * Tells the bus what a written status ended, or what it says has become of its object. The verdict stands in the cluster: a bus that is away, or slow, costs its
 * readers an event, and the step a line in the log.
 *
 * @param facts  of the kind of the object
 */
export async function publishOutcomes(
  ref: ObjectRef,
  { object }: Seen,
  { status }: Outcome<AnyStatus>,
  { bus, log, now }: Ports,
  facts: Pick<KindFacts, 'ends' | 'turns'>,
): Promise<void> {
  const events = outcomeEvents(ref, object.status, status, now(), facts);
  if (events.length === 0) return;
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => late.resolve('late'), PATIENCE_MS);
  try {
    const publishing = bus.publish(events).then(() => 'published' as const);
    if ((await Promise.race([publishing, late.promise])) === 'late') {
      // What still becomes of it is nobody's business any more.
      publishing.catch(() => {});
      throw new AssayError('ASSAY_BUS_UNREACHABLE', `no answer in ${PATIENCE_MS / 1000} s`, { retry: true });
    }
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    const types = events.map(({ detailType }) => detailType);
    log.warn('outcomes not published', { object: formatRef(ref), types, ...errorFields(error) });
  } finally {
    clearTimeout(timer);
  }
}
