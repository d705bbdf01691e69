import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A line to a server on this machine whose requests are looked at as they pass. */
export interface WatchedLink {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Ends every connection, and each new one at once. */
  cut(): void;
  /** Lets connections through again. */
  mend(): void;
  stop(): Promise<void>;
}

/** Longer than what a pattern finds: what is cut in two by the packets is found in what is kept of the one before. */
const KEPT = 200;

/**
 * Opens a line to `url` and tells `seen` of each match of `pattern` (global, and its end must be seen with it) in what
 * clients send. Bytes pass as they are: reading the requests as HTTP would cost more than answering them.
 */
export async function openWatchedLink(
  url: string,
  pattern: RegExp,
  seen: (match: RegExpExecArray) => void,
): Promise<WatchedLink> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let isCut = false;
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(port), hostname);
    let rest = '';
    client.on('data', (chunk) => {
      const text = rest + chunk.toString('latin1');
      let end = 0;
      for (const match of text.matchAll(pattern)) {
        seen(match);
        end = match.index + match[0].length;
      }
      rest = text.slice(Math.max(end, text.length - KEPT));
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => client.write(chunk));
    tie(client, upstream, sockets);
    tie(upstream, client, sockets);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    mend() {
      isCut = false;
    },
    async stop() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function tie(one: Socket, other: Socket, sockets: Set<Socket>): void {
  sockets.add(one);
  one.setNoDelay(true);
  one.on('error', () => other.destroy());
  one.on('close', () => {
    sockets.delete(one);
    other.destroy();
  });
}
