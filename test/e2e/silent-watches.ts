import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { makeCertificate } from '../../lib/webhook/certificate.ts';
import type { AnalysisCluster } from './analysis-cluster.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';

/** A way to an API server on which every request is answered as ever, and watches tell nothing. */
export interface SilentWatches {
  /** Leads that way, as Assay. */
  readonly kubeconfigPath: string;
  /** How many watches are kept silent. */
  held(): number;
  /** Lets them, and all that come, tell what there is to tell. */
  release(): void;
  stop(): Promise<void>;
}

interface Held {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Stands between as a server of its own: on the line (`openApiLink`) one cannot tell a watch from a request. */
export async function openSilentWatches({ plane, kubeconfigPath: direct }: AnalysisCluster): Promise<SilentWatches> {
  const { certificate, key, authorities } = await makeCertificate(['127.0.0.1'], new Date());
  const { hostname, port } = new URL(plane.server);
  const agent = new Agent({ keepAlive: true, ca: plane.caPem });
  let held: Set<Held> | undefined = new Set();

  const forward = ({ request, response }: Held): void => {
    const { method, url: path, headers } = request;
    const upstream = httpsRequest({ agent, hostname, port, method, path, headers }, (answer) => {
      // A watch that was held has its head already.
      if (!response.headersSent) response.writeHead(answer.statusCode ?? 502, answer.headers);
      else if (answer.statusCode !== 200) response.destroy();
      answer.on('error', () => response.destroy()).pipe(response);
    });
    upstream.on('error', () => response.destroy());
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  };

  const server = createServer({ cert: certificate, key }, (request, response) => {
    const exchange = { request, response };
    const isWatch = new URL(request.url ?? '', plane.server).searchParams.get('watch') !== null;
    if (!isWatch || held === undefined) {
      forward(exchange);
      return;
    }
    held.add(exchange);
    response.on('close', () => held?.delete(exchange));
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const folder = createScratchFolder('silent-watches');
  const kubeconfigPath = join(folder, 'kubeconfig');
  const begin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = readFileSync(direct, 'utf8')
    .replace(plane.server, begin)
    .replace(encode(plane.caPem), encode(authorities));
  writeFileSync(kubeconfigPath, kubeconfig, { mode: 0o600 });

  return {
    kubeconfigPath,
    held: () => held?.size ?? 0,
    release() {
      const waiting = held ?? [];
      held = undefined;
      for (const exchange of waiting) forward(exchange);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
      removeScratchFolder(folder);
    },
  };
}

function encode(pem: string): string {
  return Buffer.from(pem).toString('base64');
}
