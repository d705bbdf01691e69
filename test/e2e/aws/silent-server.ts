import { type AddressInfo, createServer, type Socket } from 'node:net';

/** An API server behind a firewall that drops packets: it takes connections and never says a word. */
export interface SilentServer {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** So far. */
  readonly connections: () => number;
  stop(): Promise<void>;
}

export async function startSilentServer(): Promise<SilentServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const listener = createServer((socket) => {
    connections += 1;
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    socket.resume();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    server: `https://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    connections: () => connections,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
