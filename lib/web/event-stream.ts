import type { Answer } from './routes.ts';

/** One event for a browser's `EventSource`. */
export interface StreamedEvent {
  /** The type; `message` where there is none. */
  readonly event?: string;
  /** What a browser that comes back sends as `Last-Event-ID`. */
  readonly id?: string;
  readonly data: string;
}

/** Answers with events as they come. @source the section "Server-sent events" of the HTML Living Standard */
export function eventStream(events: AsyncIterable<StreamedEvent>): Answer {
  return {
    status: 200,
    contentType: 'text/event-stream; charset=utf-8',
    headers: { 'cache-control': 'no-store' },
    body: written(events),
  };
}

async function* written(events: AsyncIterable<StreamedEvent>): AsyncIterable<string> {
  // The head of the answer goes with it, before there is any event.
  yield ': open\n\n';
  for await (const event of events) yield formatEvent(event);
}

function formatEvent({ event, id, data }: StreamedEvent): string {
  const fields = [
    ...(event === undefined ? [] : [`event: ${oneLine(event)}`]),
    ...(id === undefined ? [] : [`id: ${oneLine(id)}`]),
    ...data.split(/\r\n|\r|\n/).map((line) => `data: ${line}`),
  ];
  return `${fields.join('\n')}\n\n`;
}

/** A line break would begin another field. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\0]/g, ' ');
}
