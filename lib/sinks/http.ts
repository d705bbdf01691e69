import type { Bus, BusEvent } from '../model/bus.ts';
import { AssayError } from '../model/errors.ts';
import type { HttpRequest, HttpResponse } from '../model/http.ts';

export interface HttpBusOptions {
  /** Where `assay serve --listen` listens; events go to the path `/events`. */
  readonly url: string;
  /** What both sides know. Asked for at each request, since it may change. */
  readonly token: () => string;
  readonly http: (request: HttpRequest) => Promise<HttpResponse>;
}

/** A request of so many events stays well below what the other side reads. */
export const EVENTS_A_REQUEST = 100;
const TIMEOUT_MS = 5000;

/** The body of a request: events under the names that EventBridge gives their fields. */
export interface EventsBody {
  readonly events: readonly { readonly source: string; readonly 'detail-type': string; readonly detail: unknown }[];
}

/**
 * Posts events to `assay serve --listen`, so that no AWS is needed.
 * @throws AssayError ASSAY_SETTING_INVALID for what is no URL
 */
export function httpBus({ url, token, http }: HttpBusOptions): Bus {
  const target = targetOf(url);
  const post = async (events: readonly BusEvent[]): Promise<void> => {
    const { status } = await http({
      url: target,
      method: 'POST',
      headers: [
        ['content-type', 'application/json'],
        ['authorization', `Bearer ${token()}`],
      ],
      body: JSON.stringify(bodyOf(events)),
      timeoutMs: TIMEOUT_MS,
    }).catch((error: unknown): never => {
      throw error instanceof AssayError ? unreachable(error.message) : error;
    });
    if (status < 300) return;
    const message = `${new URL(target).host} answered ${status} to ${events.length} events`;
    throw status === 429 || status >= 500 ? unreachable(message) : new AssayError('ASSAY_BUS_REFUSED', message);
  };

  return {
    async publish(events) {
      for (let first = 0; first < events.length; first += EVENTS_A_REQUEST) {
        await post(events.slice(first, first + EVENTS_A_REQUEST));
      }
    },
  };
}

/** @throws AssayError ASSAY_SETTING_INVALID */
function targetOf(url: string): string {
  if (URL.canParse(url) && /^https?:/.test(url)) return new URL('/events', url).href;
  throw new AssayError('ASSAY_SETTING_INVALID', `the address of the bus, ${JSON.stringify(url)}, is no URL`);
}

function bodyOf(events: readonly BusEvent[]): EventsBody {
  return {
    events: events.map(({ source, detailType, detail }) => ({ source, 'detail-type': detailType, detail })),
  };
}

function unreachable(message: string): AssayError {
  return new AssayError('ASSAY_BUS_UNREACHABLE', message, { retry: true });
}
