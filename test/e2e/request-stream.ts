import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Requests that go on and on, and what answered them. */
export interface RequestStream {
  /** Of the next `count` answers, in percent, those that say `text`. */
  shareOf(text: string, count: number): Promise<number>;
  /** All there were. */
  total(): number;
  /** What came instead of an answer of status 200: when, and what. */
  failures(): readonly string[];
  stop(): Promise<void>;
}

/** Where one listens. */
export interface Server {
  readonly address: string;
  readonly port: number;
}

const WORKERS = 6;
/** Between two requests of a worker, while nobody counts. */
const IDLE_MS = 15;

/** Asks a server for `/` of `host`, and promises the text of its answer; rejects unless that comes in 10 s, with status 200. */
export function ask({ address, port }: Server, host: string, agent?: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: address, port, headers: { host }, timeout: 10_000, ...(agent && { agent }) };
    const asked = request(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.once('end', () => {
        if (answer.statusCode === 200) resolve(text);
        else reject(new Error(`${answer.statusCode} ${text.trim()}`));
      });
      answer.once('error', reject);
    });
    asked.once('error', reject);
    asked.once('timeout', () => asked.destroy(new Error('no answer in 10 s')));
    asked.end();
  });
}

/** Asks for `/` of `host` over a few connections, from now on. */
export function openRequestStream(at: Server, host: string): RequestStream {
  const agent = new Agent({ keepAlive: true });
  const failures: string[] = [];
  const counts = new Set<{ left: number; text: string; seen: number; done: () => void }>();
  let total = 0;
  const stopping = new AbortController();

  const work = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      // Only what was asked after a count began tells of the time since.
      const open = [...counts];
      const text = await ask(at, host, agent).catch((error: Error) => {
        failures.push(`${new Date().toISOString()} ${error.message}`);
        return undefined;
      });
      total += 1;
      for (const count of open) {
        if (count.left === 0) continue;
        count.left -= 1;
        if (text === count.text) count.seen += 1;
        if (count.left === 0) count.done();
      }
      if (counts.size === 0) await sleep(IDLE_MS);
    }
  };
  const workers = Array.from({ length: WORKERS }, work);

  return {
    async shareOf(text, count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const own = { left: count, text, seen: 0, done: resolve };
      counts.add(own);
      await promise;
      counts.delete(own);
      return (own.seen / count) * 100;
    },
    total: () => total,
    failures: () => failures,
    async stop() {
      stopping.abort();
      await Promise.all(workers);
      agent.destroy();
    },
  };
}
