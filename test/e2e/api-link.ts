import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { AnalysisCluster } from './analysis-cluster.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';
import { waitFor } from './servers/wait-for.ts';

type Direction = 'requests' | 'answers';

/** The line between a client and an API server, in the test's hand. TLS goes through it unread. */
export interface ApiLink {
  /** Where it begins: `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** Leads through the link, as Assay. */
  readonly kubeconfigPath: string;
  /** Keeps back what goes in that direction, as if the line had just then become very slow; until `cut`. */
  hold(direction: Direction): void;
  /** Resolves when something has been kept back. */
  heldBack(): Promise<unknown>;
  /** Ends every connection, with all that was kept back; new ones go through. */
  cut(): void;
  stop(): Promise<void>;
}

/** Opens a link on 127.0.0.1. */
export async function openApiLink({ plane, kubeconfigPath: direct }: AnalysisCluster): Promise<ApiLink> {
  const { hostname, port } = new URL(plane.server);
  const sockets = new Set<Socket>();
  let held: Direction | undefined;
  let heldBytes = 0;

  const pass = (from: Socket, to: Socket, direction: Direction): void => {
    sockets.add(from);
    from.on('data', (chunk) => {
      if (held === direction) heldBytes += chunk.length;
      else to.write(chunk);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    pass(client, upstream, 'requests');
    pass(upstream, client, 'answers');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const folder = createScratchFolder('api-link');
  const kubeconfigPath = join(folder, 'kubeconfig');
  const begin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(kubeconfigPath, readFileSync(direct, 'utf8').replace(plane.server, begin));
  const cut = (): void => {
    held = undefined;
    heldBytes = 0;
    for (const socket of sockets) socket.destroy();
  };
  return {
    server: begin,
    kubeconfigPath,
    hold(direction) {
      held = direction;
    },
    heldBack: () => waitFor('something to be kept back', () => heldBytes > 0),
    cut,
    async stop() {
      cut();
      await new Promise((resolve) => server.close(resolve));
      removeScratchFolder(folder);
    },
  };
}
