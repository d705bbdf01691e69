import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { EventsBody } from '../../../lib/sinks/http.ts';
import { findFreePort } from './free-port.ts';
import { createScratchFolder, removeScratchFolder } from './scratch-folder.ts';

/** Stands where `assay serve --listen` would: takes events down. It can be away for a while. */
export interface EventSink {
  /** What a webhook needs to post here. */
  readonly env: Readonly<Record<string, string>>;
  /** Events so far, with when each came. */
  readonly events: readonly SunkEvent[];
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

export type SunkEvent = EventsBody['events'][number] & { readonly atMs: number };

const TOKEN = 'a-token-for-tests-only';

export async function startEventSink(): Promise<EventSink> {
  const port = await findFreePort();
  const folder = createScratchFolder('event-sink');
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, `${TOKEN}\n`);
  const events: SunkEvent[] = [];
  let server: Server | undefined;

  const comeBack = async (): Promise<void> => {
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        const isKnown = request.headers.authorization === `Bearer ${TOKEN}`;
        if (isKnown) {
          const { events: come } = JSON.parse(body) as EventsBody;
          events.push(...come.map((event) => ({ ...event, atMs: performance.now() })));
        }
        response.writeHead(isKnown ? 202 : 401).end();
      });
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const goAway = async (): Promise<void> => {
    if (!server?.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };

  await comeBack();
  return {
    env: { ASSAY_BUS_URL: `http://127.0.0.1:${port}`, ASSAY_BUS_TOKEN_FILE: tokenFile },
    events,
    goAway,
    comeBack,
    async stop() {
      await goAway();
      removeScratchFolder(folder);
    },
  };
}
