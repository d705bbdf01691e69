import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A line to an emulator that counts what goes over it, and can be cut. */
export interface CountingLink {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Requests by the operation that the AWS SDK names in its headers: `SendMessageBatch`. */
  counts(): ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

const TARGET = /x-amz-target:\s*\w+\.(\w+)/gi;
/** A header that is cut in two by the packets is found in what is kept of the one before. */
const KEPT = 64;

/** Opens a line to `url`. Bytes pass as they are: reading the requests would cost more than answering them. */
export async function openCountingLink(url: string): Promise<CountingLink> {
  const { hostname, port } = new URL(url);
  const counts = new Map<string, number>();
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let rest = '';
    client.on('data', (chunk) => {
      const text = rest + chunk.toString('latin1');
      let end = 0;
      for (const match of text.matchAll(TARGET)) {
        const isWhole = match.index + match[0].length < text.length;
        if (!isWhole) continue;
        const [, operation = ''] = match;
        counts.set(operation, (counts.get(operation) ?? 0) + 1);
        end = match.index + match[0].length;
      }
      rest = text.slice(Math.max(end, text.length - KEPT));
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => client.write(chunk));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.setNoDelay(true);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts: () => counts,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
